"""A root session by somebody who may open them, and of which the ledger has no entry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rootwarden.detection.allowed import is_expected_caller
from rootwarden.detection.rule import Match, Rule
from rootwarden.detection.words import place, who
from rootwarden.model.detection import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rootwarden.detection.scene import Scene


def _find(scene: Scene) -> Iterator[Match]:
    for one in scene.judged:
        event, session = one.event, scene.session_of(one)
        if session is None or session.run is not None or event is not session.opening:
            continue
        if event.is_assume_root and is_expected_caller(event, scene.expected):
            what = f"opened a root session in {session.account}, {place(event)}, with {event.task_policy}"
            said = (
                "the ledger has no entry about it"
                if scene.ledger.was_read
                else "no ledger was read that could tell why"
            )
            severity = Severity.HIGH if scene.ledger.was_read else Severity.MEDIUM
            yield Match((event,), f"{who(event)} {what}; {said}.", severity=severity, session_id=session.id)


RULE = Rule(
    id="session-not-in-ledger",
    severity=Severity.HIGH,
    title="A root session that nobody wrote down",
    techniques=("T1548.005", "T1078.004"),
    why="Whoever holds sts:AssumeRoot can open root sessions past this program; then no plan, exception or reason stands behind it. "
    "It is also what stolen credentials of an expected principal look like.",
    next_step="Ask the caller. If it was not them, revoke their sessions and look at what the session did.",
    find=_find,
)
