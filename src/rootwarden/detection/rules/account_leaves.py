"""An account is leaving the organization, or is being closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rootwarden.detection.rule import Match, Rule
from rootwarden.detection.watched import ACCOUNT, LEAVING, ORGANIZATIONS
from rootwarden.detection.words import answer, ended, place, who
from rootwarden.model.detection import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rootwarden.detection.scene import Scene


def _find(scene: Scene) -> Iterator[Match]:
    for source in (ORGANIZATIONS, ACCOUNT):
        for event, _ in scene.by_anybody(LEAVING, source):
            whom = event.detail("accountId") or event.account
            text = f"{who(event)} called {event.name} for {whom} {place(event)}."
            if event.failed:
                text += f" It was refused: {ended(answer(event))}"
            severity = Severity.HIGH if event.is_root else Severity.MEDIUM
            yield Match((event,), text, severity=severity)


RULE = Rule(
    id="account-leaves",
    severity=Severity.HIGH,
    title="An account leaves the organization",
    techniques=("T1562.001", "T1666", "T1531"),
    why="Outside of the organization neither its policies nor centralized root access reach the account. A refused try tells as much as "
    "one that went through.",
    next_step="Ask the caller. An account that was closed by mistake AWS Support reopens within 90 days.",
    find=_find,
)
