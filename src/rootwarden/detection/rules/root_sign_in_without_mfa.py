"""A root user signed in without MFA, and no exception was open."""

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
        # Under an exception the first sign-in comes before the device that AWS makes root enrol.
        if is_sign_in(event) and not event.failed and event.mfa is False:
            if one.verdict is Verdict.EXPLAINED:
                continue
            text = f"{who(event)} signed in without MFA {place(event)}. {one.reason}"
            yield Match((event,), text, session_id=one.session_id)


RULE = Rule(
    id="root-sign-in-without-mfa",
    severity=Severity.CRITICAL,
    title="A root user signed in without MFA",
    techniques=("T1078.004",),
    why="The password alone was enough, so whoever has or guesses it, or reads the root mailbox, is root.",
    next_step="Remove the account's root credentials ('rootwarden remove') at once, then look at what the session did.",
    find=_find,
)
