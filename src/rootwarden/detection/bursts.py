"""Events that come close upon each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import timedelta

    from rootwarden.model.detection_event import Event


def stretches(events: Iterable[Event], *, pause: timedelta) -> Iterator[tuple[Event, ...]]:
    """Runs of events, in the order of time, without a longer pause between two of them."""
    run: list[Event] = []
    for event in sorted(events, key=lambda one: (one.time, one.id)):
        if run and event.time - run[-1].time > pause:
            yield tuple(run)
            run = []
        run.append(event)
    if run:
        yield tuple(run)


def bursts(events: Iterable[Event], *, within: timedelta, least: int) -> Iterator[tuple[Event, ...]]:
    """The stretches in which so many events fell into so much time."""
    for run in stretches(events, pause=within):
        if any(last.time - first.time <= within for first, last in zip(run, run[least - 1 :], strict=False)):
            yield run
