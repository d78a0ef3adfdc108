"""Something read from AWS, or the reason it was not: what was not seen is never taken for "none"."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from rootwarden.model.reason import Reason

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
U = TypeVar("U")


@dataclass(frozen=True, slots=True)
class Seen(Generic[T_co]):
    """AWS answered, and this is what it said."""

    value: T_co


@dataclass(frozen=True, slots=True)
class NotSeen:
    """The read failed or was not made."""

    reason: Reason


Reading = Seen[T] | NotSeen


def seen_or_none(reading: Reading[T]) -> T | None:
    """The value for a report, where null means "not read"."""
    return reading.value if isinstance(reading, Seen) else None


def map_seen(reading: Reading[T], change: Callable[[T], U]) -> Reading[U]:
    """The reading of something derived from what was read."""
    return Seen(change(reading.value)) if isinstance(reading, Seen) else reading
