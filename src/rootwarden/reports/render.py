"""Choosing the format."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final, assert_never

from rootwarden.reports import csv, json, markdown, table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rootwarden.reports.report import Report


class OutputFormat(StrEnum):
    """``-o``."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"
    MARKDOWN = "markdown"
    ASFF = "asff"
    OCSF = "ocsf"
    SARIF = "sarif"


ONLY_OF: Final[Mapping[OutputFormat, frozenset[str]]] = {
    OutputFormat.ASFF: frozenset({"detect run"}),
    OutputFormat.OCSF: frozenset({"detect run"}),
    OutputFormat.SARIF: frozenset({"guardrails check"}),
}
"""The commands that have a format which not every command has."""


def render(report: Report, chosen: OutputFormat, *, width: int = 120, color: bool = False) -> str:
    """The report in the chosen format."""
    match chosen:
        case OutputFormat.TABLE:
            return table.render(report, width=width, color=color)
        case OutputFormat.JSON:
            return json.render(report)
        case OutputFormat.JSONL:
            return json.render_lines(report)
        case OutputFormat.CSV:
            return csv.render(report)
        case OutputFormat.MARKDOWN:
            return markdown.render(report)
        case OutputFormat.ASFF | OutputFormat.OCSF | OutputFormat.SARIF:
            return report.texts[chosen]
        case _:
            assert_never(chosen)
