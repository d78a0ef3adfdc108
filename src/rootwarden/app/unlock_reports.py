"""From what ``unlock`` found and did to its reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rootwarden.model.reading import Seen
from rootwarden.operations.unlock.document import policy_hash, same_policy
from rootwarden.reports.unlock_report import (
    ShownPlan,
    Subject,
    diagnosis_report,
    outcome_report,
    plan_report,
    policy_report,
)

if TYPE_CHECKING:
    from rootwarden.app.unlock import Looked, PlannedUnlock, Unlocked
    from rootwarden.reports.report import Report


def shown_report(looked: Looked) -> Report:
    """The policy."""
    return policy_report(_subject(looked), looked.policy, policy_hash(looked.policy))


def looked_report(looked: Looked) -> Report:
    """The policy and whom it locks out."""
    return diagnosis_report(_subject(looked), looked.policy, policy_hash(looked.policy), looked.diagnosis)


def planned_report(planned: PlannedUnlock) -> Report:
    """The plan."""
    return plan_report(_subject(planned.looked), _shown(planned))


def unlocked_report(done: Unlocked) -> Report:
    """What came of the plan."""
    seen = done.found.seen if done.found else None
    as_planned: bool | None = True if done.found is None else None
    if isinstance(seen, Seen):
        as_planned = same_policy(seen.value, done.planned.plan.after)
    return outcome_report(
        _subject(done.planned.looked),
        _shown(done.planned),
        done.outcome,
        backup={"places": list(done.backup.places), "sha256": done.backup.sha256} if done.backup else None,
        request_id=done.found.request_id if done.found else None,
        after=done.after,
        as_planned=as_planned,
    )


def _subject(looked: Looked) -> Subject:
    request = looked.target.request
    return Subject(
        request.command,
        looked.resource,
        looked.target.account.name,
        looked.target.origin.words,
        looked.unread,
    )


def _shown(planned: PlannedUnlock) -> ShownPlan:
    plan = planned.plan
    hashes = (policy_hash(plan.before), policy_hash(plan.after))
    return ShownPlan(plan, planned.plan_hash, hashes, planned.objections, planned.after)
