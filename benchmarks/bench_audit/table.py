"""What was measured beside its bar, in lines that a person reads."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

_WIDTHS: Final = (34, 26, 34, 8)


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value. ``met`` is None where there is no bar, or where it does not count at this scale."""

    name: str
    measured: str
    bar: str = ""
    met: bool | None = None
    beside: str = ""
    """The same with a client per account."""


@dataclass(slots=True)
class Result:
    """What a case came to."""

    title: str
    figures: list[Figure] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def missed(self) -> bool:
        """Whether a bar was missed."""
        return any(figure.met is False for figure in self.figures)


def header() -> str:
    """The line above all cases."""
    return _line("", "measured", "bar", "verdict", "a client per account")


def text(result: Result, *, judged: bool) -> str:
    """A case in lines. Without judgement the bars are shown, but not held."""
    lines = [result.title]
    for one in result.figures:
        verdict = "" if one.met is None else ("met" if one.met else "MISSED")
        lines.append(_line(f"  {one.name}", one.measured, one.bar, verdict if judged else "", one.beside))
    lines += [f"    {note}" for note in result.notes]
    return "\n".join(lines)


def at_most(value: float, bar: float, unit: str, *, digits: int = 2) -> tuple[str, str, bool]:
    """Measured value, bar and whether it is met, for a value that is to be small."""
    return f"{value:.{digits}f} {unit}".rstrip(), f"at most {bar:g} {unit}".rstrip(), value <= bar


def _line(*cells: str) -> str:
    padded = [cell.ljust(width) for cell, width in zip(cells, _WIDTHS, strict=False)]
    return " ".join((*padded, *cells[len(_WIDTHS) :])).rstrip()
