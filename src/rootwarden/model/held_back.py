"""Calls that are tried again and again, because AWS answers that it is busy, or the network gives no answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HeldBack:
    """What is held back at one moment."""

    calls: int
    code: str
    """AWS's code, or the kind of failure of the network; that of the call that has been tried for longest."""
    seconds_left: float
    """After these the last of them is given up."""


def together(found: Iterable[HeldBack | None]) -> HeldBack | None:
    """The same of several callers; None where nothing is held back."""
    there = [one for one in found if one is not None]
    if not there:
        return None
    first = min(there, key=lambda one: one.seconds_left)
    return HeldBack(sum(one.calls for one in there), first.code, max(one.seconds_left for one in there))
