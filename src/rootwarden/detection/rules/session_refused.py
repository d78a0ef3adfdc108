"""AssumeRoot that AWS refused, and that no run of ours asked for."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from rootwarden.detection.allowed import is_expected_caller
from rootwarden.detection.rule import Match, Rule
from rootwarden.detection.words import accounts_in_words, answer, calls, ended, who
from rootwarden.model.detection import Severity, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rootwarden.detection.scene import Scene
    from rootwarden.model.detection_event import Event

_MANY: Final = 5
"""Accounts in a day: nobody mistypes so many."""
_MISCONFIGURED: Final = "feature is not enabled"
"""AWS's text tells a feature that is off from a permission that is missing."""


def _find(scene: Scene) -> Iterator[Match]:
    by_caller: dict[tuple[str, str], list[Event]] = defaultdict(list)
    for one in scene.judged:
        event = one.event
        if event.is_assume_root and event.failed and one.verdict is not Verdict.EXPLAINED:
            by_caller[who(event), f"{event.time:%Y-%m-%d}"].append(event)
    for (caller, day), events in by_caller.items():
        accounts = {one.target for one in events}
        text = f"{caller} was refused {calls(len(events))} of AssumeRoot for {accounts_in_words(len(accounts))}. {ended(answer(events[-1]))}"
        yield Match(
            tuple(events), text, severity=_severity(scene, events, len(accounts)), anchor=f"{caller} {day}"
        )


def _severity(scene: Scene, events: list[Event], accounts: int) -> Severity:
    if accounts >= _MANY or not is_expected_caller(events[0], scene.expected):
        return Severity.HIGH
    if all(_MISCONFIGURED in (one.error_message or "") for one in events):
        return Severity.LOW
    return Severity.MEDIUM


RULE = Rule(
    id="session-refused",
    severity=Severity.HIGH,
    title="AssumeRoot refused",
    techniques=("T1548.005", "T1078.004"),
    why="A refused AssumeRoot is somebody trying for root: a principal without the permission, or one that looks for accounts that "
    "answer.",
    next_step="Ask the caller what it was for. AWS's text tells whether a feature is off or a permission is missing.",
    find=_find,
)
