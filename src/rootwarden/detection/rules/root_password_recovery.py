"""Password recovery of a root user, and no exception was open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rootwarden.detection.rule import Match, Rule
from rootwarden.detection.watched import RECOVERY
from rootwarden.detection.words import answer, ended, place
from rootwarden.model.detection import Severity, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rootwarden.detection.scene import Scene
    from rootwarden.model.detection_event import Event


def _find(scene: Scene) -> Iterator[Match]:
    for one in scene.named(RECOVERY, but={Verdict.EXPLAINED}):
        event = one.event
        step = "completed" if event.name == "PasswordRecoveryCompleted" else "requested"
        text = f"Recovery of the root password of {event.account} was {step} {place(event)}."
        if event.failed:
            text += f" It failed: {ended(answer(event))}"
        yield Match((event,), text, severity=_severity(event))


def _severity(event: Event) -> Severity:
    if event.failed:
        return Severity.MEDIUM  # where there is no password to recover, somebody tried all the same
    return Severity.CRITICAL if event.name == "PasswordRecoveryCompleted" else Severity.HIGH


RULE = Rule(
    id="root-password-recovery",
    severity=Severity.CRITICAL,
    title="Recovery of a root password",
    techniques=("T1078.004", "T1098"),
    why="Whoever reads the root mailbox sets a password, once the account allows recovery. It is how a takeover goes on after a session "
    "for create-password.",
    next_step="Find out who asked for it. If it went through, remove the account's root credentials ('rootwarden remove'), and see who "
    "reads the root mailbox.",
    find=_find,
)
