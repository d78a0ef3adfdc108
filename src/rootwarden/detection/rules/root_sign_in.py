"""A root user signed in, with MFA, and no exception was open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rootwarden.detection.gathering import is_sign_in
from rootwarden.detection.rule import Match, Rule
from rootwarden.detection.words import place, who
from rootwarden.model.detection import Severity, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rootwarden.detection.scene import Scene


def _find(scene: Scene) -> Iterator[Match]:
    for one in scene.judged:
        event = one.event
        if is_sign_in(event) and not event.failed and event.mfa is not False:
            if one.verdict is Verdict.EXPLAINED:
                continue
            text = f"{who(event)} signed in {place(event)}. {one.reason}"
            yield Match((event,), text, session_id=one.session_id)


RULE = Rule(
    id="root-sign-in",
    severity=Severity.HIGH,
    title="A root user signed in",
    techniques=("T1078.004",),
    why="No member account needs a root password: where one was used, somebody has it, and its MFA device.",
    next_step="Find out who it was. If nobody says so, remove the account's root credentials ('rootwarden remove') and look at what the "
    "session did.",
    find=_find,
)
