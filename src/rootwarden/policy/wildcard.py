"""Matching text against ``*`` (any run of characters) and ``?`` (exactly one).

Patterns come from policies that anybody may have written, so no regular expressions: a pattern is cut at its stars, and
each piece is found once, leftmost, without ever going back. The time is proportional to the text where no ``?`` stands
between stars. Where one does, it is the product of the two lengths, but all places of a piece are looked at with one
operation on a long number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class _Run:
    """What stands between two stars: literal text, and the places that take any one character."""

    parts: tuple[Literal[Wild.ONE] | str, ...]
    literal: str | None
    """The text, where the run has no ``?``."""
    length: int

    def fits_at(self, text: str, position: int) -> bool:
        """Whether the run stands at the position."""
        if self.literal is not None:
            return text.startswith(self.literal, position)
        for part in self.parts:
            if part is ONE:
                position += 1
            elif text.startswith(part, position):
                position += len(part)
            else:
                return False
        return position <= len(text)

    def find(self, text: str, start: int) -> int:
        """The first position from ``start`` where the run stands, or -1."""
        if self.literal is not None:
            return text.find(self.literal, start)
        if len(text) - start < self.length:
            return -1
        return self._find_all_at_once(text, start)

    def _find_all_at_once(self, text: str, start: int) -> int:
        """The shift-and method: bit n says that the last n + 1 characters fit the first n + 1 places of the run."""
        any_character, places = self._places()
        masks: dict[str, int] = {}
        complete = 1 << (self.length - 1)
        state = 0
        for position in range(start, len(text)):
            character = text[position]
            if character not in masks:
                masks[character] = any_character | _bits(places.get(character, ()))
            state = (state << 1 | 1) & masks[character]
            if state & complete:
                return position + 1 - self.length
        return -1

    def _places(self) -> tuple[int, dict[str, list[int]]]:
        """The places that take any character, as bits, and those of each character."""
        gaps: list[int] = []
        places: dict[str, list[int]] = {}
        place = 0
        for part in self.parts:
            if part is ONE:
                gaps.append(place)
                place += 1
                continue
            for character in part:
                places.setdefault(character, []).append(place)
                place += 1
        return _bits(gaps), places


def _bits(places: Sequence[int]) -> int:
    """A number with these bits set."""
    found = bytearray(max(places, default=0) // 8 + 1)
    for place in places:
        found[place // 8] |= 1 << place % 8
    return int.from_bytes(found, "little")


@dataclass(frozen=True, slots=True)
class Glob:
    """A pattern ready to be matched. Made by ``glob``."""

    exact: str | None
    """The text itself, where the pattern has no wildcard."""
    everything: bool
    """Whether it is nothing but stars."""
    first: _Run
    middle: tuple[_Run, ...]
    last: _Run | None
    """What follows the last star; None where there is no star."""

    def matches(self, text: str) -> bool:
        """Whether the whole text fits."""
        if self.exact is not None:
            return text == self.exact
        if self.everything:
            return True
        if not self.first.fits_at(text, 0):
            return False
        position = self.first.length
        if self.last is None:
            return position == len(text)
        for run in self.middle:
            found = run.find(text, position)
            if found < 0:
                return False
            position = found + run.length
        end = len(text) - self.last.length
        return position <= end and self.last.fits_at(text, end)


def glob(wanted: Sequence[Piece]) -> Glob:
    """The pattern that the pieces make up."""
    runs: list[list[Literal[Wild.ONE] | str]] = [[]]
    for piece in wanted:
        if piece is ANY:
            runs.append([])
        else:
            runs[-1].append(piece)
    compiled = [_run(parts) for parts in runs]
    single = len(compiled) == 1
    return Glob(
        exact=compiled[0].literal if single else None,
        everything=not single and not any(run.length for run in compiled),
        first=compiled[0],
        middle=tuple(run for run in compiled[1:-1] if run.length),
        last=None if single else compiled[-1],
    )


def _run(parts: Sequence[Literal[Wild.ONE] | str]) -> _Run:
    literal = None if ONE in parts else "".join(part for part in parts if part is not ONE)
    return _Run(tuple(parts), literal, sum(1 if part is ONE else len(part) for part in parts))
