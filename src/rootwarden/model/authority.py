"""What entitles a command to open a root session."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ForReading:
    """A reason is enough to look."""

    reason: str
    ticket: str | None = None


@dataclass(frozen=True, slots=True)
class ForPlan:
    """A confirmed plan, named by its hash, entitles to delete what it lists."""

    plan_hash: str
    reason: str
    ticket: str | None = None


Authority = ForReading | ForPlan
