"""The password or the address of a root user was changed, and no exception was open for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rootwarden.detection.rule import Match, Rule
from rootwarden.detection.words import place, who
from rootwarden.model.detection import Severity, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rootwarden.detection.scene import Scene

_NAMES: Final = frozenset({"PasswordUpdated", "EmailUpdated", "UpdateAccountEmailAddress"})
"""By their names alone: AWS's records and public rules disagree on eventSource."""


def _find(scene: Scene) -> Iterator[Match]:
    for one in scene.named(_NAMES, but={Verdict.EXPLAINED}):
        event = one.event
        if not event.failed:
            what = "password" if event.name == "PasswordUpdated" else "e-mail address"
            text = f"{who(event)} changed its {what} {place(event)}. {one.reason}"
            yield Match((event,), text, session_id=one.session_id)


RULE = Rule(
    id="root-password-changed",
    severity=Severity.HIGH,
    title="A root user's password or e-mail address was changed",
    techniques=("T1098",),
    why="With the address goes the way back: whoever has it can recover the password at any time.",
    next_step="Look at the account's e-mail address ('rootwarden tasks root-email' changes it from the management account), then remove "
    "the root credentials.",
    find=_find,
)
