"""Markdown for tickets and wikis."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rootwarden.reports.safe_text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rootwarden.reports.report import Block, Report, Table

_SPECIAL = re.compile(r"([\\`*_\[\]<>|#])")


def render(report: Report) -> str:
    """Every table, block and sentence of the report."""
    parts = [_table(table) for table in report.tables if table.rows]
    parts += [_fenced(block) for block in report.blocks]
    parts += [_escaped(line.text) + "\n" for line in report.lines]
    return "\n".join(parts)


def _table(table: Table) -> str:
    head = [_line(table.columns), _line("---" for _ in table.columns)]
    body = [_line(_escaped(one.text) for one in row) for row in table.rows]
    title = [f"**{_escaped(table.title)}**", ""] if table.title else []
    return "\n".join([*title, *head, *body]) + "\n"


def _fenced(block: Block) -> str:
    if not block.lines:
        return f"{_escaped(block.title)}\n" if block.prose else f"**{_escaped(block.title)}**\n"
    text = "\n".join(printable(line.text) for line in block.lines)
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)  # a fence has to be longer than any inside
    return f"{_escaped(block.title)}\n\n{fence}{block.language}\n{text}\n{fence}\n"


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", printable(text))
