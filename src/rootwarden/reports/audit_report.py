"""An audit, worst first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rootwarden.model.audit import Audit, AuditOutcome, AuditRow
from rootwarden.model.canonical import rfc3339
from rootwarden.reports.credentials_text import as_document, in_words
from rootwarden.reports.report import Cell, Report, Table, Tone, cell

if TYPE_CHECKING:
    from rootwarden.model.reason import Reason

TONES = {
    AuditOutcome.EXPOSED: Tone.BAD,
    AuditOutcome.UNREACHABLE: Tone.WARN,
    AuditOutcome.EXCEPTED: Tone.WARN,
    AuditOutcome.LEFTOVER: Tone.WARN,
    AuditOutcome.SKIPPED: Tone.FAINT,
    AuditOutcome.CLEAN: Tone.GOOD,
}
_WORST_FIRST = list(AuditOutcome)


def audit_report(audit: Audit, *, command: str = "audit") -> Report:
    """The whole audit; its exit code follows from the counts."""
    rows = sorted(
        audit.rows,
        key=lambda row: (_WORST_FIRST.index(row.outcome), row.account.ou_path or "", row.account.name),
    )
    documents = tuple(row_document(row) for row in rows)
    return Report(
        command=command,
        document={
            "organization_id": audit.organization_id,
            "endpoint": audit.endpoint,
            "taken": audit.taken,
            "accounts": list(documents),
            "summary": summary(audit),
        },
        tables=(audit_table(rows),),
        lines=(Cell(summary_line(audit)),),
        rows=documents,
    )


def audit_table(rows: list[AuditRow]) -> Table:
    """The rows in the order given."""
    return Table(
        title="",
        columns=("Account", "Name", "E-mail", "OU", "Outcome", "Root credentials", "Reason"),
        rows=tuple(
            (
                cell(row.account.id),
                cell(row.account.name),
                cell(row.account.email, Tone.FAINT),
                cell(row.account.ou_path, Tone.FAINT),
                cell(row.outcome.value, TONES[row.outcome]),
                cell(_credentials(row), Tone.FAINT if row.outcome is AuditOutcome.CLEAN else Tone.PLAIN),
                cell(_reason(row)),
            )
            for row in rows
        ),
    )


def _credentials(row: AuditRow) -> str:
    return "not looked at" if row.outcome is AuditOutcome.SKIPPED else in_words(row.credentials)


def _reason(row: AuditRow) -> str:
    parts = [reason_text(row.reason)] if row.reason else []
    if row.reason is None or row.reason.source != "local":  # one of ours tells of them itself
        parts += [one.in_words for one in row.explanations]
    parts += [f"{one.kind.value}: {one.text}" for one in row.conflicts]
    return "\n".join(parts)


def reason_text(reason: Reason) -> str:
    """A reason in one line: AWS's code and words, or ours."""
    return reason.text if reason.source == "local" else f"{reason.code}: {reason.text}"


def summary(audit: Audit) -> dict[str, int]:
    """Counts by outcome, and the total."""
    return {**{outcome.value: audit.count(outcome) for outcome in AuditOutcome}, "total": len(audit.rows)}


def summary_line(audit: Audit) -> str:
    """``12 accounts: 3 exposed, 1 unreachable, ...``."""
    counts = ", ".join(
        f"{audit.count(outcome)} {outcome.value}" for outcome in AuditOutcome if audit.count(outcome)
    )
    total = len(audit.rows)
    return f"{total} account{'' if total == 1 else 's'}: {counts or 'nothing to show'}"


def row_document(row: AuditRow) -> dict[str, Any]:
    """One account as the contract lists its fields."""
    account = row.account
    return {
        "id": account.id,
        "name": account.name,
        "email": account.email,
        "ou_path": account.ou_path,
        "state": account.state.value,
        "joined_method": account.joined_method.value,
        "outcome": row.outcome.value,
        "reason": row.reason.as_json() if row.reason else None,
        "credentials": as_document(row.credentials),
        "conflicts": [{"kind": one.kind.value, "text": one.text} for one in row.conflicts],
        "problems": [one.as_json() for one in row.problems],
        "explanations": [one.as_json() for one in row.explanations],
        "read": rfc3339(row.read) if row.read else None,
    }
