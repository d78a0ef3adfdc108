"""A long-term access key of a root user was created."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rootwarden.detection.parameters import is_about_root
from rootwarden.detection.rule import Match, Rule
from rootwarden.detection.watched import IAM
from rootwarden.detection.words import place, who
from rootwarden.model.detection import Severity, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rootwarden.detection.scene import Scene


def _find(scene: Scene) -> Iterator[Match]:
    for one in scene.named({"CreateAccessKey"}):
        event = one.event
        if event.source != IAM or event.failed or not is_about_root(event):
            continue
        key = event.detail("made.accessKeyId") or "a key"
        text = f"{who(event)} created {key} for itself, {place(event)}. {one.reason}"
        severity = Severity.LOW if one.verdict is Verdict.EXPLAINED else Severity.CRITICAL
        yield Match((event,), text, severity=severity, session_id=one.session_id)


RULE = Rule(
    id="root-key-created",
    severity=Severity.CRITICAL,
    title="A root access key was created",
    techniques=("T1098.001",),
    why="It is root without password, MFA or end. An exception explains it only where its task cannot be done otherwise; then it is of "
    "low severity, as a reminder that it has to go. Older console records carry invokedBy, which hides this from many rules.",
    next_step="Delete it ('rootwarden remove', or 'rootwarden recovery close' for an exception), and look for what it was used for.",
    find=_find,
)
