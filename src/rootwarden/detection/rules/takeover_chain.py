"""A root password was allowed, and somebody went on from there without an exception."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from rootwarden.detection.gathering import account_of, is_recovery, is_sign_in
from rootwarden.detection.parameters import is_about_root
from rootwarden.detection.rule import Match, Rule
from rootwarden.detection.tasks import task_of
from rootwarden.detection.words import names
from rootwarden.model.detection import Severity, Verdict
from rootwarden.model.tasks import RootTask

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rootwarden.detection.scene import Scene
    from rootwarden.model.detection import JudgedEvent
    from rootwarden.model.detection_event import Event

_WITHIN: Final = timedelta(days=7)


def _find(scene: Scene) -> Iterator[Match]:
    begun: dict[str, list[Event]] = defaultdict(list)
    going_on: dict[str, list[Event]] = defaultdict(list)
    for one in scene.judged:
        if _allows_password(one.event):
            begun[account_of(one.event)].append(one.event)
        elif one.verdict is not Verdict.EXPLAINED and _goes_on(one):
            going_on[one.event.account].append(one.event)
    for account, later in going_on.items():
        earlier = [
            one for one in begun[account] if any(one.time <= two.time <= one.time + _WITHIN for two in later)
        ]
        if not earlier:
            continue
        chain = (
            *earlier,
            *(two for two in later if earlier[0].time <= two.time <= earlier[-1].time + _WITHIN),
        )
        text = (
            f"In {account} a root password was allowed, and then used, without an exception: {names(chain)}."
        )
        yield Match(chain, text, anchor=f"{account} {earlier[0].id}")


def _allows_password(event: Event) -> bool:
    if event.failed:
        return False
    if event.is_assume_root:
        return task_of(event.task_policy) is RootTask.CREATE_PASSWORD
    return event.is_root and event.name == "CreateLoginProfile" and is_about_root(event)


def _goes_on(one: JudgedEvent) -> bool:
    event = one.event
    if event.failed:
        return False
    is_key = event.name == "CreateAccessKey" and is_about_root(event)
    return is_recovery(event) or is_sign_in(event) or is_key


RULE = Rule(
    id="takeover-chain",
    severity=Severity.CRITICAL,
    title="A root user is being taken over",
    techniques=("T1078.004", "T1098.001", "T1548.005"),
    why="The task create-password cannot set a password; who wants the account goes on by e-mail recovery, a sign-in and a key. The "
    "steps are far apart, in different services, and look harmless one by one.",
    next_step="Remove the account's root credentials ('rootwarden remove') now, deny root by a service control policy on the account, and "
    "find who opened the session and who reads the root mailbox.",
    find=_find,
)
