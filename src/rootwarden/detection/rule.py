"""What a rule is, and what it comes up with."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rootwarden.detection.scene import Scene
    from rootwarden.model.detection import Severity
    from rootwarden.model.detection_event import Event


@dataclass(frozen=True, slots=True)
class Match:
    """Events that a rule is about, together."""

    events: tuple[Event, ...]
    description: str
    """What happened, in one or two sentences."""
    severity: Severity | None = None
    """Where it is not the rule's own."""
    session_id: str | None = None
    anchor: str | None = None
    """What the finding goes by where events may join it later: a session, say. Else by its events."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the catalogue."""

    id: str
    """Never changed once published: suppressions name it."""
    severity: Severity
    """The highest it gives."""
    title: str
    techniques: tuple[str, ...]
    """ATT&CK ids."""
    why: str
    next_step: str
    find: Callable[[Scene], Iterable[Match]]
