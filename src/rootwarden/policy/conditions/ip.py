"""IP address operators: is the address in the network?

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_IPAddress
"""

from __future__ import annotations

import ipaddress
from typing import Final

from rootwarden.policy.conditions.operator import Comparison, Operator, cannot_judge
from rootwarden.policy.request import Request
from rootwarden.policy.truth import NO, YES, Match, maybe

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def _address(text: str) -> Address | None:
    """The address; an IPv4 address written as IPv6 counts as IPv4."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return (address.version == 6 and address.ipv4_mapped) or address  # noqa: PLR2004 - the version of IP


def _network(text: str) -> Network | None:
    """The network. Host bits are ignored in IPv4, as AWS does; IAM refuses to save them in IPv6."""
    address, _, length = text.partition("/")
    if length and not length.isdecimal():
        return None  # a netmask, which Python would read and AWS does not
    try:
        return ipaddress.ip_network(text, strict=":" in address)
    except ValueError:
        return None


def _in_network(value: str, _: bool) -> Comparison:
    network = _network(value)
    if network is None:
        unclear = maybe(warning=cannot_judge(value, "an IP address or network"))
        return lambda _given, _request: unclear

    def compare(given: str, _request: Request) -> Match:
        address = _address(given)
        return YES if address is not None and address in network else NO

    return compare


def _is_address(text: str) -> bool:
    return _address(text) is not None


IP_OPERATORS: Final = (
    Operator("IpAddress", _in_network, comparable=_is_address),
    Operator("NotIpAddress", _in_network, negated=True, comparable=_is_address),
)
