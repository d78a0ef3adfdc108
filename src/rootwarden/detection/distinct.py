"""Each event once, whichever copy came first: trails repeat events, and two accounts may have a record of one call."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from rootwarden.model.detection_event import Event


def distinct(events: Iterable[Event]) -> tuple[tuple[Event, ...], int]:
    """The events in the order of time, and how many copies were left out.

    Copies have the same id and recipient. Records that two accounts have of one call share ``sharedEventID``, those of an AssumeRoot also
    the id of the request; the one that says more is kept, the caller's own first. AWS documents a second record for AssumeRole only: of
    AssumeRoot it is not required.
    """
    kept: dict[Hashable, Event] = {}
    count = 0
    for event in events:
        count += 1
        key = (event.id, event.account)
        other = kept.get(key)
        if other is None or _telling(event) > _telling(other):
            kept[key] = event
    found = _merged(kept.values())
    return tuple(sorted(found, key=in_time)), count - len(found)


def in_time(event: Event) -> tuple[object, ...]:
    """What events are put in order by."""
    return event.time, event.id, event.account


def _merged(events: Iterable[Event]) -> list[Event]:
    """Those of several accounts' records of one call that says most."""
    found: list[Event] = []
    shared: list[Event] = []
    for event in events:
        (shared if event.is_assume_root or event.shared_id is not None else found).append(event)
    named: set[tuple[str, str]] = set()
    for event in sorted(shared, key=_telling, reverse=True):
        names = _names(event)
        if named.isdisjoint(names):
            found.append(event)
        named |= names
    return found


def _names(event: Event) -> set[tuple[str, str]]:
    """What is the same in all records of one call."""
    names = {"shared": event.shared_id}
    if event.is_assume_root:
        names |= {"request": event.request_id, "key": event.issued_key_id}
    return {(kind, text) for kind, text in names.items() if text is not None}


def _telling(event: Event) -> tuple[object, ...]:
    """How much a record says; the rest makes the choice independent of the order they came in."""
    return (
        event.identity_account == event.account,
        event.identity_type != "AWSAccount",
        event.issued_key_id is not None,
        event.target is not None,
        event.arn is not None,
        repr(event),
    )
