"""How something with an end stands: open, expired or ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from rootwarden.model.canonical import rfc3339
from rootwarden.reports.report import Tone

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

STANDINGS: Final = {"open": Tone.GOOD, "expired": Tone.WARN, "ended": Tone.FAINT}
"""In the order they are listed."""


class Ending(Protocol):
    """A waiver, a grant."""

    @property
    def id(self) -> str:
        """Its id."""

    @property
    def until(self) -> datetime:
        """When it ends by itself."""

    @property
    def ended(self) -> datetime | None:
        """When it was ended before."""

    def is_current(self, now: datetime) -> bool:
        """Whether it counts."""


T = TypeVar("T", bound=Ending)


def standing(one: Ending, now: datetime) -> str:
    """``open``, ``expired`` or ``ended``; only an open one counts."""
    if one.is_current(now):
        return "open"
    return "expired" if one.ended is None else "ended"


def by_standing(found: Iterable[T], now: datetime) -> list[T]:
    """Open ones first, then expired and ended ones, each by their end."""
    order = list(STANDINGS)
    return sorted(found, key=lambda one: (order.index(standing(one, now)), one.until, one.id))


def counts(found: Sequence[Ending], now: datetime) -> dict[str, int]:
    """How many stand in which way."""
    return {state: sum(1 for one in found if standing(one, now) == state) for state in STANDINGS}


def counted(found: Sequence[Ending], now: datetime, noun: str) -> str:
    """``3 waivers: 1 open, 2 ended``."""
    shown = ", ".join(f"{count} {state}" for state, count in counts(found, now).items() if count)
    return f"{len(found)} {noun}{'' if len(found) == 1 else 's'}{f': {shown}' if shown else ''}"


def second(when: datetime | None) -> str:
    """A time to the second; ``?`` for none."""
    return rfc3339(when.replace(microsecond=0)) if when else "?"
