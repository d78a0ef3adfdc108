"""What a signed-in root user did besides the task of the exception."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from rootwarden.detection.rule import Match, Rule
from rootwarden.detection.words import calls, names
from rootwarden.model.detection import SessionKind, Severity, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rootwarden.detection.scene import Scene
    from rootwarden.model.detection_event import Event

_OTHER_RULES: Final = frozenset({"CreateAccessKey"})


def _find(scene: Scene) -> Iterator[Match]:
    beyond: dict[tuple[str, str], list[Event]] = defaultdict(list)
    for one in scene.judged:
        event, name = one.event, one.exception_id
        if one.verdict is not Verdict.UNEXPECTED or name is None or event.name in _OTHER_RULES:
            continue
        made_in = scene.session_of(one)
        if made_in is not None and made_in.kind is SessionKind.ACCESS_KEY:
            continue  # whatever a root key does is a finding of its own
        if scene.exceptions.covering(event) is not None:
            beyond[name, one.session_id or event.id].append(event)
    for (exception, session), events in beyond.items():
        task = next(one.task for one in scene.exceptions.all if one.id == exception)
        text = f"{calls(len(events))} as root in {events[0].account} that are no part of {task}: {names(events)}."
        session_id = session if session in scene.sessions else None
        yield Match(tuple(events), text, session_id=session_id, anchor=f"{exception} {session}")


RULE = Rule(
    id="root-beyond-exception",
    severity=Severity.MEDIUM,
    title="Root did more than the exception was opened for",
    techniques=("T1078.004", "T1098"),
    why="An exception lets somebody sign in for one task. Whatever else is done then is done as root too.",
    next_step="Ask the exception's owner, and compare with the ticket.",
    find=_find,
)
