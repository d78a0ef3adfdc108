"""A root session in an account, for a task, in a Region or from a network that is not expected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rootwarden.detection.allowed import is_expected_caller, outside_of_opening, outside_of_place
from rootwarden.detection.rule import Match, Rule
from rootwarden.model.detection import SessionKind, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rootwarden.detection.scene import Scene


def _find(scene: Scene) -> Iterator[Match]:
    for session in scene.sessions.values():
        if session.kind is not SessionKind.ASSUME_ROOT:
            continue
        outside = {one: outside_of_place(one, scene.expected) for one in session.events}
        opening = session.opening
        if opening is not None and is_expected_caller(opening, scene.expected):
            outside[opening] = outside_of_opening(opening, session.account, scene.expected)
        events = tuple(one for one, sentences in outside.items() if sentences)
        if events:
            said = dict.fromkeys(sentence for sentences in outside.values() for sentence in sentences)
            text = f"Root session in {session.account} for {session.task or 'an unknown task'}: {'; '.join(said)}."
            yield Match(events, text, session_id=session.id, anchor=session.id)


RULE = Rule(
    id="session-outside-allowed",
    severity=Severity.MEDIUM,
    title="A root session outside of what is expected",
    techniques=("T1548.005", "T1078.004"),
    why="The caller of AssumeRoot chooses account, task, Region and network. One that is never used otherwise, such as a Region without "
    "alerts, deserves a question even where the caller is known.",
    next_step="Ask the caller. If it is to be expected from now on, say so in the configuration ([detection]).",
    find=_find,
)
