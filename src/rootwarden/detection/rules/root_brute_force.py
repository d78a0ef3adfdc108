"""Many failed sign-ins of one root user within an hour."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from rootwarden.detection.bursts import bursts
from rootwarden.detection.gathering import is_sign_in
from rootwarden.detection.rule import Match, Rule
from rootwarden.detection.words import calls
from rootwarden.model.detection import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rootwarden.detection.scene import Scene
    from rootwarden.model.detection_event import Event

_WITHIN: Final = timedelta(hours=1)
_MANY: Final = 10


def _find(scene: Scene) -> Iterator[Match]:
    failed: dict[str, list[Event]] = defaultdict(list)
    for one in scene.judged:
        if is_sign_in(one.event) and one.event.failed:
            failed[one.event.account].append(one.event)
    for account, events in failed.items():
        for burst in bursts(events, within=_WITHIN, least=_MANY):
            text = f"{calls(len(burst))} to sign in as the root user of {account} failed at a stretch."
            yield Match(burst, text, anchor=f"{account} {burst[0].id}")


RULE = Rule(
    id="root-brute-force",
    severity=Severity.HIGH,
    title="A root password is being guessed",
    techniques=("T1110.001",),
    why="Ten failures within an hour are no mistake. Under an exception they count as well: then there is a password to guess.",
    next_step="Make sure that the account has no root password ('rootwarden audit'); the rule root-sign-in tells if one was guessed.",
    find=_find,
)
