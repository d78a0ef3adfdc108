"""CloudTrail's event history, account by account and Region by Region: what there is without a trail, of the last ninety days.

LookupEvents takes one attribute a call, twice a second for each account and Region, so only names that detection knows are asked
for, and the user name ``root``.
https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from rootwarden.aws.trail_events import TrailEvents
from rootwarden.errors import AwsError, CredentialsExpired, CredentialsRefused
from rootwarden.model.reason import local, reason_of
from rootwarden.operations.detect.sift import LEAD, Catch, Sieve
from rootwarden.sessions.fan_out import fan_out

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from rootwarden.aws.clients import CallerClients
    from rootwarden.model.ids import AccountId
    from rootwarden.model.log_reading import Period

_AT_ONCE: Final = 32


@dataclass(frozen=True, slots=True)
class History:
    """The event history of one account in one Region."""

    account: AccountId
    region: str
    clients: CallerClients
    names: tuple[str, ...]
    """The event names to look up, besides whatever the root user did."""


def sift_histories(
    histories: Iterable[History], period: Period, now: datetime, catch: Catch
) -> Iterator[Sieve]:
    """What is left of each history, as they come. A history that cannot be read tells why."""
    yield from fan_out(histories, lambda one: _look(one, period, now, catch), at_once=_AT_ONCE)


def _look(history: History, period: Period, now: datetime, catch: Catch) -> Sieve:
    sieve = Sieve(f"account {history.account}, {history.region}", period, catch)
    start = (period.since or now) - LEAD
    end = period.until or now
    events = TrailEvents(history.clients.client("cloudtrail", history.region))
    try:
        _take(sieve, events.by_user("root", start, end))
        for name in history.names:
            _take(sieve, events.named(name, start, end))
    except (CredentialsExpired, CredentialsRefused):
        raise
    except AwsError as error:
        sieve.tell(reason_of(error))
    return sieve


def _take(sieve: Sieve, records: Iterator[Mapping[str, Any]]) -> None:
    while True:
        try:
            record = next(records, None)
            if record is None:
                return
            sieve.take_record(record)
        except ValueError as error:
            sieve.tell(local("malformed", f"a record: {error}"))
