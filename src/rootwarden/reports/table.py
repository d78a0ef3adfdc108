"""Tables and sentences for a terminal."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.padding import Padding
from rich.table import Table as RichTable
from rich.text import Text

from rootwarden.reports import ou_column
from rootwarden.reports.ou_column import with_broken_paths
from rootwarden.reports.report import Cell, Table
from rootwarden.reports.safe_text import printable

if TYPE_CHECKING:
    from rootwarden.reports.report import Report


_WIDE = 140
"""Columns from which a table has room for a column of reasons."""
_REASON = "Reason"
_A_SENTENCE = 40
"""Columns that a reason needs to be read beside others."""
_READABLE = 12
"""Columns that text needs to be read when it wraps."""
_GAP = 3
_HEAD = 2
_WHOLE = frozenset(
    {
        "Account",
        "No",
        "Check",
        "Time",
        "Kind",
        "Created",
        "Outcome",
        "Result",
        "Verification",
        "Waiver",
        "Until",
        ou_column.COLUMN,
    }
)


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
            _print_table(console, table, width)
    for block in report.blocks:
        console.print(Text(printable(block.title), style="" if block.prose else "italic"), soft_wrap=False)
        for line in block.lines:
            # A diff that is folded cannot be copied.
            text = _text(line)
            console.print(Text("   ").append(text) if block.prose else text, soft_wrap=True)
        console.print()
    for line in report.lines:
        console.print(_text(line), soft_wrap=False)
    return out.getvalue()


def _print_table(console: Console, table: Table, width: int) -> None:
    shown, below = _fitted(table, width)
    lined_up = with_broken_paths(shown, width)
    headed = table.headed and shown is not table
    if headed and all(row[table.columns.index(_REASON)].text for row in table.rows):
        console.print(Text(printable(table.title), style="italic"))  # the headings say all of it
    elif _needed(lined_up) <= width:
        console.print(_table(lined_up))
    else:
        _print_records(console, shown)
    if headed:
        _print_headed(console, table)
    for line in () if headed else below:
        console.print(_text(line), soft_wrap=False)
    if below:
        console.print()


def _fitted(table: Table, width: int) -> tuple[Table, list[Cell]]:
    """The table as it fits: where it is narrow, the reasons stand below it as sentences, which wrap better than a column."""
    if _REASON not in table.columns:
        return table, []
    at = table.columns.index(_REASON)
    if width >= _WIDE and _has_room(table, at, width):
        return table, []
    kept = tuple(tuple(one for number, one in enumerate(row) if number != at) for row in table.rows)
    below = [
        Cell(f"{_label(row)}: {line}", row[at].tone)
        for row in table.rows
        for line in row[at].text.split("\n")
        if line
    ]
    columns = tuple(column for column in table.columns if column != _REASON)
    return Table(table.title, columns, kept), below


def _has_room(table: Table, at: int, width: int) -> bool:
    """Whether the reasons can be read beside the other columns, as these are where nothing wraps."""
    widest = [max(_longest(table, number), len(column)) for number, column in enumerate(table.columns)]
    room = width - sum(widest) - _GAP * len(widest) + widest[at]
    return room >= min(widest[at], _A_SENTENCE)


def _longest(table: Table, number: int) -> int:
    return max((cell_len(line) for row in table.rows for line in row[number].text.split("\n")), default=0)


def _print_headed(console: Console, table: Table) -> None:
    """The reasons, each under the cells of its row."""
    at = table.columns.index(_REASON)
    for row in table.rows:
        if row[at].text:
            cells = [
                Cell(one.text.replace("\n", ", "), one.tone) for one in row[:at] + row[at + 1 :] if one.text
            ]
            console.print(Text("  ").join(map(_text, cells)))
            for line in row[at].text.split("\n"):
                console.print(Padding(_text(Cell(line, row[at].tone)), (0, 0, 0, 2), expand=False))


def _needed(table: Table) -> int:
    """The columns below which a table turns into slivers."""
    needed = 0
    for number, column in enumerate(table.columns):
        longest = max(len(line) for row in table.rows for line in row[number].text.split("\n"))
        readable = longest if column in _WHOLE else min(longest, _READABLE)
        needed += max(readable, min(len(column), _READABLE)) + _GAP
    return needed


def _print_records(console: Console, table: Table) -> None:
    """The rows one below the other: the first two cells, then a line for each of the others that says something."""
    if table.title:
        console.print(Text(printable(table.title), style="italic"))
    for row in table.rows:
        head = Text("  ").join(_text(one) for one in row[:_HEAD] if one.text)
        console.print(head)
        for column, one in zip(table.columns[_HEAD:], row[_HEAD:], strict=True):
            if one.text:
                console.print(
                    Padding(Text.assemble((f"{column}: ", "dim"), _text(one)), (0, 0, 0, 2), expand=False)
                )
    console.print()


def _label(row: tuple[Cell, ...]) -> str:
    """What a sentence below the table is about: the account by id, name and item, or whatever the row begins with."""
    return row[0].text


def _table(table: Table) -> RichTable:
    drawn = RichTable(
        title=printable(table.title) or None, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False
    )
    for column in table.columns:
        # An id or an outcome that is folded over two lines can neither be read nor copied.
        drawn.add_column(column, overflow="fold", no_wrap=column in _WHOLE)
    for row in table.rows:
        drawn.add_row(*(_text(one) for one in row))
    return drawn


def _text(one: Cell) -> Text:
    return Text("\n".join(printable(line) for line in one.text.split("\n")), style=one.tone.value)
