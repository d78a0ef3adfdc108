"""What lies outside of what the configuration allows, a sentence each."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING, Final

from rootwarden.detection.tasks import task_of
from rootwarden.detection.watched import IAM, ORGANIZATIONS, SIGN_IN
from rootwarden.model.ids import account_of_arn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rootwarden.model.detection_event import Event
    from rootwarden.model.detection_known import Expected
    from rootwarden.model.ids import AccountId

_RECORDED_CENTRALLY: Final = frozenset({IAM, ORGANIZATIONS, SIGN_IN})
"""Global services: the Region of their records is AWS's choice, and says nothing about the caller."""


def is_expected_caller(event: Event, expected: Expected) -> bool:
    """Whether a call comes from a principal that may call AssumeRoot; anybody may where none is named.

    A record of the member account's own does not name the caller, but its account: then one of that account's principals may be it.
    """
    if not expected.principals:
        return True
    if event.arn is None:
        return event.identity_account in {account_of_arn(arn) for arn in expected.principals}
    return bool({event.arn, event.issuer_arn} & expected.principals)


def outside_of_opening(event: Event, account: AccountId, expected: Expected) -> tuple[str, ...]:
    """What about an AssumeRoot for an account is not allowed."""
    return tuple(_of_opening(event, account, expected))


def outside_of_place(event: Event, expected: Expected) -> tuple[str, ...]:
    """What about the Region and the network of a call is not allowed."""
    return tuple(_of_place(event, expected))


def _of_opening(event: Event, account: AccountId, expected: Expected) -> Iterator[str]:
    if not is_expected_caller(event, expected):
        yield f"the caller {event.arn or 'without a name'} is not expected to open sessions"
    if expected.accounts and account not in expected.accounts:
        yield f"the account {account} is not expected to have sessions"
    if expected.tasks and task_of(event.task_policy) not in expected.tasks:
        yield f"the task policy {event.task_policy or 'without a name'} is not expected"
    yield from _of_place(event, expected)


def _of_place(event: Event, expected: Expected) -> Iterator[str]:
    if expected.regions and event.source not in _RECORDED_CENTRALLY and event.region not in expected.regions:
        yield f"the Region {event.region or 'without a name'} is not expected"
    if expected.networks and not _is_within(event.address, expected):
        yield f"the address {event.address or 'without a name'} is in no expected network"


def _is_within(address: str, expected: Expected) -> bool:
    try:
        found = ip_address(address)
    except ValueError:
        return address.endswith(".amazonaws.com")  # a service's call, by its name; nothing else has a name
    return any(found in network for network in expected.networks if network.version == found.version)
