"""The checks of the management account: failed ones first, with why they matter and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from rootwarden.model.management import Verdict
from rootwarden.reports.report import Cell, Report, Table, Tone, cell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rootwarden.model.ids import AccountId
    from rootwarden.model.management import ManagementCheck

_ORDER: Final = (Verdict.FAILED, Verdict.UNKNOWN, Verdict.BY_HAND, Verdict.PASSED)
_TONES: Final = {
    Verdict.PASSED: Tone.GOOD,
    Verdict.FAILED: Tone.BAD,
    Verdict.UNKNOWN: Tone.WARN,
    Verdict.BY_HAND: Tone.PLAIN,
}
_WORDS: Final = {Verdict.BY_HAND: "check by hand"}


def management_report(account: AccountId, checks: Sequence[ManagementCheck]) -> Report:
    """Every check; for those that did not pass the reason to care and the thing to do."""
    ordered = sorted(checks, key=lambda one: _ORDER.index(one.verdict))
    rows = tuple(_document(one) for one in ordered)
    counts = {verdict.value: sum(one.verdict is verdict for one in checks) for verdict in Verdict}
    table = Table(
        title=f"Management account {account}",
        columns=("Check", "Verdict", "Should be", "Found"),
        rows=tuple(
            (
                cell(one.id),
                cell(_word(one.verdict), _TONES[one.verdict]),
                cell(one.title),
                cell(_found(one)),
            )
            for one in ordered
        ),
    )
    lines = []
    for one in ordered:
        if one.verdict is not Verdict.PASSED:
            lines.append(Cell(f"{one.id}: {one.why}", _TONES[one.verdict]))
            lines.append(Cell(f"  To do: {one.advice}"))
    said = ", ".join(f"{count} {_word(Verdict(name))}" for name, count in counts.items() if count)
    return Report(
        command="management check",
        document={"account_id": account, "checks": list(rows), "summary": counts},
        tables=(table,),
        lines=(*lines, Cell(f"{len(checks)} checks: {said}.")),
        rows=rows,
        spreadsheet=Table(
            "",
            ("Check", "Verdict", "Title", "Found", "Why", "Advice", "Page"),
            tuple(
                tuple(
                    cell(text)
                    for text in (
                        one.id,
                        one.verdict.value,
                        one.title,
                        _found(one),
                        one.why,
                        one.advice,
                        one.page,
                    )
                )
                for one in ordered
            ),
        ),
    )


def _word(verdict: Verdict) -> str:
    return _WORDS.get(verdict, verdict.value)


def _found(one: ManagementCheck) -> str:
    return f"{one.found}: {one.reason.code}: {one.reason.text}" if one.reason else one.found


def _document(one: ManagementCheck) -> dict[str, Any]:
    return {
        "id": one.id,
        "title": one.title,
        "verdict": one.verdict.value,
        "found": one.found,
        "why": one.why,
        "advice": one.advice or None,
        "page": one.page or None,
        "reason": one.reason.as_json() if one.reason else None,
    }
