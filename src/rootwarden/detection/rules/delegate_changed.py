"""The delegated administrator for IAM was changed, and not by this program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rootwarden.detection.rule import Match, Rule
from rootwarden.detection.scene import change_severity
from rootwarden.detection.watched import DELEGATES, ORGANIZATIONS
from rootwarden.detection.words import place, who
from rootwarden.model.detection import Severity
from rootwarden.model.ids import IAM_SERVICE_PRINCIPAL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rootwarden.detection.scene import Scene


def _find(scene: Scene) -> Iterator[Match]:
    for event, run in scene.by_anybody(DELEGATES, ORGANIZATIONS):
        if run is None and event.detail("servicePrincipal") == IAM_SERVICE_PRINCIPAL:
            whom = event.detail("accountId") or "an account"
            refused = ", and was refused" if event.failed else ""
            text = f"{who(event)} called {event.name} for {whom} {place(event)}{refused}."
            yield Match((event,), text, severity=change_severity(event, weakens=""))


RULE = Rule(
    id="delegate-changed",
    severity=Severity.HIGH,
    title="The delegated administrator for root access was changed",
    techniques=("T1098", "T1562.001"),
    why="The principals of a delegated administrator's account may open root sessions in every member account.",
    next_step="'rootwarden status' shows who it is; 'rootwarden enable --delegate' sets it. Ask the caller.",
    find=_find,
)
