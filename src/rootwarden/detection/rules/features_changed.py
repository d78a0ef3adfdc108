"""A feature of centralized root access was turned on or off, and not by this program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rootwarden.detection.rule import Match, Rule
from rootwarden.detection.scene import change_severity
from rootwarden.detection.watched import FEATURES, IAM
from rootwarden.detection.words import place, who
from rootwarden.model.detection import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rootwarden.detection.scene import Scene


def _find(scene: Scene) -> Iterator[Match]:
    for event, run in scene.by_anybody(FEATURES, IAM):
        if run is None:
            text = f"{who(event)} called {event.name} {place(event)}{', and was refused' if event.failed else ''}."
            yield Match((event,), text, severity=change_severity(event, weakens="Disable"))


RULE = Rule(
    id="features-changed",
    severity=Severity.HIGH,
    title="Centralized root access was changed",
    techniques=("T1562.001", "T1098"),
    why="With the features off no root credential can be removed, and no session opened. The delegated administrator's account can turn "
    "root sessions off as well.",
    next_step="'rootwarden status' shows what is on; 'rootwarden enable' turns it on again. Ask the caller.",
    find=_find,
)
