"""Which AssumeRoot an event of root belongs to.

By the access key, the time the session began and the target, which all stand in both records; within the 900 seconds a session may
last. What is missing on one side decides nothing, what contradicts rules it out. ``assumedRoot`` adds to what was found and is not
relied on: AWS's guide, its reference and records in the field have it in different places.
https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-track-privileged-tasks.html
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from rootwarden.detection.distinct import in_time
from rootwarden.model.detection import Evidence
from rootwarden.model.tasks import MAX_SESSION_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rootwarden.model.detection_event import Event
    from rootwarden.model.ids import AccountId

LONGEST: Final = timedelta(seconds=MAX_SESSION_SECONDS)
SAME_MOMENT: Final = timedelta(seconds=1)
"""The two times are equal in AWS's sample; both are cut to whole seconds, so they may be one apart."""
_ENOUGH: Final = (frozenset({Evidence.ACCESS_KEY}), frozenset({Evidence.TIME, Evidence.TARGET}))


class Openings:
    """The AssumeRoot events that gave out a session, found by what the other side says."""

    def __init__(self, events: Iterable[Event]) -> None:
        """Takes the events in any order."""
        self.all = tuple(
            sorted((event for event in events if event.is_assume_root and not event.failed), key=in_time)
        )
        self._by_key: dict[str, list[Event]] = defaultdict(list)
        self._by_target: dict[AccountId | None, list[Event]] = defaultdict(list)
        for event in self.all:
            if event.issued_key_id is not None:
                self._by_key[event.issued_key_id].append(event)
            self._by_target[event.target].append(event)

    def of(self, event: Event) -> tuple[tuple[Event, tuple[Evidence, ...]], ...]:
        """Every AssumeRoot the event may belong to, with what speaks for it: one, none, or several that cannot be told apart."""
        key = event.access_key_id
        named = self._by_key.get(key, ()) if key is not None else ()
        near = (*self._near(event, event.account), *self._near(event, None))
        tied = ((one, _evidence(one, event)) for one in sorted((*named, *near), key=in_time))
        return tuple((one, evidence) for one, evidence in tied if evidence is not None)

    def issued(self, key: str | None) -> bool:
        """Whether one of them gave out this key."""
        return key is not None and key in self._by_key

    def _near(self, event: Event, target: AccountId | None) -> Iterator[Event]:
        """Those about the same time in which one side names no key."""
        there = self._by_target.get(target, [])
        first = bisect_left(there, event.time - LONGEST, key=_time)
        last = bisect_right(there, event.time + SAME_MOMENT, key=_time)
        for one in there[first:last]:
            if one.issued_key_id is None or event.access_key_id is None:
                yield one


def _evidence(opening: Event, event: Event) -> tuple[Evidence, ...] | None:
    """What ties the two together; None where something contradicts, or too little speaks for it."""
    if not -SAME_MOMENT <= event.time - opening.time <= LONGEST:
        return None
    agrees = {
        Evidence.ACCESS_KEY: _same(opening.issued_key_id, event.access_key_id),
        Evidence.TIME: event.session_began and abs(event.session_began - opening.time) <= SAME_MOMENT,
        Evidence.TARGET: _same(opening.target, event.account),
    }
    if False in agrees.values():
        return None
    found = {evidence for evidence, answer in agrees.items() if answer}
    if not any(enough <= found for enough in _ENOUGH):
        return None
    if opening.assumed_root or event.assumed_root:
        found.add(Evidence.ASSUMED_ROOT)
    return tuple(one for one in Evidence if one in found)


def _same(here: str | None, there: str | None) -> bool | None:
    """None where one side does not say."""
    return None if here is None or there is None else here == there


def _time(event: Event) -> datetime:
    return event.time
