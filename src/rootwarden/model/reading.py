"""Something read from AWS, or the reason it was not: what was not seen is never taken for "none"."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from rootwarden.errors import AwsError, CredentialsExpired, CredentialsRefused
from rootwarden.model.reason import Reason, reason_of

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


def try_reading(read: Callable[[], T]) -> Reading[T]:
    """What a read gave, or AWS's reason why there is nothing.

    Raises CredentialsExpired and CredentialsRefused: every further read would fail alike, and say nothing about what is read.
    """
    try:
        return Seen(read())
    except (CredentialsExpired, CredentialsRefused):
        raise
    except AwsError as error:
        return NotSeen(reason_of(error))
