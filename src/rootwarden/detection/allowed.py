"""What lies outside of what the configuration allows, a sentence each."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING, Final

from rootwarden.detection.tasks import task_of
from rootwarden.detection.watched import IAM, ORGANIZATIONS, SIGN_IN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rootwarden.model.detection_event import Event
    from rootwarden.model.detection_known import Expected
    from rootwarden.model.ids import AccountId

_RECORDED_CENTRALLY: Final = frozenset({IAM, ORGANIZATIONS, SIGN_IN})
"""Global services: the Region of their records is AWS's choice, and says nothing about the caller."""


def is_expected_caller(event: Event, expected: Expected) -> bool:
    """Whether a call comes from a principal that may call AssumeRoot; anybody may where none is named."""
    return not expected.principals or bool({event.arn, event.issuer_arn} & expected.principals)


def outside_of_opening(event: Event, account: AccountId, expected: Expected) -> tuple[str, ...]:
    """What about an AssumeRoot for an account is not allowed."""
    return tuple(_of_opening(event, account, expected))


def outside_of_place(event: Event, expected: Expected) -> tuple[str, ...]:
    """What about the Region and the network of a call is not allowed."""
    return tuple(_of_place(event, expected))


def _of_opening(event: Event, account: AccountId, expected: Expected) -> Iterator[str]:
    if not is_expected_caller(event, expected):
        yield f"{event.arn or 'a caller without a name'} is not among the expected principals"
    if expected.accounts and account not in expected.accounts:
        yield f"{account} is not among the accounts in which sessions are expected"
    if expected.tasks and task_of(event.task_policy) not in expected.tasks:
        yield f"the task policy {event.task_policy or 'is missing and'} is not among the expected tasks"
    yield from _of_place(event, expected)


def _of_place(event: Event, expected: Expected) -> Iterator[str]:
    if expected.regions and event.source not in _RECORDED_CENTRALLY and event.region not in expected.regions:
        yield f"{event.region or 'no Region'} is not among the expected Regions"
    if expected.networks and not _is_within(event.address, expected):
        yield f"{event.address or 'an unknown address'} is not in an expected network"


def _is_within(address: str, expected: Expected) -> bool:
    try:
        found = ip_address(address)
    except ValueError:
        return address.endswith(".amazonaws.com")  # a service's call, by its name; nothing else has a name
    return any(found in network for network in expected.networks if network.version == found.version)
