"""How one step or item came out. Never a bool: each outcome but success carries its reason."""

from __future__ import annotations

from dataclasses import dataclass

from rootwarden.model.reason import Reason


@dataclass(frozen=True, slots=True)
class Done:
    """AWS made the change."""


@dataclass(frozen=True, slots=True)
class NothingToDo:
    """AWS was already in the wanted state."""

    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """Not tried, because of a rule of ours or because AWS would refuse it."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class Failed:
    """Tried, and AWS refused it."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class Unknown:
    """Tried, and no answer says whether it took effect; the next run looks."""

    reason: Reason


Outcome = Done | NothingToDo | Refused | Failed | Unknown
