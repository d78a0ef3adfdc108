"""Trusted access for IAM was changed, and not by this program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rootwarden.detection.rule import Match, Rule
from rootwarden.detection.scene import change_severity
from rootwarden.detection.watched import ORGANIZATIONS, TRUSTED_ACCESS
from rootwarden.detection.words import place, who
from rootwarden.model.detection import Severity
from rootwarden.model.ids import IAM_SERVICE_PRINCIPAL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rootwarden.detection.scene import Scene


def _find(scene: Scene) -> Iterator[Match]:
    for event, run in scene.by_anybody(TRUSTED_ACCESS, ORGANIZATIONS):
        if run is None and event.detail("servicePrincipal") == IAM_SERVICE_PRINCIPAL:
            refused = ", and was refused" if event.failed else ""
            text = f"{who(event)} called {event.name} for IAM {place(event)}{refused}."
            yield Match((event,), text, severity=change_severity(event, weakens="Disable"))


RULE = Rule(
    id="trusted-access-changed",
    severity=Severity.HIGH,
    title="Trusted access for IAM was changed",
    techniques=("T1562.001",),
    why="Without trusted access there is no centralized root access at all; turned on again, the features come back as they were.",
    next_step="'rootwarden status' shows what is on; 'rootwarden enable' turns it on again. Ask the caller.",
    find=_find,
)
