"""Comma-separated values for spreadsheets."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from rootwarden.reports.safe_text import printable

if TYPE_CHECKING:
    from rootwarden.reports.report import Report

_FORMULA_STARTS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""ASCII and full-width: spreadsheets take both."""


def render(report: Report) -> str:
    """The report's spreadsheet, else its first table: a header, then its rows."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    table = report.spreadsheet or next(iter(report.tables), None)
    if table is not None:
        writer.writerow([column.lower().replace(" ", "_") for column in table.columns])
        writer.writerows([safe_field(one.text) for one in row] for row in table.rows)
    return out.getvalue()


def safe_field(text: str) -> str:
    """A cell that no spreadsheet takes for a formula, without control sequences."""
    clean = printable(text)
    # A spreadsheet would run a name such as =HYPERLINK(...) as a formula.
    return f"'{clean}" if clean.lstrip().startswith(_FORMULA_STARTS) else clean
