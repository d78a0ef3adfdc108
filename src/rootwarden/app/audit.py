"""Composing ``audit``."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rootwarden.app.accounts import choose_accounts
from rootwarden.app.settle import earlier_root_work, settle_by_audit
from rootwarden.errors import Interrupted
from rootwarden.model.audit import Audit, AuditOutcome, AuditRow, Details
from rootwarden.model.purpose import PurposeName
from rootwarden.model.tasks import RootTask
from rootwarden.operations.audit.gather import Rules, accounts_to_read, audit_accounts, skipped_rows
from rootwarden.reports.audit_report import audit_report
from rootwarden.sessions.door import Work

if TYPE_CHECKING:
    from collections.abc import Callable

    from rootwarden.app.context import App
    from rootwarden.model.selection import Selection
    from rootwarden.reports.report import Report


def run_audit(
    app: App, selection: Selection, details: Details, *, progress: Callable[[int, int, AuditRow], None]
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
    progress: Callable[[int, int, AuditRow], None],
) -> Audit:
    """Audits the selected accounts; the first look of every removal too."""
    clients = app.caller(PurposeName.DELEGATE)
    chosen = choose_accounts(app, clients, selection, changing=changing)
    rules = Rules(chosen.organization.management_account_id, chosen.excluded, details)
    work = Work(
        operation=command,
        accounts=accounts_to_read(chosen.accounts, rules),
        tasks=(RootTask.AUDIT,),
        authority=app.for_reading(command),
    )
    if not work.accounts:  # nothing will be done as root, so there is nothing to record
        left_alone = tuple(skipped_rows(chosen.accounts, rules))
        return Audit(chosen.organization.id, clients.endpoint, datetime.now(UTC), left_alone)
    rows = []
    interrupted = False
    recorder = app.recorder(clients, chosen.organization.id)
    earlier = earlier_root_work(recorder)
    with app.door(clients, chosen.organization.id).begin(work) as run:
        try:
            for row in audit_accounts(run, chosen.accounts, rules):
                rows.append(row)
                progress(len(rows), len(chosen.accounts), row)
        except Interrupted:  # raised after the last row
            interrupted = True
    settle_by_audit(recorder, earlier, rows)
    return Audit(chosen.organization.id, clients.endpoint, datetime.now(UTC), tuple(rows), interrupted)


def audit_exit_code(audit: Audit) -> int:
    """6 where an account could not be read wholly, which wins over 1 for an exposed one; else 0; 130 when it was broken off."""
    if audit.interrupted:
        return Interrupted.exit_code
    if any(row.incomplete for row in audit.rows):
        return 6
    return 1 if audit.count(AuditOutcome.EXPOSED) else 0
