"""Composing ``recovery sweep``: every root user is looked at once; what is due is done under one lease, and what is found is told."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from rootwarden.app.accounts import choose_accounts
from rootwarden.app.audit_pass import AuditPass
from rootwarden.app.recovery_activity import Watch
from rootwarden.app.recovery_close import CloseChoice, Closing, plan_close
from rootwarden.app.recovery_ground import Ground, ground
from rootwarden.app.recovery_join import JoinedRemoval
from rootwarden.app.recovery_sweep_close import close_one, settle_one
from rootwarden.app.recovery_tell import Reminders
from rootwarden.errors import Interrupted
from rootwarden.ledger.store import entries
from rootwarden.ledger.sweeps import SweepRegister, record_swept
from rootwarden.model.audit import Details
from rootwarden.model.notification import NotificationKind
from rootwarden.model.selection import Selection
from rootwarden.model.sweep import FINDINGS, INCOMPLETE, SweepRow, SweepWord
from rootwarden.operations.recovery.sweep import duties
from rootwarden.operations.recovery.sweep_rows import counted, gone_row, planned_rows, seen_row
from rootwarden.reports.recovery_sweep_report import sweep_plan_report, swept_report

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rootwarden.app.context import App
    from rootwarden.ledger.lease_keeper import HeldByUs
    from rootwarden.model.audit import AuditRow
    from rootwarden.model.ids import AccountId
    from rootwarden.reports.report import Report

COMMAND: Final = "recovery sweep"
LEASE: Final = "recovery-sweep"
_FINDINGS: Final = 1
_INCOMPLETE: Final = 6


@contextmanager
def sweeping(app: App, *, plan_only: bool) -> Iterator[Sweep]:
    """A sweep; unless it only plans, under the one lease there is for sweeps. Raises LeaseLost where another one is at work."""
    app.require_why(COMMAND)
    on = ground(app, COMMAND)
    if plan_only:
        yield Sweep(on, None)
        return
    with on.lease(LEASE) as lease:
        yield Sweep(on, lease)


class Sweep:
    """One sweep: ``look``, then perhaps ``carry_out``."""

    def __init__(self, on: Ground, lease: HeldByUs | None) -> None:
        """Looks at nothing yet."""
        self._on = on
        self._lease = lease
        self._rows: dict[AccountId, AuditRow] = {}
        self._whole = True

    def look(self, progress: Callable[[int, int | None, AuditRow], None]) -> None:
        """Reads every root user, and decides what there is to do. Raises Interrupted, AwsError, LedgerError."""
        on = self._on
        self._started = on.app.clock()
        register = SweepRegister()
        for entry in entries(on.recorder.store):
            register.take(entry)
        self._last = register.last
        everything = Selection(everything=True)
        chosen = choose_accounts(on.app, on.clients, everything, changing=True, lazily=True)
        one_pass = AuditPass(on.app, on.clients, chosen, details=Details.AUTO, command=COMMAND)
        for row in one_pass.rows():
            self._rows[row.account.id] = row
            self._keep()
            progress(len(self._rows), one_pass.total, row)
        if one_pass.interrupted:
            raise Interrupted(
                "interrupted; nothing was closed or removed", advice="Give the same command again."
            )
        self._whole = one_pass.unlisted is None
        found = on.registers().exceptions
        self._duties = duties(found, self._rows, self._last, on.app.clock())
        self._closings = [self._plan_close(one.id) for one in self._duties.closing]
        self._removal = JoinedRemoval(on, self._duties.joined)

    @property
    def pending(self) -> bool:
        """Whether anything at AWS or in an exception would change."""
        return bool(self._closings or self._duties.settling or self._removal.pending)

    def plan_report(self) -> Report:
        """What there is to do and to tell; nothing was changed."""
        rows = planned_rows(self._rows, self._duties, self._removal.accounts)
        return sweep_plan_report(COMMAND, self._in_order(rows), self._last, whole=self._whole)

    def carry_out(self, say: Callable[[str], None]) -> tuple[Report, int]:
        """Does it, account by account, and tells people; the report and the exit code. Raises LedgerError, LeaseLost."""
        on = self._on
        rows = {account: seen_row(row, self._duties) for account, row in self._rows.items()}
        gone = [one for one in self._duties.settling if one.account not in rows]
        rows |= {one.account: gone_row(one) for one in gone}
        for one in self._duties.settling:
            self._keep()
            rows[one.account] = settle_one(on, one, self._rows.get(one.account), say)
        for closing in self._closings:
            self._keep()
            rows[closing.exception.account] = close_one(closing, say)
        self._keep()
        rows |= self._removal.carry_out(rows, say)
        self._watch(rows)
        self._remind(rows)
        return self._end(rows)

    def _plan_close(self, exception_id: str) -> Closing:
        exception = next(one for one in self._duties.closing if one.id == exception_id)
        how = "swept" if exception.overdue(self._on.app.clock()) else "closed"
        return plan_close(self._on, exception, self._rows.get(exception.account), CloseChoice(how=how))

    def _watch(self, rows: dict[AccountId, SweepRow]) -> None:
        """What was done as root in the accounts of exceptions, while they were open and after."""
        self._watched = watch = Watch(self._on)
        for one, events, late in watch.look():
            row = rows.get(one.account) or gone_row(one)
            word = SweepWord.ROOT_ACTIVITY if late and row.word not in INCOMPLETE else row.word
            rows[one.account] = replace(
                row, word=word, events=(*row.events, *events), exception_id=row.exception_id or one.id
            )

    def _remind(self, rows: dict[AccountId, SweepRow]) -> None:
        on = self._on
        reminders = Reminders(on)
        now = on.app.clock()
        for one in on.not_closed():
            row = rows.get(one.account)
            name = row.name if row else None
            if one.overdue(now):
                reminders.exception(NotificationKind.OVERDUE, one, name=name)
            elif one.id in {each.id for each in self._duties.due}:
                reminders.exception(NotificationKind.DUE, one, name=name)
        for account, row in rows.items():
            if row.word is SweepWord.STRAY:
                reminders.stray(self._rows[account].account, row.items)

    def _end(self, rows: dict[AccountId, SweepRow]) -> tuple[Report, int]:
        joined = [account for account, row in rows.items() if row.joined]
        failed = {account for account in joined if rows[account].word in INCOMPLETE}
        pending = dict.fromkeys((*self._duties.pending, *failed))
        record_swept(
            self._on.recorder,
            started=self._started,
            pending=pending,
            joined=[one for one in joined if one not in pending],
            summary=counted(rows.values()),
        )
        ordered = self._in_order(rows)
        report = swept_report(COMMAND, ordered, self._last, whole=self._whole)
        unread = self._watched.unread or any(row.incomplete for row in self._rows.values())
        if unread or not self._whole or any(row.word in INCOMPLETE for row in ordered):
            return report, _INCOMPLETE
        return report, _FINDINGS if any(row.word in FINDINGS for row in ordered) else 0

    def _in_order(self, rows: dict[AccountId, SweepRow]) -> tuple[SweepRow, ...]:
        order = list(SweepWord)
        return tuple(sorted(rows.values(), key=lambda row: (order.index(row.word), row.account)))

    def _keep(self) -> None:
        if self._lease is not None:
            self._lease.keep()
