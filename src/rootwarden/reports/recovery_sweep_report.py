"""What a sweep found and did: one line per account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from rootwarden.model.canonical import rfc3339
from rootwarden.model.sweep import FINDINGS, INCOMPLETE, QUIET, SweepRow, SweepWord
from rootwarden.reports.audit_report import reason_text
from rootwarden.reports.report import Cell, Report, Table, Tone, cell
from rootwarden.reports.standing import second

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rootwarden.model.sweep import LastSweep, RootEvent

_WAITING: Final = {SweepWord.TO_CLOSE, SweepWord.TO_SETTLE, SweepWord.TO_REMOVE}
_MOST_EVENTS: Final = 20


def sweep_plan_report(
    command: str, rows: Sequence[SweepRow], last: LastSweep | None, *, whole: bool
) -> Report:
    """What would be done."""
    return _report(command, rows, last, whole=whole, outcome="planned")


def swept_report(command: str, rows: Sequence[SweepRow], last: LastSweep | None, *, whole: bool) -> Report:
    """What was done."""
    return _report(command, rows, last, whole=whole, outcome="swept")


def _report(
    command: str, rows: Sequence[SweepRow], last: LastSweep | None, *, whole: bool, outcome: str
) -> Report:
    documents = tuple(_document(row) for row in rows)
    counts = {word.value: sum(1 for row in rows if row.word is word) for word in SweepWord}
    document = {
        "outcome": outcome,
        "last_sweep": last_sweep_document(last),
        "listed_all": whole,
        "accounts": list(documents),
        "summary": counts,
    }
    lines = [Cell(text, Tone.WARN) for row in rows for text in _events(row)]
    if last is None:
        lines.append(
            Cell(
                "This is the first sweep that this ledger knows of: no account counts as joined since.",
                Tone.FAINT,
            )
        )
    if not whole:
        lines.append(Cell("Not all accounts could be listed; of the others nothing is known.", Tone.BAD))
    shown = ", ".join(f"{count} {word}" for word, count in counts.items() if count)
    bad = any(row.word in FINDINGS | INCOMPLETE for row in rows)
    lines.append(Cell(f"{len(rows)} accounts: {shown or 'none'}", Tone.WARN if bad else Tone.GOOD))
    return Report(command, document, (_table(rows),), tuple(lines), documents)


def last_sweep_document(last: LastSweep | None) -> dict[str, Any] | None:
    """The latest sweep that came to its end."""
    if last is None:
        return None
    return {"started": rfc3339(last.started), "ended": rfc3339(last.ended), "summary": dict(last.summary)}


def _table(rows: Sequence[SweepRow]) -> Table:
    return Table(
        "",
        ("Account", "Name", "Outcome", "What"),
        tuple(
            (cell(row.account), cell(row.name), cell(row.word.value, _tone(row)), cell(_what(row)))
            for row in rows
            if row.word not in QUIET or row.events
        ),
    )


def _what(row: SweepRow) -> str:
    parts = [row.text] if row.text else []
    if row.items:
        parts.append(", ".join(row.items))
    if row.reason and row.reason.text not in row.text:
        parts.append(reason_text(row.reason))
    return "; ".join(parts)


def _events(row: SweepRow) -> list[str]:
    shown = [_event(row, one) for one in row.events[:_MOST_EVENTS]]
    more = len(row.events) - len(shown)
    return [*shown, f"Done as root in {row.account}: {more} more, see the ledger."] if more > 0 else shown


def _event(row: SweepRow, one: RootEvent) -> str:
    failed = f", {one.error}" if one.error else ""
    return f"Done as root in {row.account}: {one.name} ({one.source}) at {second(one.time)} in {one.region} from {one.address}{failed}."


def _tone(row: SweepRow) -> Tone:
    if row.word in FINDINGS | INCOMPLETE:
        return Tone.BAD
    if row.word in _WAITING or row.word in {SweepWord.OPEN, SweepWord.EXCEPTED, SweepWord.LEFTOVER}:
        return Tone.WARN
    return Tone.GOOD


def _document(row: SweepRow) -> dict[str, Any]:
    return {
        "id": row.account,
        "name": row.name,
        "outcome": row.word.value,
        "text": row.text,
        "exception_id": row.exception_id,
        "items": list(row.items),
        "joined": row.joined,
        "reason": row.reason.as_json() if row.reason else None,
        "root_events": [
            {
                "event_id": one.id,
                "time": rfc3339(one.time),
                "name": one.name,
                "source": one.source,
                "region": one.region,
                "address": one.address,
                "error": one.error,
            }
            for one in row.events
        ],
    }
