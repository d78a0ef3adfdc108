"""Composing ``audit``."""

from __future__ import annotations

from collections.abc import Sized
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rootwarden.app.accounts import choose_accounts
from rootwarden.app.settle import earlier_root_work, settle_by_audit
from rootwarden.errors import Interrupted
from rootwarden.model.audit import Audit, AuditOutcome, AuditRow, Details
from rootwarden.model.purpose import PurposeName
from rootwarden.model.tasks import RootTask
from rootwarden.operations.audit.gather import Rules, audit_accounts
from rootwarden.reports.audit_report import audit_report
from rootwarden.sessions.door import Work

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from rootwarden.app.context import App
    from rootwarden.model.ids import AccountId
    from rootwarden.model.organization import Account
    from rootwarden.model.selection import Selection
    from rootwarden.reports.report import Report


def run_audit(
    app: App, selection: Selection, details: Details, *, progress: Callable[[int, int | None, AuditRow], None]
) -> tuple[Report, int]:
    """The report of ``audit`` and its exit code. ``progress`` hears of each row: its number, the total, the row."""
    audit = take_audit(app, selection, details, command="audit", changing=False, progress=progress)
    return audit_report(audit), audit_exit_code(audit)


def take_audit(
    app: App,
    selection: Selection,
    details: Details,
    *,
    command: str,
    changing: bool,
    progress: Callable[[int, int | None, AuditRow], None],
) -> Audit:
    """Audits the selected accounts; the first look of every removal too."""
    clients = app.caller(PurposeName.DELEGATE)
    chosen = choose_accounts(app, clients, selection, changing=changing, lazily=True)
    rules = Rules(chosen.organization.management_account_id, chosen.excluded, details)
    work = Work(operation=command, accounts=(), tasks=(RootTask.AUDIT,), authority=app.for_reading(command))
    rows = []
    interrupted = False
    recorder = app.recorder(clients, chosen.organization.id)
    earlier = earlier_root_work(recorder)
    places: dict[AccountId, int] = {}
    accounts, total = _counted(chosen.accounts, places)
    with app.door(clients, chosen.organization.id).begin(work) as run:
        try:
            for row in audit_accounts(run, accounts, rules, at_once=app.concurrency):
                rows.append(row)
                progress(len(rows), total, row)
        except Interrupted:  # raised after the last row
            interrupted = True
    settle_by_audit(recorder, earlier, rows)
    rows.sort(key=lambda row: places[row.account.id])
    rows = [replace(row, account=chosen.place(row.account, wait=not interrupted)) for row in rows]
    return Audit(chosen.organization.id, clients.endpoint, datetime.now(UTC), tuple(rows), interrupted)


def _counted(
    accounts: Iterable[Account], places: dict[AccountId, int]
) -> tuple[Iterable[Account], int | None]:
    """The accounts, whose places in the list are noted on the way, and how many they are; None while they are being listed."""
    if isinstance(accounts, Sized):
        places.update((account.id, place) for place, account in enumerate(accounts))
        return accounts, len(accounts)

    def passing() -> Iterator[Account]:
        for account in accounts:
            places[account.id] = len(places)
            yield account

    return passing(), None


def audit_exit_code(audit: Audit) -> int:
    """6 where an account could not be read wholly, which wins over 1 for an exposed one; else 0; 130 when it was broken off."""
    if audit.interrupted:
        return Interrupted.exit_code
    if any(row.incomplete for row in audit.rows):
        return 6
    return 1 if audit.count(AuditOutcome.EXPOSED) else 0
