"""Tables and sentences for a terminal."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from rootwarden.reports.safe_text import printable

if TYPE_CHECKING:
    from rootwarden.reports.report import Cell, Report, Table


def render(report: Report, *, width: int, color: bool) -> str:
    """The report as text of at most ``width`` columns where the words allow it."""
    out = io.StringIO()
    console = Console(
        file=out,
        width=width,
        force_terminal=color,
        color_system="standard" if color else None,
        highlight=False,
        emoji=False,
    )
    for table in report.tables:
        if table.rows:
            console.print(_table(table))
    for line in report.lines:
        console.print(_text(line), soft_wrap=False)
    return out.getvalue()


def _table(table: Table) -> RichTable:
    drawn = RichTable(
        title=printable(table.title) or None, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False
    )
    for number, column in enumerate(table.columns):
        # An account id that is folded over two lines can neither be read nor copied.
        drawn.add_column(column, overflow="fold", no_wrap=number == 0)
    for row in table.rows:
        drawn.add_row(*(_text(one) for one in row))
    return drawn


def _text(one: Cell) -> Text:
    return Text("\n".join(printable(line) for line in one.text.split("\n")), style=one.tone.value)
