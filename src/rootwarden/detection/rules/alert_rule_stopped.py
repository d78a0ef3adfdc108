"""An EventBridge rule was deleted, disabled or lost its targets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rootwarden.detection.gathering import is_by_service
from rootwarden.detection.rule import Match, Rule
from rootwarden.detection.watched import ALERT_RULES, EVENTS
from rootwarden.detection.words import place, who
from rootwarden.model.detection import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rootwarden.detection.scene import Scene


def _find(scene: Scene) -> Iterator[Match]:
    for event, _ in scene.by_anybody(ALERT_RULES, EVENTS):
        if is_by_service(event):
            continue
        rule = event.detail("name") or event.detail("rule")
        matters = event.is_root or rule in scene.expected.alert_rules
        refused = ", and was refused" if event.failed else ""
        text = f"{who(event)} called {event.name} on {rule or 'a rule'} {place(event)}{refused}."
        severity = Severity.HIGH if matters and not event.failed else Severity.LOW
        yield Match((event,), text, severity=severity)


RULE = Rule(
    id="alert-rule-stopped",
    severity=Severity.HIGH,
    title="An alert was switched off",
    techniques=("T1562.008",),
    why="Whoever administers an account can take away the rule that would have told of root activity in it. CloudTrail does not say what "
    "a rule was for: those named in detection.alert_rules, and whatever root does to one, are of high severity, all others of low.",
    next_step="See what the rule was for, and put it back.",
    find=_find,
)
