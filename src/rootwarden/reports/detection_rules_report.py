"""The catalogue of detection rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rootwarden.reports.detection_report import SEVERITY_TONES
from rootwarden.reports.report import Cell, Report, Table, cell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rootwarden.detection.rule import Rule


def rules_report(rules: Sequence[Rule]) -> Report:
    """Every rule with why it matters and what to do next."""
    rows = tuple(_document(one) for one in rules)
    columns = ("Rule", "Severity", "Title", "ATT&CK", "Why", "Next step")
    return Report(
        command="detect rules",
        document={"rules": list(rows)},
        tables=(Table("", columns, tuple(_row(one) for one in rules)),),
        lines=(Cell(f"{len(rows)} rules; the severity is the highest a rule gives."),),
        rows=rows,
    )


def _row(one: Rule) -> tuple[Cell, ...]:
    return (
        cell(one.id),
        cell(one.severity.value, SEVERITY_TONES[one.severity]),
        cell(one.title),
        cell(", ".join(one.techniques)),
        cell(one.why),
        cell(one.next_step),
    )


def _document(one: Rule) -> dict[str, Any]:
    return {
        "id": one.id,
        "severity": one.severity.value,
        "title": one.title,
        "techniques": list(one.techniques),
        "why": one.why,
        "next_step": one.next_step,
    }
