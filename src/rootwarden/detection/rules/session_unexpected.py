"""A root session that nobody wrote down, or that lies outside of what is allowed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rootwarden.detection.allowed import is_expected_caller
from rootwarden.detection.rule import Match, Rule
from rootwarden.model.detection import Severity, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rootwarden.detection.scene import Scene


def _find(scene: Scene) -> Iterator[Match]:
    for one in scene.judged:
        event = one.event
        if event.is_assume_root and not event.failed and one.verdict is not Verdict.EXPLAINED:
            if not is_expected_caller(event, scene.expected):
                continue
            who = event.arn or "A caller without a name"
            text = f"{who} opened a root session in {event.target}. {one.reason}"
            yield Match((event,), text, session_id=one.session_id)


RULE = Rule(
    id="session-unexpected",
    severity=Severity.HIGH,
    title="A root session that nobody wrote down, or that is not allowed",
    techniques=("T1548.005", "T1078.004"),
    why="Whoever holds sts:AssumeRoot can open root sessions past this tool: the ledger then has no entry, and nobody was asked why.",
    next_step="Ask the caller. If it was not them, revoke their sessions, take sts:AssumeRoot away, and look at the session's events.",
    find=_find,
)
