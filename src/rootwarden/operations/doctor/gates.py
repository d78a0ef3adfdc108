"""What decides outside of policies: trusted access, the features, and whose account the caller belongs to. Pure.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-enable-root-access.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rootwarden.model.diagnosis import Gate, TaskAnswer, Unread
from rootwarden.model.features import CallerRole
from rootwarden.model.organization import AccountState
from rootwarden.model.reading import NotSeen, Seen
from rootwarden.model.reason import Reason, local

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rootwarden.model.ids import AccountId
    from rootwarden.model.organization import Account, Organization
    from rootwarden.model.tasks import RootTask
    from rootwarden.operations.doctor.evidence import Evidence


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One thing that blocks a task, or may."""

    answer: TaskAnswer
    layer: str
    sentence: str
    action: str = ""
    """The action that meets it; empty for a gate."""
    target: str | None = None
    policy: str | None = None
    statement: str | None = None
    condition: str | None = None
    depends_on: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    remedy: str = ""
    """What lifts it, where that is no change of a policy."""


def skip_reason(
    organization: Organization, excluded: Mapping[AccountId, Reason], account: Account
) -> Reason | None:
    """Why no session is opened in an account, whatever the policies say."""
    if account.id == organization.management_account_id:
        return local("management_account", "root sessions do not reach the management account")
    if account.id in excluded:
        return excluded[account.id]
    if account.state is not AccountState.ACTIVE:
        return local(f"account_{account.state.value.lower()}", f"the account is {account.state.value}")
    return None


def gates(evidence: Evidence, task: RootTask) -> Iterator[Obstacle]:
    """Which of the gates are closed, or were not seen."""
    if not evidence.organization.has_all_features:
        yield Obstacle(
            TaskAnswer.BLOCKED,
            Gate.FEATURE,
            "The organization has consolidated billing only.",
            remedy="Enable all features in the organization.",
        )
    match evidence.trusted_access:
        case Seen(False):
            yield Obstacle(
                TaskAnswer.BLOCKED,
                Gate.TRUSTED_ACCESS,
                "IAM has no trusted access in the organization.",
                remedy="From the management account: rootwarden enable.",
            )
        case NotSeen(reason):
            yield _open(Gate.TRUSTED_ACCESS, "trusted access", reason)
    yield from _feature(evidence, task)
    yield from _delegation(evidence)


def _feature(evidence: Evidence, task: RootTask) -> Iterator[Obstacle]:
    match evidence.features:
        case Seen(enabled) if task.feature not in enabled:
            yield Obstacle(
                TaskAnswer.BLOCKED,
                Gate.FEATURE,
                f"{task.feature.value} is off.",
                remedy="From the management account: rootwarden enable.",
            )
        case NotSeen(reason) if evidence.trusted_access != Seen(value=False):
            yield _open(Gate.FEATURE, "the root features", reason)


def _delegation(evidence: Evidence) -> Iterator[Obstacle]:
    account = evidence.caller.caller.account_id
    if evidence.caller.role is CallerRole.MEMBER:
        yield Obstacle(
            TaskAnswer.BLOCKED,
            Gate.DELEGATION,
            f"The caller's account {account} is neither the management account nor delegated administrator for IAM.",
            remedy="Use a profile of the delegated administrator, or register the account with rootwarden enable --delegate.",
        )
    elif evidence.caller.role is None:
        reason = local("role_not_seen", "the delegated administrators could not be read")
        yield _open(Gate.DELEGATION, "the delegated administrators", reason)


def _open(gate: Gate, what: str, reason: Reason) -> Obstacle:
    why = f"{reason.code}: {reason.text}"
    return Obstacle(
        TaskAnswer.DEPENDS,
        gate,
        f"It depends on {what}, which could not be read ({why}).",
        depends_on=(what,),
        warnings=(f"{what}: not read: {why}",),
    )


def unread_gates(evidence: Evidence) -> Iterator[Unread]:
    """What of the gates was not read."""
    if isinstance(evidence.trusted_access, NotSeen):
        yield Unread("trusted access", evidence.trusted_access.reason)
    if isinstance(evidence.features, NotSeen) and evidence.trusted_access != Seen(value=False):
        yield Unread("the root features", evidence.features.reason)
    if evidence.caller.role is None:
        yield Unread(
            "the delegated administrators",
            local("role_not_seen", "nothing readable tells what the caller's account is"),
        )
