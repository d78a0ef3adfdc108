"""An MFA device of a root user was taken away, and nobody wrote down why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rootwarden.detection.parameters import is_about_root_device
from rootwarden.detection.rule import Match, Rule
from rootwarden.detection.watched import IAM
from rootwarden.detection.words import place, who
from rootwarden.model.detection import Severity, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rootwarden.detection.scene import Scene

_NAMES: Final = frozenset({"DeactivateMFADevice", "DeleteVirtualMFADevice"})


def _find(scene: Scene) -> Iterator[Match]:
    for one in scene.named(_NAMES, but={Verdict.EXPLAINED, Verdict.AWS_SERVICE}):
        event = one.event
        if event.source == IAM and not event.failed and is_about_root_device(event):
            device = event.detail("serialNumber") or "an MFA device"
            text = f"{who(event)} took away {device} {place(event)} ({event.name}). {one.reason}"
            yield Match((event,), text, session_id=one.session_id)


RULE = Rule(
    id="root-mfa-removed",
    severity=Severity.HIGH,
    title="MFA of a root user was removed",
    techniques=("T1556.006", "T1531"),
    why="Without it the password is enough; or somebody keeps the owner out, and comes with a device of their own.",
    next_step="Find out who it was, and remove what is left of the account's root credentials ('rootwarden remove').",
    find=_find,
)
