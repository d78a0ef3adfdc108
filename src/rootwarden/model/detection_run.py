"""One run of detection: what was read, what it was held against, and what it came to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rootwarden.model.detection import Judged
    from rootwarden.model.log_reading import LogReading, Period


@dataclass(frozen=True, slots=True)
class LedgerUsed:
    """The ledger a run was held against."""

    location: str | None
    entries: int
    missing: str | None = None
    """Why there was none."""


@dataclass(frozen=True, slots=True)
class DetectionRun:
    """Everything a report tells."""

    sources: tuple[str, ...]
    period: Period
    reading: LogReading
    ledger: LedgerUsed
    judged: Judged
    interrupted: bool = False
    """Whether Ctrl-C ended the reading: the rest was judged."""
