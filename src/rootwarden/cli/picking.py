"""What somebody does while choosing from a long list: filter, move, choose. Keys in, lines out; no terminal here."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the list."""

    key: str
    text: str
    """What is shown, and what the filter looks at."""
    barred: str = ""
    """Why it cannot be chosen; empty where it can."""

    def matches(self, text: str) -> bool:
        """Whether the filter lets it through."""
        return text.casefold() in self.text.casefold()


@dataclass(slots=True)
class Picking:
    """The list as it stands: the filter, what is chosen, where the cursor is."""

    lines: Sequence[Line]
    text: str = ""
    """The filter."""
    at: int = 0
    """The cursor, among the lines that are shown."""
    hint: str = ""
    """A remark on the last key."""
    _chosen: set[str] = field(default_factory=set)
    _shown: Sequence[Line] = ()

    def __post_init__(self) -> None:
        self._shown = self.lines

    @property
    def shown(self) -> Sequence[Line]:
        """The lines the filter lets through, perhaps none."""
        return self._shown

    @property
    def chosen(self) -> tuple[str, ...]:
        """The keys that are chosen, in the order of the list; the filter has no say."""
        return tuple(one.key for one in self.lines if one.key in self._chosen)

    def is_chosen(self, line: Line) -> bool:
        """Whether a line is chosen."""
        return line.key in self._chosen

    def filter(self, text: str) -> None:
        """Shows what matches only. What is chosen stays chosen."""
        self.text = text
        self._shown = [one for one in self.lines if one.matches(text)]
        self.at = 0
        self.hint = "" if self._shown else "nothing matches"

    def move(self, by: int) -> None:
        """Moves the cursor, which stops at both ends."""
        self.at = max(0, min(self.at + by, len(self._shown) - 1))
        self.hint = ""

    def toggle(self) -> None:
        """Chooses the line at the cursor, or lets go of it."""
        if not self._shown:
            return
        line = self._shown[self.at]
        self.hint = f"{line.key} cannot be chosen: {line.barred}" if line.barred else ""
        if not line.barred:
            self._chosen ^= {line.key}

    def toggle_shown(self) -> None:
        """Chooses all that is shown and can be chosen, or lets go of it where all of it is chosen."""
        can = {one.key for one in self._shown if not one.barred}
        self._chosen = self._chosen - can if can <= self._chosen else self._chosen | can
        self.hint = ""

    def window(self, height: int) -> tuple[int, Sequence[Line]]:
        """The part of the shown lines that fits, round the cursor, and the number of its first line."""
        first = max(0, min(self.at - height // 2, len(self._shown) - height))
        return first, self._shown[first : first + height]

    def summary(self) -> str:
        """``2 of 12 chosen, 5 shown``."""
        return f"{len(self._chosen)} of {len(self.lines)} chosen, {len(self._shown)} shown"
