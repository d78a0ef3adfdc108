"""Recovery as it is asked for, judged and planned."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import timedelta

    from rootwarden.model.recovery_exception import TemporaryExemption
    from rootwarden.model.root_only_task import RootOnlyTask


@dataclass(frozen=True, slots=True)
class WantedException:
    """What ``recovery open`` and ``recovery adopt`` were told, checked as far as it can be without AWS."""

    task: RootOnlyTask
    lasts: timedelta
    owner: str | None = None
    """None for the caller."""
    break_glass: bool = False


class SignedInAnswer(StrEnum):
    """Whether a root user that signs in could do the task, as far as policies decide."""

    ALLOWED = "allowed"
    BLOCKED = "blocked"
    DEPENDS = "depends"
    """What was not read, or is not known beforehand, decides."""


@dataclass(frozen=True, slots=True)
class PlannedExemption:
    """A change of one policy that spares one account's root user, for a reader."""

    exemption: TemporaryExemption
    diff: str
    """Unified diff of the document, two spaces a level."""
    targets: tuple[str, ...]
    """Where the policy is attached, among what was read."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What a root user that signs in would meet."""

    answer: SignedInAnswer
    why: tuple[str, ...] = ()
    """What denies it, or what it depends on: a sentence each."""
    exemptions: tuple[PlannedExemption, ...] = ()
    """The changes of policies that lift the block, proven together."""
    by_hand: tuple[str, ...] = ()
    """What no such change lifts."""
    blocks_sessions: bool = False
    """Whether root sessions to allow recovery are denied too, until the exemption is there."""
    actions: tuple[str, ...] = ()
    """The actions that were judged."""

    @property
    def liftable(self) -> bool:
        """Whether the exemptions are enough."""
        return self.answer is SignedInAnswer.BLOCKED and bool(self.exemptions) and not self.by_hand
