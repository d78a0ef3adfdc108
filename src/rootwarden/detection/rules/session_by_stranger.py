"""A root session opened by somebody who is not expected to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rootwarden.detection.allowed import is_expected_caller
from rootwarden.detection.gathering import account_of
from rootwarden.detection.rule import Match, Rule
from rootwarden.detection.words import place, who
from rootwarden.model.detection import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rootwarden.detection.scene import Scene


def _find(scene: Scene) -> Iterator[Match]:
    for one in scene.judged:
        event = one.event
        if event.is_assume_root and not event.failed and not is_expected_caller(event, scene.expected):
            text = f"{who(event)} opened a root session in {account_of(event)}, {place(event)}, with {event.task_policy}."
            yield Match((event,), text, session_id=one.session_id)


RULE = Rule(
    id="session-by-stranger",
    severity=Severity.HIGH,
    title="A root session opened by an unexpected principal",
    techniques=("T1548.005", "T1078.004"),
    why="A few principals need sts:AssumeRoot. Another one that has it, and uses it, is a way to root that nobody planned.",
    next_step="Revoke the principal's sessions and take sts:AssumeRoot away from it, then look at what the session did. If it is "
    "meant to open sessions, add it to detection.principals.",
    find=_find,
)
