"""Composing ``recovery adopt``: root credentials that are there become an exception, with an owner and an end."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from rootwarden.app.accounts import choose_account
from rootwarden.app.recovery_ground import account_lease, ground
from rootwarden.app.recovery_rules import check_wanted, limits_passed, note_break_glass
from rootwarden.app.recovery_tell import tell
from rootwarden.errors import CannotLook, RefusedByRule
from rootwarden.ledger.exception_notes import record_adopted
from rootwarden.model.notification import NotificationKind
from rootwarden.model.recovery_exception import ExceptionState, RecoveryException
from rootwarden.model.register_id import new_exception_id
from rootwarden.operations.recovery.opening import check_holds_something, check_none_open
from rootwarden.reports.recovery_adopt_report import adopt_report

if TYPE_CHECKING:
    from rootwarden.app.context import App
    from rootwarden.app.recovery_ground import Ground
    from rootwarden.model.audit import AuditRow
    from rootwarden.model.recovery import WantedException
    from rootwarden.reports.report import Report

COMMAND: Final = "recovery adopt"


@dataclass(frozen=True, slots=True)
class Adopting:
    """An exception for what is there, before anybody confirms."""

    on: Ground
    row: AuditRow
    wanted: WantedException
    draft: RecoveryException
    passed: tuple[str, ...] = ()

    def report(self) -> Report:
        """The plan."""
        return adopt_report(COMMAND, self.draft, self.row, outcome="planned", now=self.on.app.clock())


def prepare_adopt(app: App, account: str, wanted: WantedException) -> Adopting:
    """Everything that can be checked beforehand. Raises BadInput where there is nothing to adopt, RefusedByRule, AwsError, LedgerError."""
    on = ground(app, COMMAND)
    chosen = choose_account(app, on.clients, account)
    one = chosen.account
    check_wanted(on, wanted, one.id)
    if chosen.against is not None:
        raise RefusedByRule(
            f"{one.id} {one.name}: {chosen.against.text}", advice="Nothing is adopted in such an account."
        )
    now = app.clock()
    mine = [each for each in on.registers().exceptions if each.account == one.id]
    check_none_open(mine, now)
    passed = limits_passed(on, wanted, mine)
    row = on.look([one.id]).get(one.id)
    if row is None or not row.wholly_read:
        reason = row.reason if row else None
        why = f"{reason.code}: {reason.text}" if reason else "it has left the organization"
        raise CannotLook(
            f"what the root user of {one.id} holds could not be read, so nothing is adopted: {why}",
            advice=f"'rootwarden doctor --account {one.id}' shows what stands in the way.",
        )
    known = check_holds_something(row)
    draft = RecoveryException(
        id=new_exception_id(),
        account=one.id,
        task=wanted.task.name,
        owner=wanted.owner or on.caller_arn,
        reason=app.choices.reason or f"{wanted.task.name}: {wanted.task.title}",
        ticket=app.choices.ticket,
        opened=now,
        until=now.replace(microsecond=0) + wanted.lasts,
        break_glass=bool(passed),
        state=ExceptionState.OPEN,
        opener=on.caller_arn,
        adopted=True,
        known=known,
    )
    return Adopting(on, row, wanted, draft, passed)


def adopt(adopting: Adopting) -> Report:
    """Records the exception. Raises LeaseLost, RefusedByRule where another was opened meanwhile, and LedgerError."""
    on, account = adopting.on, adopting.draft.account
    with on.lease(account_lease(account)):
        now = on.app.clock()
        check_none_open([one for one in on.registers().exceptions if one.account == account], now)
        if adopting.passed:
            note_break_glass(on, account, adopting.passed)
        until = now.replace(microsecond=0) + adopting.wanted.lasts
        exception = replace(adopting.draft, opened=now, until=until)
        record_adopted(on.recorder, exception)
    name = adopting.row.account.name
    tell(on, NotificationKind.OPENED, exception, name=name, items=exception.known)
    if adopting.passed:
        tell(on, NotificationKind.BREAK_GLASS, exception, name=name, limits=adopting.passed)
    return adopt_report(COMMAND, exception, adopting.row, outcome="done", now=now)
