"""OU paths on a narrow terminal: a path is broken between OUs, and never inside the name of one."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from rich.cells import cell_len

from rootwarden.reports.report import Table

COLUMN: Final = "OU"
_COMFORTABLE: Final = 20
"""Columns that a path may have before it is broken."""
_OUS: Final = re.compile(r"/[^/]*")


def with_broken_paths(table: Table, room: int) -> Table:
    """The table with its OU paths on several lines each, where its rows would need more than ``room`` columns."""
    if COLUMN not in table.columns or _widest(table) <= room:
        return table
    at = table.columns.index(COLUMN)
    names = [name for row in table.rows for name in _OUS.findall(row[at].text)]
    longest = max((cell_len(name) for name in names), default=0)
    rows = (
        (*row[:at], replace(row[at], text=broken(row[at].text, max(longest, _COMFORTABLE))), *row[at + 1 :])
        for row in table.rows
    )
    return replace(table, rows=tuple(rows))


def broken(path: str, columns: int) -> str:
    """The path on lines of at most so many columns, as far as the names of its OUs allow it."""
    if "\n" in path or "".join(names := _OUS.findall(path)) != path:
        return path  # no path of one account
    lines = [""]
    for name in names:
        if lines[-1] and cell_len(lines[-1] + name) > columns:
            lines.append("")
        lines[-1] += name
    return "\n".join(lines)


def _widest(table: Table) -> int:
    """The columns the table takes where nothing wraps."""
    gaps = 3 * len(table.columns)
    cells = zip(*table.rows, strict=True)
    return gaps + sum(
        max(cell_len(line) for one in column for line in one.text.split("\n")) for column in cells
    )
