"""The policy of a bucket or queue was deleted or replaced as root, without a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rootwarden.detection.rule import Match, Rule
from rootwarden.detection.tasks import action_of
from rootwarden.detection.words import place, who
from rootwarden.model.detection import Severity, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rootwarden.detection.scene import Scene
    from rootwarden.model.detection import JudgedEvent

_DELETES: Final = frozenset({"s3:DeleteBucketPolicy"})
_REPLACES: Final = frozenset({"s3:PutBucketPolicy"})
_QUEUE: Final = "sqs:SetQueueAttributes"


def _find(scene: Scene) -> Iterator[Match]:
    names = {action.partition(":")[2] for action in (*_DELETES, *_REPLACES, _QUEUE)}
    for one in scene.named(names, but={Verdict.AWS_SERVICE}):
        event, what = one.event, _change(one)
        if what is None or event.failed or _has_a_plan(scene, one):
            continue
        if one.verdict is Verdict.EXPLAINED and what == "deleted":
            continue  # what the task is for; a policy of one's own is more than that
        which = event.detail("bucketName") or event.detail("queueUrl") or "a bucket or queue"
        text = f"{who(event)} {what} the policy of {which} {place(event)}, without a plan. {one.reason}"
        severity = Severity.LOW if one.verdict is Verdict.EXPLAINED else Severity.HIGH
        yield Match((event,), text, severity=severity, session_id=one.session_id)


def _change(one: JudgedEvent) -> str | None:
    action = action_of(one.event)
    if action == _QUEUE:
        return {"replaced": "replaced", "removed": "deleted"}.get(one.event.detail("policy") or "")
    if action in _DELETES:
        return "deleted"
    return "replaced" if action in _REPLACES else None


def _has_a_plan(scene: Scene, one: JudgedEvent) -> bool:
    session = scene.session_of(one)
    return (
        one.verdict is Verdict.EXPLAINED
        and session is not None
        and bool(session.run and session.run.plan_hash)
    )


RULE = Rule(
    id="policy-replaced",
    severity=Severity.HIGH,
    title="A bucket or queue policy was changed as root",
    techniques=("T1098", "T1567"),
    why="The task is for policies that lock everybody out. The same session can open a bucket to anybody.",
    next_step="Read the policy as it is now, and compare it with the backup or with AWS Config's history.",
    find=_find,
)
