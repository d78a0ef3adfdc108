"""What every command prints: one document for programs, tables and sentences for people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any


class Tone(StrEnum):
    """How a cell should strike the reader."""

    PLAIN = ""
    GOOD = "green"
    WARN = "yellow"
    BAD = "bold red"
    FAINT = "dim"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table."""

    text: str
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under columns."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    headed: bool = False
    """Whether reasons for which the table has no room stand below it under their row as a heading: for long ones."""


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that keep their shape, such as a diff."""

    title: str
    lines: tuple[Cell, ...]
    language: str = ""
    prose: bool = False
    """Whether its title is a sentence for itself, and no heading."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a command has to say. ``rows`` are the documents of ``jsonl``; ``csv`` and ``markdown`` come from the tables."""

    command: str
    document: Mapping[str, Any]
    tables: tuple[Table, ...] = ()
    lines: tuple[Cell, ...] = ()
    """Sentences below the tables and blocks."""
    rows: tuple[Mapping[str, Any], ...] = ()
    blocks: tuple[Block, ...] = ()
    """Between tables and sentences."""
    spreadsheet: Table | None = None
    """What ``csv`` prints; left out: the first table."""
    texts: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """The whole output in formats that only this command has."""

    @property
    def schema(self) -> str:
        """The schema name of the document."""
        return schema(self.command)


def schema(command: str) -> str:
    """``rootwarden/<command>/1``."""
    return f"rootwarden/{command.replace(' ', '-')}/1"


def cell(text: object, tone: Tone = Tone.PLAIN) -> Cell:
    """A cell of anything; None is shown as not known."""
    return Cell("?" if text is None else str(text), tone)
