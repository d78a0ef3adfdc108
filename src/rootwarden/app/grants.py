"""Composing ``grant add``, ``list`` and ``end``. They change the ledger, and nothing at AWS."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from rootwarden.app.entitling import Claim, check_claim, entitlement, record_break_glass
from rootwarden.app.exceptions import registers_in, registers_of
from rootwarden.app.ledger import open_store_for_reading
from rootwarden.app.register_names import named
from rootwarden.app.session import account_for_sessions
from rootwarden.aws.organizations import Organizations
from rootwarden.errors import BadInput, RefusedByRule
from rootwarden.ledger.grants import record_grant, record_grant_end
from rootwarden.ledger.store import entries
from rootwarden.model.canonical import rfc3339
from rootwarden.model.duration import duration
from rootwarden.model.grant import LONGEST_GRANT, Grant
from rootwarden.model.purpose import PurposeName
from rootwarden.model.register_id import new_grant_id
from rootwarden.reports.grant_report import grant_list_report, grant_report

if TYPE_CHECKING:
    from rootwarden.app.context import App
    from rootwarden.model.tasks import RootTask
    from rootwarden.reports.report import Report


@dataclass(frozen=True, slots=True)
class WantedGrant:
    """What ``grant add`` was told, checked as far as it can be without AWS."""

    task: RootTask
    lasts: timedelta
    claim: Claim


def wanted_grant(app: App, task: RootTask, lasts: str, claim: Claim) -> WantedGrant:
    """The grant these options mean. Raises BadInput, and RefusedByRule for more than an hour."""
    check_claim(app, "grant add", task, claim)
    span = duration(lasts, "--for")
    if not span:
        raise BadInput(f"--for {lasts} is no time at all", advice="Give it a length, such as 1h.")
    if span > LONGEST_GRANT:
        raise RefusedByRule(
            f"--for {lasts} is longer than the hour a grant may last",
            advice="Give a shorter time, and add another grant then: a profile is to be no standing path to root.",
        )
    return WantedGrant(task, span, claim)


def run_grant_add(app: App, account: str, wanted: WantedGrant) -> Report:
    """Adds a grant; what the task needs besides a reason has to be there now. Raises RefusedByRule, UnknownAccount, LedgerError."""
    clients = app.caller(PurposeName.DELEGATE)
    chosen = account_for_sessions(app, clients, account)
    found = entitlement(app, clients, chosen, wanted.task, wanted.claim, command="grant add")
    if found.break_glass:
        record_break_glass(app, clients, chosen, wanted.task, command="grant add")
    now = app.clock()
    until = now.replace(microsecond=0) + wanted.lasts
    if found.until is not None and found.until < until:
        until = found.until
        app.notes.append(f"the grant ends with exception {found.exception_id}, at {rfc3339(until)}")
    grant = Grant(
        id=new_grant_id(),
        account=chosen.account.id,
        task=wanted.task.value,
        reason=found.authority.reason,
        ticket=found.authority.ticket,
        until=until,
        added=now,
        exception_id=found.exception_id,
        plan_hash=found.plan_hash,
        break_glass=found.break_glass,
    )
    added = record_grant(app.recorder(clients, chosen.organization.id), grant)
    return grant_report("grant add", added, now, outcome="done", name=chosen.account.name)


def run_grant_list(app: App) -> Report:
    """Every grant of the ledger, those that let somebody in first. Verifies the ledger as it reads."""
    store = open_store_for_reading(app)
    found = registers_in(entries(store)).grants
    return grant_list_report(found, app.clock(), location=store.location)


def run_grant_end(app: App, grant_id: str) -> Report:
    """Ends a grant; does nothing where it is over. Raises BadInput with near matches for an id there is not, and LedgerError."""
    app.require_why("grant end")
    clients = app.caller(PurposeName.DELEGATE)
    organization = Organizations(clients.client("organizations")).describe()
    app.check_organization(organization.id)
    found = registers_of(app, clients, organization.id).grants
    grant = named(grant_id, found, "grant", lambda one: f"{one.task} in account {one.account}")
    now = app.clock()
    if not grant.is_current(now):
        return grant_report("grant end", grant, now, outcome="nothing_to_do")
    ended = record_grant_end(
        app.recorder(clients, organization.id),
        grant,
        reason=app.choices.reason or "grant end",
        ticket=app.choices.ticket,
    )
    return grant_report("grant end", ended, now, outcome="done")
