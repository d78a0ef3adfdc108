"""An audit, worst first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rootwarden.model.audit import Audit, AuditOutcome, AuditRow, Tally
from rootwarden.model.canonical import rfc3339
from rootwarden.reports.audit_change_text import Compared, change_cell, change_document, left_document
from rootwarden.reports.credentials_text import as_document, in_words
from rootwarden.reports.report import Cell, Report, Table, Tone, cell

if TYPE_CHECKING:
    from rootwarden.model.diagnosis import TaskDiagnosis
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


def audit_report(audit: Audit, compared: Compared | None = None, *, command: str = "audit") -> Report:
    """The whole audit, worst first, with what changed where it was compared."""
    rows = sorted(
        audit.rows,
        key=lambda row: (
            _WORST_FIRST.index(row.outcome),
            row.account.ou_path or "",
            row.account.name,
            row.account.id,
        ),
    )
    tally = Tally(rows)
    documents = [row_document(row) for row in rows]
    lines = [Cell(summary_line(tally))]
    document: dict[str, Any] = {
        "organization_id": audit.organization_id,
        "endpoint": audit.endpoint,
        "taken": audit.taken,
        "accounts": documents,
        "summary": summary(tally),
        "unlisted": audit.unlisted.as_json() if audit.unlisted else None,
    }
    if compared is not None:
        for row, each in zip(rows, documents, strict=True):
            each["change"] = change_document(compared.differences.get(row.account.id))
        documents += [left_document(one) for one in compared.left]
        document["diff"] = compared.as_json()
        lines.append(Cell(compared.in_words))
    table = audit_table(rows, compared)
    return Report(command, document, (table,), tuple(lines), tuple(documents))


def streamed_report(tally: Tally, compared: Compared | None = None) -> Report:
    """What is left to say of an audit whose rows went out as they came."""
    lines = [Cell(summary_line(tally)), *([Cell(compared.in_words)] if compared else [])]
    return Report("audit", {"summary": summary(tally)}, (), tuple(lines))


def audit_table(rows: list[AuditRow], compared: Compared | None = None) -> Table:
    """The rows in the order given, and behind them the accounts that left."""
    columns = ("Account", "Name", "E-mail", "OU", "Outcome", "Root credentials", "Reason")
    if compared is None:
        return Table("", columns, tuple(_cells(row) for row in rows))
    found = compared.differences
    cells = [(*_cells(row)[:5], change_cell(found.get(row.account.id)), *_cells(row)[5:]) for row in rows]
    cells += [
        (
            cell(one.account),
            cell(one.name),
            cell(""),
            cell(""),
            cell(""),
            change_cell(one),
            cell(""),
            cell(""),
        )
        for one in compared.left
    ]
    return Table("", (*columns[:5], "Change", *columns[5:]), tuple(cells))


def _cells(row: AuditRow) -> tuple[Cell, ...]:
    return (
        cell(row.account.id),
        cell(row.account.name),
        cell(row.account.email, Tone.FAINT),
        cell(row.account.ou_path, Tone.FAINT),
        cell(row.outcome.value, TONES[row.outcome]),
        cell(_credentials(row), Tone.FAINT if row.outcome is AuditOutcome.CLEAN else Tone.PLAIN),
        cell(_reason(row)),
    )


def _credentials(row: AuditRow) -> str:
    return "not looked at" if row.outcome is AuditOutcome.SKIPPED else in_words(row.credentials)


def _reason(row: AuditRow) -> str:
    parts = [reason_text(row.reason)] if row.reason else []
    if row.our_reading:
        parts.append(f"our reading: {row.our_reading.sentence}")
    if row.reason is None or row.reason.source != "local":  # one of ours tells of them itself
        parts += [one.in_words for one in row.explanations]
    parts += [f"{one.kind.value}: {one.text}" for one in row.conflicts]
    return "\n".join(parts)


def reason_text(reason: Reason) -> str:
    """A reason in one line: AWS's code and words, or ours."""
    return reason.text if reason.source == "local" else f"{reason.code}: {reason.text}"


def summary(tally: Tally) -> dict[str, int]:
    """Counts by outcome, and the total."""
    return {**{outcome.value: tally.count(outcome) for outcome in AuditOutcome}, "total": tally.total}


def summary_line(tally: Tally) -> str:
    """``12 accounts: 3 exposed, 1 unreachable, ...``."""
    counts = ", ".join(
        f"{tally.count(outcome)} {outcome.value}" for outcome in AuditOutcome if tally.count(outcome)
    )
    return f"{tally.total} account{'' if tally.total == 1 else 's'}: {counts or 'nothing to show'}"


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
        "our_reading": _our_reading(row.our_reading),
    }


def _our_reading(one: TaskDiagnosis | None) -> dict[str, Any] | None:
    """What doctor said, in its own names for it."""
    if one is None:
        return None
    return {
        "answer": one.answer.value,
        "sentence": one.sentence,
        "layer": one.layer,
        "target": one.target,
        "policy": one.policy,
        "policy_id": one.policy_id,
        "statement": one.statement,
        "condition": one.condition,
    }
