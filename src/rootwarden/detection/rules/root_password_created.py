"""A root password was allowed, and nobody wrote down why."""

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
    for one in scene.named({"CreateLoginProfile"}, but={Verdict.EXPLAINED, Verdict.AWS_SERVICE}):
        event = one.event
        if event.source == IAM and not event.failed and is_about_root(event):
            text = f"{who(event)} was given a login profile {place(event)}. {one.reason}"
            yield Match((event,), text, session_id=one.session_id)


RULE = Rule(
    id="root-password-created",
    severity=Severity.HIGH,
    title="A root password was allowed",
    techniques=("T1078.004", "T1098.001"),
    why="It sets no password, but lets whoever reads the root mailbox set one.",
    next_step="Delete it ('rootwarden remove'), and watch the account for recovery and sign-in.",
    find=_find,
)
