"""Looking a removal's calls up in CloudTrail: AssumeRoot in the caller's account, the deletes in the members'."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from rootwarden.errors import RootwardenError
from rootwarden.model.evidence import Completion, NotLooked, TrailEvent
from rootwarden.model.reason import Reason, reason_of
from rootwarden.operations.evidence.events import completion, event_of, opens_one_of
from rootwarden.operations.evidence.excerpt import expected_calls, outcome_lines, sessions
from rootwarden.sessions.fan_out import fan_out

if TYPE_CHECKING:
    from rootwarden.aws.trail_events import TrailEvents
    from rootwarden.ledger.entry import Entry

_BEFORE: Final = timedelta(minutes=5)
"""Clocks differ, and the intent is written before the call."""
_AFTER: Final = timedelta(minutes=20)
"""A session may go on for fifteen minutes after its last line in the ledger."""
_AT_ONCE: Final = 8


@dataclass(frozen=True, slots=True)
class Histories:
    """Where to look."""

    caller_account: str
    of_caller: TrailEvents
    """In the Region AssumeRoot was sent to."""
    of_member: Callable[[str], TrailEvents] | Reason
    """In the Region IAM records in; or why nobody looks in the members' histories. May raise."""


def look_up(entries: Iterable[Entry], plan_hash: str, histories: Histories) -> Completion:
    """What CloudTrail tells by now of the plan's runs in an excerpt. Raises AwsError when the caller's history cannot be read."""
    known = tuple(entries)
    expected = expected_calls(known, plan_hash)
    opened = sessions(known, plan_hash)
    between = _between(known, plan_hash)
    if between is None:
        return completion(expected, (), ())
    ids, keys = {one.request_id for one in expected}, {key for _, key in opened}
    events = [
        event_of(histories.caller_account, record)
        for record in histories.of_caller.named("AssumeRoot", *between)
        if opens_one_of(record, ids, keys)
    ]
    by_account: dict[str, list[str]] = {}
    for account, key in opened:
        by_account.setdefault(account, []).append(key)
    not_looked = []
    for found in fan_out(by_account.items(), lambda one: _member(histories, *one, between), at_once=_AT_ONCE):
        if isinstance(found, NotLooked):
            not_looked.append(found)
        else:
            events += found
    return completion(expected, events, sorted(not_looked, key=lambda one: one.account))


def _between(entries: Iterable[Entry], plan_hash: str) -> tuple[datetime, datetime] | None:
    times = [entry.time for entry, _ in outcome_lines(entries, plan_hash)]
    begun = [entry.time for entry in entries if entry.content.get("plan_hash") == plan_hash]
    return (min(begun) - _BEFORE, max(times) + _AFTER) if times else None


def _member(
    histories: Histories, account: str, keys: list[str], between: tuple[datetime, datetime]
) -> list[TrailEvent] | NotLooked:
    if isinstance(histories.of_member, Reason):
        return NotLooked(account, histories.of_member)
    try:
        history = histories.of_member(account)
        return [event_of(account, record) for key in keys for record in history.by_access_key(key, *between)]
    except RootwardenError as error:
        return NotLooked(account, reason_of(error))
