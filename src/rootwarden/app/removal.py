"""Composing ``remove``: an audit, a plan, its application, another audit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from rootwarden.app.accounts import Chosen, choose_accounts
from rootwarden.app.audit import take_audit
from rootwarden.app.files import read_text, write_private
from rootwarden.app.settle import earlier_root_work, settle_by_audit
from rootwarden.aws.organizations import Organizations
from rootwarden.errors import Interrupted, LedgerError, RefusedByRule, RootwardenError
from rootwarden.ledger.entry import Kind
from rootwarden.ledger.store import entries
from rootwarden.model.audit import AuditRow, Details
from rootwarden.model.canonical import rfc3339
from rootwarden.model.purpose import PurposeName
from rootwarden.model.reason import local
from rootwarden.model.selection import Selection
from rootwarden.model.tasks import RootTask
from rootwarden.operations.audit.gather import look_at
from rootwarden.operations.audit.judge import skip_reason
from rootwarden.operations.removal.apply import apply_plan
from rootwarden.operations.removal.plan import plan_removal
from rootwarden.operations.removal.plan_file import check_belongs, from_text, hash_of, to_text
from rootwarden.reports.removal_report import removal_outcome_report, removal_plan_report
from rootwarden.sessions.door import Work

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Set as AbstractSet
    from pathlib import Path

    from rootwarden.app.context import App
    from rootwarden.aws.clients import CallerClients
    from rootwarden.ledger.recorder import Recorder
    from rootwarden.model.authority import ForPlan
    from rootwarden.model.credentials import CredentialKind
    from rootwarden.model.ids import AccountId
    from rootwarden.model.reason import Reason
    from rootwarden.model.removal import AccountOutcome, RemovalPlan
    from rootwarden.reports.report import Report

_INCOMPLETE = 6
PLAN_NOTE = "remove plan made"
"""The operation of the ledger note that knows a plan's hash."""


@dataclass(frozen=True, slots=True)
class PlannedRemoval:
    """A plan and the hash it is confirmed by."""

    plan: RemovalPlan
    plan_hash: str

    @property
    def exit_code(self) -> int:
        """6 where an account could not be read, so that the plan cannot cover it; else 0."""
        return _INCOMPLETE if any(one.unread for one in self.plan.left_out) else 0

    def report(self, command: str) -> Report:
        """What is shown before anybody is asked."""
        return removal_plan_report(self.plan, self.plan_hash, command=command)

    def save(self, path: Path) -> None:
        """Writes the plan's file (0600); raises BadInput when that cannot be done."""
        write_private(path, to_text(self.plan))


def make_plan(
    app: App,
    selection: Selection,
    kinds: AbstractSet[CredentialKind],
    *,
    command: str,
    progress: Callable[[int, int | None, AuditRow], None],
) -> PlannedRemoval:
    """Audits the selected accounts in detail and plans the removal of what was seen."""
    app.require_why(command)
    audit = take_audit(app, selection, Details.ALWAYS, command=command, changing=True, progress=progress)
    if audit.interrupted:
        raise Interrupted("interrupted; no plan was made")
    plan = plan_removal(audit, kinds)
    planned = PlannedRemoval(plan, hash_of(plan))
    # The ledger knows the plans that were made here, so that no other file can be applied.
    app.recorder(app.caller(PurposeName.DELEGATE), plan.organization_id).note(
        operation=PLAN_NOTE,
        accounts=tuple(one.account for one in plan.accounts),
        details={"plan_hash": planned.plan_hash, "items": plan.item_count},
    )
    return planned


def load_plan(path: Path, stated_hash: str | None) -> PlannedRemoval:
    """The plan of a file; raises BadInput or RefusedByRule."""
    plan = from_text(read_text(path), name=str(path), stated_hash=stated_hash)
    return PlannedRemoval(plan, hash_of(plan))


def check_before_asking(app: App, planned: PlannedRemoval, *, stated: bool) -> None:
    """Raises what would refuse the whole plan, so that nobody is asked to confirm one that cannot be applied."""
    if planned.plan.accounts:
        clients = app.caller(PurposeName.DELEGATE)
        chosen = _accounts_now(app, planned.plan, clients)
        if not stated:
            _check_known(app.recorder(clients, chosen.organization.id), planned.plan_hash)


