"""Composing ``audit``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rootwarden.app.accounts import choose_accounts
from rootwarden.app.audit_files import AuditFiles, FileChoices
from rootwarden.app.audit_pass import AuditPass
from rootwarden.app.context import VERSION, App
from rootwarden.app.denied import with_our_readings
from rootwarden.app.placing import PlacedStream, Placing
from rootwarden.errors import Interrupted
from rootwarden.model.audit import Audit, AuditOutcome, AuditRow, Details, Tally
from rootwarden.model.purpose import PurposeName
from rootwarden.reports.audit_change_text import change_document, left_document
from rootwarden.reports.audit_report import audit_report, row_document, streamed_report, summary

if TYPE_CHECKING:
    from rootwarden.aws.clients import CallerClients
    from rootwarden.model.audit_change import Difference
    from rootwarden.model.selection import Selection
    from rootwarden.reports.report import Report

Progress = Callable[[int, int | None, AuditRow], None]
"""Hears of each row: its number, the total where it is known, the row."""
Stream = Callable[[Mapping[str, Any]], None]
"""Takes the document of each row as soon as there is one."""
_INCOMPLETE = 6


@dataclass(frozen=True, slots=True)
class WantedAudit:
    """What ``audit`` was told."""

    selection: Selection
    details: Details | None = None
    """None where nothing was said."""
    files: FileChoices = field(default_factory=FileChoices)


def run_audit(
    app: App, wanted: WantedAudit, *, progress: Progress, stream: Stream | None = None
) -> tuple[Report, int]:
    """The report of ``audit`` and its exit code.

    With ``stream`` the rows go there as they come and are not kept, so that memory does not grow with the organization.
    """
    scoped = app.settings.scope.names_some
    files = AuditFiles(wanted.files, wanted.selection, wanted.details, scoped=scoped, version=VERSION)
    clients = app.caller(PurposeName.DELEGATE)
    chosen = choose_accounts(app, clients, files.selection, changing=False, lazily=True)
    organization_id = chosen.organization.id
    files.begin(organization_id=organization_id, endpoint=clients.endpoint, now=app.clock())
    one_pass = AuditPass(app, clients, chosen, details=files.details, command="audit", carried=files.carried)
    placing = Placing(app, chosen)
    kept: list[AuditRow] = []
    try:
        with closing(with_our_readings(app, clients, one_pass)) as rows:
            out = PlacedStream(placing, _out(files, stream, kept))
            tally = _walk(rows, files, out, placing, lambda n, row: progress(n, one_pass.total, row))
        out.finish(wait=one_pass.whole)
        _finish(files, tally, whole=one_pass.whole, stream=stream)
    finally:
        files.stop()
    written = _tell_files(app, clients, files, placing, wait=one_pass.whole)
    code = _exit_code(tally, one_pass, written=written)
    if stream is not None:
        return streamed_report(tally, files.compared), code
    taken = app.clock()
    audit = Audit(
        organization_id,
        clients.endpoint,
        taken,
        tuple(kept),
        one_pass.interrupted,
        unlisted=one_pass.why_unlisted,
    )
    return audit_report(audit, files.compared), code


def _out(
    files: AuditFiles, stream: Stream | None, kept: list[AuditRow]
) -> Callable[[AuditRow, Difference | None], None]:
    """Where rows go: out at once, or to where they are sorted at the end."""

    def out(row: AuditRow, change: Difference | None) -> None:
        if stream is None:
            kept.append(row)
        elif files.compares:
            stream({**row_document(row), "change": change_document(change)})
        else:
            stream(row_document(row))

    return out


def _walk(
    rows: Iterable[AuditRow],
    files: AuditFiles,
    out: PlacedStream,
    placing: Placing,
    progress: Callable[[int, AuditRow], None],
) -> Tally:
    tally = Tally()
    for row in rows:
        tally.see(row)
        placed = placing(row, wait=False)
        out.take(placed, files.see(placed))
        progress(tally.total, row)
    return tally


def _finish(files: AuditFiles, tally: Tally, *, whole: bool, stream: Stream | None) -> None:
    """What comes after the last row: who left, and the end of the saved file."""
    for one in files.find_left(interrupted=not whole):
        if stream is not None:
            stream(left_document(one))
    files.finish(interrupted=not whole, rows=tally.total, summary=summary(tally))


def _tell_files(app: App, clients: CallerClients, files: AuditFiles, placing: Placing, *, wait: bool) -> bool:
    """Whether all was written."""
    if files.problem:
        app.problems.append(f"not all was saved: {files.problem}")
    handed = files.hand_off is None or files.hand_off.write(app, clients, lambda row: placing(row, wait=wait))
    return handed and files.problem is None


def take_audit(
    app: App, selection: Selection, details: Details, *, command: str, progress: Progress
) -> Audit:
    """Audits the selected accounts, in their order; the first look of every change. Raises ListBrokeOff: a change needs all of them."""
    clients = app.caller(PurposeName.DELEGATE)
    chosen = choose_accounts(app, clients, selection, changing=True, lazily=True)
    one_pass = AuditPass(app, clients, chosen, details=details, command=command)
    rows = []
    for row in one_pass.rows():
        rows.append(row)
        progress(len(rows), one_pass.total, row)
    if one_pass.unlisted is not None:
        raise one_pass.unlisted
    rows.sort(key=lambda row: one_pass.places[row.account.id])
    placing = Placing(app, chosen)
    placed = tuple(placing(row, wait=not one_pass.interrupted) for row in rows)
    taken = app.clock()
    return Audit(chosen.organization.id, clients.endpoint, taken, placed, one_pass.interrupted)


def _exit_code(tally: Tally, one_pass: AuditPass, *, written: bool) -> int:
    """6 where not all could be listed, read wholly or written, which wins over 1 for an exposed one; else 0; 130 when broken off."""
    if one_pass.interrupted:
        return Interrupted.exit_code
    if tally.incomplete or not written or one_pass.unlisted:
        return _INCOMPLETE
    return 1 if tally.count(AuditOutcome.EXPOSED) else 0
