"""What reading CloudTrail came to: how much was read, what was left out, and what could not be read and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from rootwarden.model.ids import AccountId
    from rootwarden.model.reason import Reason


@dataclass(frozen=True, slots=True)
class Period:
    """The times asked for; None leaves an end open."""

    since: datetime | None = None
    """At or after."""
    until: datetime | None = None
    """Before."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which logs are worth reading."""

    period: Period = Period()
    accounts: frozenset[AccountId] = frozenset()
    """The accounts whose log files are read; all where empty."""


@dataclass(frozen=True, slots=True)
class LogTrouble:
    """Something that could not be read, in whole or in part."""

    place: str
    """The file, key, or account and Region."""
    reason: Reason


@dataclass(slots=True)
class LogReading:
    """The count of a run, which grows while it is read."""

    files: int = 0
    """Files or objects read, malformed ones too."""
    records: int = 0
    """Events read, of whatever kind."""
    left_out: int = 0
    """Files that hold no events (digests, insights, others), or lie outside of what is wanted."""
    troubles: list[LogTrouble] = field(default_factory=list)
    untold: int = 0
    """Troubles beyond those that are kept."""

    @property
    def troubled(self) -> int:
        """How many things could not be read."""
        return len(self.troubles) + self.untold

    @property
    def complete(self) -> bool:
        """Whether everything that was asked for was read."""
        return not self.troubled

    def tell(self, place: str, reason: Reason) -> None:
        """Keeps a trouble; beyond the first thousand they are counted only."""
        if len(self.troubles) < _MOST_KEPT:
            self.troubles.append(LogTrouble(place, reason))
        else:
            self.untold += 1


_MOST_KEPT = 1000
