"""Composing ``unlock``: a look, a judgement, a plan, a backup, the change, another look."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from rootwarden.app.organization_layers import organization_layers
from rootwarden.app.settle import AFTER_HASH, BACKUP_HASH, BEFORE_HASH, earlier_unlocks, settle_by_policy
from rootwarden.app.unlock_backup import BackupChoice, Kept, is_known, keep, read_small
from rootwarden.errors import AccessDenied, BadInput, CredentialsRefused, Interrupted, RefusedByRule
from rootwarden.model.outcome import Done, NothingToDo, Outcome, Refused
from rootwarden.model.reading import Seen
from rootwarden.model.unlock import Backup, Method, Resource
from rootwarden.operations.unlock.apply import apply_plan
from rootwarden.operations.unlock.backup_file import check_belongs
from rootwarden.operations.unlock.diagnose import Judge
from rootwarden.operations.unlock.document import policy_hash
from rootwarden.operations.unlock.gather import list_resources, read_policy
from rootwarden.operations.unlock.plan import Wish, changes_nothing, hash_of, make_plan, objections, refuse
from rootwarden.operations.unlock.requests import Surroundings
from rootwarden.sessions.door import Work

if TYPE_CHECKING:
    from pathlib import Path

    from rootwarden.app.context import App
    from rootwarden.app.unlock_target import Target
    from rootwarden.model.diagnosis import Unread
    from rootwarden.model.unlock import Located, LockDiagnosis, Objection, UnlockOutcome, UnlockPlan

_INCOMPLETE: Final = 6
_FINDING: Final = 1
_REFUSED: Final = 4


@dataclass(frozen=True, slots=True)
class Looked:
    """A bucket or queue as it was found."""

    target: Target
    policy: str | None
    judge: Judge
    diagnosis: LockDiagnosis
    unread: tuple[Unread, ...]

    @property
    def resource(self) -> Resource:
        """The bucket or queue."""
        return self.judge.surroundings.resource

    @property
    def exit_code(self) -> int:
        """6 where something that decides was not read, 1 where an administrator is locked out, else 0."""
        return _code(self.diagnosis, self.unread)


@dataclass(frozen=True, slots=True)
class PlannedUnlock:
    """A plan, and what is to be said about it before anybody confirms."""

    looked: Looked
    plan: UnlockPlan
    plan_hash: str
    objections: tuple[Objection, ...]
    after: LockDiagnosis
    """What the planned policy will do to the administrators."""

    @property
    def pending(self) -> bool:
        """Whether there is anything to change."""
        return not changes_nothing(self.plan)


@dataclass(frozen=True, slots=True)
class Unlocked:
    """What came of a plan."""

    planned: PlannedUnlock
    outcome: Outcome
    found: UnlockOutcome | None
    """None where nothing had to be done."""
    backup: Kept | None
    after: LockDiagnosis | None
    """What the policy that was read back does to the administrators; None where it was not read."""

    @property
    def exit_code(self) -> int:
        """0 where it is as planned and the administrators get in."""
        if self.found is not None and self.found.interrupted:
            return Interrupted.exit_code
        if isinstance(self.outcome, Refused):
            return _REFUSED
        if not isinstance(self.outcome, Done | NothingToDo) or self.after is None:
            return _INCOMPLETE
        return _code(self.after, self.planned.looked.unread)


def _code(diagnosis: LockDiagnosis, unread: tuple[Unread, ...]) -> int:
    if unread:
        return _INCOMPLETE
    return _FINDING if diagnosis.locked else 0


def list_of(app: App, target: Target) -> tuple[Located, ...]:
    """The buckets of the account, or its queues in the Region in use."""
    kind = target.request.kind
    with app.door(target.clients, target.chosen.organization.id).begin(_looking(app, target, ())) as run:
        return list_resources(run, target.account.id, kind, target.clients.region)


def look(app: App, target: Target) -> Looked:
    """Reads the policy and judges it. Settles what an earlier run left open about it."""
    if target.name is None:
        raise BadInput(
            f"no {target.request.kind.value} is named",
            advice="Name it; or leave it out on a terminal, and pick from a list.",
        )
    recorder = app.recorder(target.clients, target.chosen.organization.id)
    item = f"{target.account.id}:{target.name}"
    try:
        with app.door(target.clients, target.chosen.organization.id).begin(
            _looking(app, target, (item,))
        ) as run:
            resource, policy = read_policy(
                run,
                target.account.id,
                target.request.kind,
                target.name,
                target.region,
                home=target.clients.region,
                partition=target.clients.partition.name,
            )
    except (AccessDenied, CredentialsRefused) as error:
        app.notes.append(_likely(error, target))
        raise
    settle_by_policy(recorder, earlier_unlocks(recorder, resource), resource, policy_hash(policy))
    layers = organization_layers(target.clients, target.chosen, target.account)
    surroundings = Surroundings(resource, target.chosen.organization.id, layers.org_paths, target.origin)
    judge = Judge(surroundings, target.administrators, layers.scp_levels, layers.rcp_levels)
    return Looked(target, policy, judge, judge.diagnose(policy), layers.unread)


def _looking(app: App, target: Target, items: tuple[str, ...]) -> Work:
    request = target.request
    return Work(
        request.command, (target.account.id,), (request.kind.task,), app.for_reading(request.command), items
    )


def _likely(error: AccessDenied | CredentialsRefused, target: Target) -> str:
    """Our reading of a refusal, beside AWS's own words."""
    task = target.request.kind.task.value
    if isinstance(error, CredentialsRefused) and error.operation != "sts:AssumeRoot":
        where = target.region or target.clients.region
        return f"our reading: where AWS does not know keys it gave out itself, the Region {where} may be off in the account"
    return (
        f"our reading: an SCP or RCP may be what denies it; 'rootwarden doctor --account {target.account.id} --task {task}' "
        "names the policy where it can be read"
    )


