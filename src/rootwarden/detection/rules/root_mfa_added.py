"""A root user was given an MFA device, and no exception was open."""

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

_NAMES: Final = frozenset({"EnableMFADevice", "CreateVirtualMFADevice", "ResyncMFADevice"})


def _find(scene: Scene) -> Iterator[Match]:
    for one in scene.named(_NAMES, but={Verdict.EXPLAINED, Verdict.AWS_SERVICE}):
        event = one.event
        if event.source == IAM and not event.failed and is_about_root_device(event):
            device = event.detail("serialNumber") or "an MFA device"
            text = f"{who(event)} registered {device} {place(event)} ({event.name}). {one.reason}"
            yield Match((event,), text, session_id=one.session_id)


RULE = Rule(
    id="root-mfa-added",
    severity=Severity.HIGH,
    title="MFA of a root user was added",
    techniques=("T1098.005", "T1556.006"),
    why="Whoever means to stay registers a device of their own; outside of an exception nobody else has a reason to.",
    next_step="Find out whose device it is. Remove the account's root credentials ('rootwarden remove') if nobody says so.",
    find=_find,
)
