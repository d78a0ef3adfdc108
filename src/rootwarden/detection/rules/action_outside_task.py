"""A call in a root session that its task is not for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rootwarden.detection.rule import Match, Rule
from rootwarden.detection.tasks import is_within_task
from rootwarden.detection.words import names
from rootwarden.model.detection import SessionKind, Severity
from rootwarden.model.tasks import RootTask

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rootwarden.detection.scene import Scene


def _find(scene: Scene) -> Iterator[Match]:
    for session in scene.sessions.values():
        task = session.task
        if session.kind is not SessionKind.ASSUME_ROOT or not isinstance(task, RootTask):
            continue
        events = tuple(one for one in session.events if not is_within_task(one, task))
        if not events:
            continue
        went_through = any(not one.failed for one in events)
        result = "AWS let it through" if went_through else "AWS refused it"
        text = f"A session in {session.account} for {task} called {names(events)}; {result}."
        severity = Severity.HIGH if went_through else Severity.MEDIUM
        yield Match(events, text, severity=severity, session_id=session.id, anchor=session.id)


RULE = Rule(
    id="action-outside-task",
    severity=Severity.HIGH,
    title="An action that is not part of the session's task",
    techniques=("T1548.005", "T1098"),
    why="The task policy denies whatever the task is not for. Somebody who tries it anyway does not know the session they have; if AWS "
    "lets it through, the session is not what AssumeRoot said.",
    next_step="Ask whoever opened the session. Where AWS let it through, treat the account as lost until it is understood, and open a "
    "case with AWS.",
    find=_find,
)
