"""Calls as root to which nothing leads."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from rootwarden.detection.rule import Match, Rule
from rootwarden.detection.words import calls, names, no_reads
from rootwarden.model.detection import SessionKind, Severity, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rootwarden.detection.scene import Scene
    from rootwarden.model.detection_event import Event


def _find(scene: Scene) -> Iterator[Match]:
    by_session: dict[str, list[Event]] = defaultdict(list)
    for one in scene.judged:
        if one.verdict is Verdict.UNEXPLAINED and one.session_id is not None:
            by_session[one.session_id].append(one.event)
    for name, events in by_session.items():
        session = scene.sessions[name]
        made = tuple(one for one in events if one is not session.opening)
        if not made or session.kind is SessionKind.ACCESS_KEY:
            continue
        changes = [one for one in made if not one.read_only]
        if session.kind is SessionKind.CONSOLE and session.opening is not None and not changes:
            continue  # what a console reads by itself; the sign-in is a finding of its own
        what = f"{calls(len(made))} as root in {session.account}, {no_reads(len(changes), len(made))}"
        text = f"{what}: {names(changes or made)}. {session.reason}"
        yield Match(made, text, session_id=name, anchor=name)


RULE = Rule(
    id="root-unexplained",
    severity=Severity.HIGH,
    title="Root activity that nothing explains",
    techniques=("T1078.004",),
    why="Root acts in a member account through AssumeRoot or, under an exception, through a sign-in. What came about otherwise is "
    "somebody with a root password or key, or a session opened where nobody looked.",
    next_step="Look at the calls and where they came from. Remove the account's root credentials ('rootwarden remove'), and search "
    "every Region of the management and the delegated administrator's account for the AssumeRoot.",
    find=_find,
)