def apply_removal(
    app: App,
    planned: PlannedRemoval,
    *,
    command: str,
    stated: bool,
    progress: Callable[[AccountOutcome], None],
) -> tuple[Report, int]:
    """Applies a confirmed plan; the report per item and account, and the exit code.

    ``stated`` says that the user named the plan's hash; otherwise the ledger has to know it. Raises RefusedByRule,
    WrongOrganization, LedgerError.
    """
    plan = planned.plan
    authority = app.for_plan(planned.plan_hash, command)
    if not plan.accounts:
        return removal_outcome_report(plan, planned.plan_hash, (), command=command), 0
    clients = app.caller(PurposeName.DELEGATE)
    chosen = _accounts_now(app, plan, clients)
    recorder = app.recorder(clients, chosen.organization.id)
    if not stated:
        _check_known(recorder, planned.plan_hash)
    earlier = earlier_root_work(recorder)
    outcomes, stopped = _carry_out(
        app, clients, planned, chosen=chosen, authority=authority, command=command, progress=progress
    )
    report = removal_outcome_report(plan, planned.plan_hash, tuple(outcomes), command=command)
    if isinstance(stopped, LedgerError):
        app.notes.append(f"STOPPED, since the ledger cannot be written: {stopped.message}")
    else:
        settle_by_audit(recorder, earlier, [one.after for one in outcomes if one.after])
    if stopped:
        return report, stopped.exit_code
    return report, 0 if all(one.complete for one in outcomes) else _INCOMPLETE


def _carry_out(
    app: App,
    clients: CallerClients,
    planned: PlannedRemoval,
    *,
    chosen: Chosen,
    authority: ForPlan,
    command: str,
    progress: Callable[[AccountOutcome], None],
) -> tuple[list[AccountOutcome], RootwardenError | None]:
    """The outcomes there are, and what stopped the run before its end. Raises LedgerError where nothing was begun."""
    plan = planned.plan
    by_id = {account.id: account for account in chosen.accounts}
    work = Work(
        operation=command,
        accounts=tuple(one.account for one in plan.accounts),
        tasks=(RootTask.DELETE, RootTask.AUDIT),
        authority=authority,
        items=tuple(f"{one.account}:{item.name}" for one in plan.accounts for item in one.items),
    )
    outcomes: list[AccountOutcome] = []
    stopped: RootwardenError | None = None
    try:
        with app.door(clients, chosen.organization.id).begin(work) as run:

            def look(account: AccountId) -> AuditRow:
                return look_at(run, by_id[account], Details.AUTO)

            try:
                for outcome in apply_plan(run, plan, look, _refusals(plan, chosen)):
                    outcomes.append(outcome)
                    progress(outcome)
            except Interrupted as error:  # raised after the last outcome
                stopped = error
    except LedgerError as error:
        if not outcomes:
            raise
        stopped = error
    return outcomes, stopped


def _refusals(plan: RemovalPlan, chosen: Chosen) -> dict[AccountId, Reason]:
    """The plan's accounts that must be left alone by now, and why."""
    management = chosen.organization.management_account_id
    by_id = {account.id: account for account in chosen.accounts}
    found = {}
    for planned in plan.accounts:
        account = by_id.get(planned.account)
        reason = (
            skip_reason(account, management, chosen.excluded)
            if account
            else local("not_in_organization", "the account has left the organization since the plan was made")
        )
        if reason:
            found[planned.account] = reason
    return found


def _check_known(recorder: Recorder, plan_hash: str) -> None:
    known = any(
        entry.kind is Kind.NOTE
        and entry.content.get("operation") == PLAN_NOTE
        and isinstance(details := entry.content.get("details"), Mapping)
        and details.get("plan_hash") == plan_hash
        for entry in entries(recorder.store)
    )
    if not known:
        raise RefusedByRule(
            f"the ledger {recorder.store.location} knows no plan {plan_hash}",
            advice="Apply a plan with the ledger it was made with (--ledger), or state the hash you read with --plan-hash.",
        )


def _check_age(app: App, plan: RemovalPlan) -> None:
    hours = app.settings.limits.plan_max_age_hours
    if datetime.now(UTC) - plan.made > timedelta(hours=hours):
        raise RefusedByRule(
            f"the plan was made at {rfc3339(plan.made)}, which is more than {hours} hours ago",
            advice="Make a new plan: what was seen then may have changed. limits.plan_max_age_hours sets the limit.",
        )


def _accounts_now(app: App, plan: RemovalPlan, clients: CallerClients) -> Chosen:
    """The accounts there are now. Raises WrongOrganization, or RefusedByRule when the plan has too many."""
    _check_age(app, plan)
    limit = app.settings.limits.max_accounts
    if len(plan.accounts) > limit:
        raise RefusedByRule(
            f"the plan changes {len(plan.accounts)} accounts; the limit is {limit}",
            advice="Plan fewer accounts at a time, or raise limits.max_accounts in the configuration.",
        )
    organization = Organizations(clients.client("organizations")).describe()
    check_belongs(plan, organization_id=organization.id, endpoint=clients.endpoint)
    return choose_accounts(app, clients, Selection(everything=True), changing=True)
