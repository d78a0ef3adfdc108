"""Matching text against ``*`` (any run of characters) and ``?`` (exactly one).

Patterns come from policies that anybody may have written, so no regular expressions: a pattern is cut at its stars, and
each piece is found once, leftmost, without ever going back. The time is at most the product of the two lengths.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Final, Literal


class Wild(Enum):
    """The two wildcards of the policy language."""

    ANY = "*"
    ONE = "?"


ANY: Final = Wild.ANY
ONE: Final = Wild.ONE

Piece = str | Wild
"""Literal text or a wildcard."""

_Chunk = tuple[Literal[Wild.ONE] | str, ...]


def pieces(pattern: str) -> tuple[Piece, ...]:
    """The pattern as literal runs and wildcards."""
    found: list[Piece] = []
    start = 0
    for position, character in enumerate(pattern):
        if character in "*?":
            if position > start:
                found.append(pattern[start:position])
            found.append(ANY if character == "*" else ONE)
            start = position + 1
    if start < len(pattern):
        found.append(pattern[start:])
    return tuple(found)


def matches(wanted: Sequence[Piece], text: str) -> bool:
    """Whether the whole text fits the pieces."""
    chunks = _chunks(wanted)
    first, last = chunks[0], chunks[-1]
    if not _fits_at(first, text, 0):
        return False
    position = _length(first)
    if len(chunks) == 1:
        return position == len(text)
    end = len(text) - _length(last)
    for chunk in chunks[1:-1]:
        position = _find(chunk, text, position)
        if position < 0:
            return False
        position += _length(chunk)
    return position <= end and _fits_at(last, text, end)


def _chunks(wanted: Sequence[Piece]) -> list[_Chunk]:
    chunks: list[list[Literal[Wild.ONE] | str]] = [[]]
    for piece in wanted:
        if piece is ANY:
            chunks.append([])
        else:
            chunks[-1].append(piece)
    return [tuple(chunk) for chunk in chunks]


def _length(chunk: _Chunk) -> int:
    return sum(1 if piece is ONE else len(piece) for piece in chunk)


def _fits_at(chunk: _Chunk, text: str, position: int) -> bool:
    for piece in chunk:
        if piece is ONE:
            position += 1
        elif text.startswith(piece, position):
            position += len(piece)
        else:
            return False
    return position <= len(text)


def _find(chunk: _Chunk, text: str, start: int) -> int:
    if not chunk:
        return start
    if len(chunk) == 1 and chunk[0] is not ONE:
        return text.find(chunk[0], start)
    for position in range(start, len(text) - _length(chunk) + 1):
        if _fits_at(chunk, text, position):
            return position
    return -1
