"""Words of the checks."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

_FEW = 5


def day(when: datetime) -> str:
    """The day, in UTC."""
    return when.strftime("%Y-%m-%d")


def times(count: int) -> str:
    """How often."""
    return "once" if count == 1 else f"{count} times"


def listed(texts: Sequence[str]) -> str:
    """The first of them, and how many more there are."""
    more = f" and {len(texts) - _FEW} more" if len(texts) > _FEW else ""
    return "; ".join(texts[:_FEW]) + more
