"""What entitles a command to open a root session."""

from __future__ import annotations

from dataclasses import dataclass

from rootwarden.model.tasks import RootTask


@dataclass(frozen=True, slots=True)
class ForReading:
    """A reason is enough to look."""

    reason: str
    ticket: str | None = None


@dataclass(frozen=True, slots=True)
class ForPlan:
    """A confirmed plan, named by its hash, entitles to change what it lists."""

    plan_hash: str
    reason: str
    ticket: str | None = None
    tasks: tuple[RootTask, ...] = (RootTask.DELETE,)
    """What the plan needs besides looking with the audit task."""


Authority = ForReading | ForPlan
