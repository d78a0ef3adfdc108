"""A console session that is used after its exception has ended."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from rootwarden.detection.rule import Match, Rule
from rootwarden.detection.words import calls, names, no_reads
from rootwarden.model.detection import Severity, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rootwarden.detection.scene import Scene
    from rootwarden.model.detection_event import Event


def _find(scene: Scene) -> Iterator[Match]:
    late: dict[str, list[Event]] = defaultdict(list)
    for one in scene.judged:
        is_over = one.exception_id is not None and scene.exceptions.covering(one.event) is None
        if one.verdict is Verdict.UNEXPECTED and is_over and one.session_id is not None:
            late[one.session_id].append(one.event)
    for name, events in late.items():
        changes = [one for one in events if not one.read_only]
        what = f"{calls(len(events))} as root in {events[0].account} after the exception had ended"
        text = f"{what}, {no_reads(len(changes), len(events))}: {names(changes or events)}."
        severity = Severity.HIGH if changes else Severity.MEDIUM
        yield Match(tuple(events), text, severity=severity, session_id=name, anchor=name)


RULE = Rule(
    id="console-outlives-exception",
    severity=Severity.HIGH,
    title="A console session outlived its exception",
    techniques=("T1078.004", "T1550.004"),
    why="Taking the password away ends no session that was begun with it: a console session of root goes on for hours.",
    next_step="Ask the exception's owner whether it is them, and have them sign out. If it is not, deny root by a service control "
    "policy on the account until the session has run out.",
    find=_find,
)