def read_replacement(method: Method, file: Path | None, *, drop: bool) -> Wish:
    """What is wanted; raises BadInput for a file that is missing, too large, or not JSON."""
    if file is None:
        return Wish(method, drop=drop)
    try:
        text = read_small(file).decode("utf-8")
        json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{file}: not JSON: {error}", advice="Give a policy document as JSON text.") from error
    return Wish(method, text)


def plan_unlock(app: App, looked: Looked, wish: Wish, *, force: bool) -> PlannedUnlock:
    """The plan; raises RefusedByRule where its policy should not be put in place and ``force`` does not say so."""
    organization = looked.target.chosen.organization.id
    endpoint = looked.target.clients.endpoint
    trusted = False
    if looked.target.backup is not None:
        found = looked.target.backup
        check_belongs(
            found.backup,
            organization_id=organization,
            endpoint=endpoint,
            resource=looked.resource,
            name=found.name,
        )
        trusted = is_known(app.recorder(looked.target.clients, organization), found.sha256)
        if not trusted:
            app.notes.append(
                f"the ledger does not know the backup {found.name}: its policy is judged like any other"
            )
        wish = Wish(Method.RESTORE, found.backup.policy)
    plan = make_plan(looked.judge, looked.policy, wish, organization_id=organization, endpoint=endpoint)
    found_objections = objections(looked.judge, plan)
    if not force and not trusted:  # what the ledger knows to have been there may come back, locks and all
        refuse(found_objections, method=plan.method)
    return PlannedUnlock(looked, plan, hash_of(plan), found_objections, looked.judge.diagnose(plan.after))


def check_hash(planned: PlannedUnlock, stated: str | None) -> None:
    """Raises RefusedByRule where the user has read another plan."""
    if stated is not None and stated != planned.plan_hash:
        raise RefusedByRule(
            f"the plan now has hash {planned.plan_hash}, not the stated {stated}: the policy, or what was asked for, has changed",
            advice="Read the plan again (--plan), and state its hash.",
        )


def apply_unlock(app: App, planned: PlannedUnlock, choice: BackupChoice) -> Unlocked:
    """Writes the backup, changes the policy, reads it back and judges it.

    Raises BadInput or AwsError where no backup can be written: then nothing is changed. Raises LedgerError.
    """
    looked, plan = planned.looked, planned.plan
    if not planned.pending:
        return Unlocked(planned, NothingToDo(), None, None, planned.after)
    target = looked.target
    authority = app.for_plan(planned.plan_hash, target.request.command, (plan.resource.kind.task,))
    backup = Backup(plan.organization_id, plan.endpoint, plan.resource, datetime.now(UTC), plan.before)
    kept = keep(app, target.clients, backup, choice)
    app.notes.append(f"backup written to {' and '.join(kept.places)}")
    work = Work(
        operation=f"{target.request.command} --{plan.method.value}",
        accounts=(plan.resource.account,),
        tasks=(plan.resource.kind.task,),
        authority=authority,
        items=(f"{plan.resource.account}:{plan.resource.arn}",),
        details=_details(plan, kept),
    )
    with app.door(target.clients, plan.organization_id).begin(work) as run:
        found = apply_plan(run, plan)
    after = looked.judge.diagnose(found.seen.value) if isinstance(found.seen, Seen) else None
    return Unlocked(planned, found.outcome, found, kept, after)


def _details(plan: UnlockPlan, kept: Kept) -> dict[str, str]:
    """Hashes: neither the policies themselves, nor the backup's path, which no ledger of a team can follow."""
    hashes = {BEFORE_HASH: policy_hash(plan.before), AFTER_HASH: policy_hash(plan.after)}
    return {
        "region": plan.resource.region,
        BACKUP_HASH: kept.sha256,
        **{name: value for name, value in hashes.items() if value is not None},
    }
