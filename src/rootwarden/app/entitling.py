"""What entitles a person to a root session of their own: a reason; for credentials an exception, a plan, or breaking the glass."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from rootwarden.app.age import check_age
from rootwarden.app.exceptions import registers_of
from rootwarden.app.removal import check_known
from rootwarden.app.removal_plan import load_plan
from rootwarden.errors import BadInput, RefusedByRule
from rootwarden.ledger.store import entries
from rootwarden.model.authority import ForBreakGlass, ForException, ForPerson, ForPlan
from rootwarden.model.canonical import rfc3339
from rootwarden.model.recovery_exception import ExceptionState
from rootwarden.model.tasks import RootTask
from rootwarden.operations.removal.plan_file import check_belongs
from rootwarden.sessions.authorizing import REASON_IS_ENOUGH

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from pathlib import Path

    from rootwarden.app.accounts import ChosenAccount
    from rootwarden.app.context import App
    from rootwarden.aws.clients import CallerClients
    from rootwarden.model.authority import Authority
    from rootwarden.model.ids import AccountId
    from rootwarden.model.recovery_exception import RecoveryException

BREAK_GLASS: Final = "break glass"
"""The operation of the note that makes it stand out in the ledger."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What the user gave besides a reason."""

    plan: Path | None = None
    break_glass: bool = False


@dataclass(frozen=True, slots=True)
class Entitlement:
    """What entitles to one task in one account."""

    authority: Authority
    until: datetime | None = None
    """When it ends; None for no end of its own."""
    exception_id: str | None = None
    plan_hash: str | None = None
    break_glass: bool = False


def check_claim(app: App, command: str, task: RootTask, claim: Claim) -> None:
    """Raises BadInput for options that do not go with the task, and RefusedByRule where the glass is not to be broken."""
    app.require_why(command)
    if claim.plan and claim.break_glass:
        raise BadInput("--plan and --break-glass cannot go together", advice="Give one of them.")
    if claim.plan and task is not RootTask.DELETE:
        raise BadInput(
            f"--plan entitles to the task delete, not to {task.value}",
            advice=_NO_CLAIM if task in REASON_IS_ENOUGH else "Creating a password takes an open exception.",
        )
    if not claim.break_glass:
        return
    if task in REASON_IS_ENOUGH:
        raise BadInput(f"--break-glass is not for the task {task.value}", advice=_NO_CLAIM)
    if not app.settings.recovery.break_glass:
        raise RefusedByRule(
            "the configuration does not allow --break-glass",
            advice="Open an exception for the account; or recovery.break_glass = true, if your rules allow that.",
        )
    if not (app.choices.reason or "").strip():
        raise BadInput("--break-glass needs a reason", advice="Give --reason TEXT.")


_NO_CLAIM: Final = "Leave it out: for this task a reason is enough."


def entitlement(
    app: App, clients: CallerClients, chosen: ChosenAccount, task: RootTask, claim: Claim, *, command: str
) -> Entitlement:
    """What entitles the caller now. Raises RefusedByRule where nothing does, BadInput for a plan that is none, LedgerError."""
    account, organization = chosen.account.id, chosen.organization.id
    reason, ticket = app.choices.reason or command, app.choices.ticket
    if task in REASON_IS_ENOUGH:
        return Entitlement(ForPerson(reason, ticket))
    if claim.plan is not None:
        plan_hash = _planned(app, clients, organization, account, claim.plan)
        return Entitlement(ForPlan(plan_hash, reason, ticket, only=account), plan_hash=plan_hash)
    found = exceptions_for(registers_of(app, clients, organization).exceptions, account, task, app.clock())
    if found:
        last = max(found, key=lambda one: one.until)
        return Entitlement(ForException(last.id, account, reason, ticket), last.until, exception_id=last.id)
    if claim.break_glass:
        return Entitlement(ForBreakGlass(account, reason, ticket), break_glass=True)
    needed = "an open exception or a plan" if task is RootTask.DELETE else "an open exception"
    raise RefusedByRule(
        f"the task {task.value} needs {needed} for {account}, and there is none",
        advice=(
            "Name the plan with --plan FILE ('rootwarden remove plan --out FILE' makes one)."
            if task is RootTask.DELETE
            else "Open an exception for the account: it has an owner and an end, and what it leaves behind is removed."
        ),
    )


def exceptions_for(
    exceptions: Iterable[RecoveryException], account: AccountId, task: RootTask, now: datetime
) -> tuple[RecoveryException, ...]:
    """The exceptions that entitle to the task now: those in force, and for a new password none that is being closed."""
    return tuple(
        one
        for one in exceptions
        if one.account == account
        and one.is_open(now)
        and not (one.state is ExceptionState.CLOSING and task is RootTask.CREATE_PASSWORD)
    )


def record_break_glass(
    app: App, clients: CallerClients, chosen: ChosenAccount, task: RootTask, *, command: str
) -> None:
    """Writes the note that stands out, before anything else is done, and says so on the terminal. Raises LedgerError."""
    app.recorder(clients, chosen.organization.id).note(
        operation=BREAK_GLASS,
        accounts=(chosen.account.id,),
        reason=app.choices.reason,
        ticket=app.choices.ticket,
        details={"command": command, "task": task.value},
    )
    app.problems.append(
        f"BREAK GLASS: {task.value} in {chosen.account.id} {chosen.account.name} with neither exception nor plan; the ledger says who "
        "and why"
    )


def _planned(app: App, clients: CallerClients, organization_id: str, account: AccountId, path: Path) -> str:
    """The hash of the plan; it has to be known, of this organization, recent, and to cover the account."""
    planned = load_plan(path, None)
    plan = planned.plan
    check_belongs(plan, organization_id=organization_id, endpoint=clients.endpoint)
    recorder = app.recorder(clients, organization_id)
    check_known(entries(recorder.store), planned.plan_hash, recorder.store.location)
    check_age(app, plan.made, "the plan")
    if account not in {one.account for one in plan.accounts}:
        raise RefusedByRule(
            f"{path}: the plan of {rfc3339(plan.made)} removes nothing in {account}",
            advice="Make a plan for that account with 'rootwarden remove plan'.",
        )
    return planned.plan_hash
