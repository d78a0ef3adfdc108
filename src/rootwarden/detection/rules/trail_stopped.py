"""A trail was stopped, deleted or changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rootwarden.detection.gathering import is_by_service
from rootwarden.detection.rule import Match, Rule
from rootwarden.detection.watched import CLOUDTRAIL, TRAILS
from rootwarden.detection.words import place, who
from rootwarden.model.detection import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rootwarden.detection.scene import Scene

_ENDS_IT: Final = frozenset({"StopLogging", "DeleteTrail"})


def _find(scene: Scene) -> Iterator[Match]:
    for event, _ in scene.by_anybody(TRAILS, CLOUDTRAIL):
        if is_by_service(event):
            continue
        trail = event.detail("name") or event.detail("trailName") or "a trail"
        refused = ", and was refused" if event.failed else ""
        text = f"{who(event)} called {event.name} on {trail} {place(event)}{refused}."
        severity = Severity.HIGH if event.name in _ENDS_IT else Severity.MEDIUM
        yield Match((event,), text, severity=Severity.LOW if event.failed else severity)


RULE = Rule(
    id="trail-stopped",
    severity=Severity.HIGH,
    title="A trail was stopped or changed",
    techniques=("T1562.008",),
    why="What no trail records nobody finds, and EventBridge rules fall silent with the last trail.",
    next_step="Start it again, and look at what happened in the account meanwhile in CloudTrail's event history, which cannot be stopped.",
    find=_find,
)
