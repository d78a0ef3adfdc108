"""Event history: the last events of every account and Region, newest first.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/view-cloudtrail-events.html
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from rootwarden.emulator.cloudtrail.event import Event

Place = tuple[str, str]
"""Account and Region."""


class History:
    """Events in their order, bounded: beyond ``most`` the oldest of all accounts go. The caller holds the world's lock."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._places: deque[Place] = deque()
        self._events: dict[Place, deque[tuple[int, Event]]] = {}
        self._added = 0

    def add(self, event: Event) -> None:
        """Keeps an event, and lets the oldest go where there are too many."""
        place = (event.account, event.region)
        self._places.append(place)
        self._events.setdefault(place, deque()).append((self._added, event))
        self._added += 1
        if len(self._places) > self._most:
            oldest = self._places.popleft()
            events = self._events[oldest]
            events.popleft()
            if not events:
                del self._events[oldest]

    def newest_first(
        self, account: str, region: str, *, below: int | None = None
    ) -> Iterator[tuple[int, Event]]:
        """Numbered events of one account and Region; ``below`` leaves out those that number or later ones."""
        for number, event in reversed(self._events.get((account, region), ())):
            if below is None or number < below:
                yield number, event

    def all(self) -> Iterator[Event]:
        """Every event, by account and Region, each oldest first."""
        for events in self._events.values():
            for _, event in events:
                yield event

    def __len__(self) -> int:
        return len(self._places)
