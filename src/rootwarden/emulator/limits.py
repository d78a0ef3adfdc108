"""Token buckets: how many calls may be made, steadily and in a burst."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Rate:
    """``per_second`` calls steadily, ``burst`` at once after a rest."""

    per_second: float
    burst: float


@dataclass(slots=True)
class _Bucket:
    tokens: float
    filled: datetime


@dataclass(slots=True)
class Buckets:
    """All buckets of one emulated AWS, which fill with its clock. The caller holds the world's lock."""

    _by_key: dict[Hashable, _Bucket] = field(default_factory=dict)

    def take(self, limits: Iterable[tuple[Hashable, Rate]], now: datetime) -> bool:
        """Takes one token from the bucket of each key, or none from any and says False where one of them is empty."""
        buckets = [self._filled(key, rate, now) for key, rate in limits]
        if any(bucket.tokens < 1 for bucket in buckets):
            return False
        for bucket in buckets:
            bucket.tokens -= 1
        return True

    def _filled(self, key: Hashable, rate: Rate, now: datetime) -> _Bucket:
        bucket = self._by_key.setdefault(key, _Bucket(rate.burst, now))
        # A clock that was set back fills nothing, and does not empty anything either.
        passed = max((now - bucket.filled).total_seconds(), 0.0)
        bucket.tokens = min(rate.burst, bucket.tokens + passed * rate.per_second)
        bucket.filled = now
        return bucket

    def refill(self) -> None:
        """Makes every bucket full again."""
        self._by_key.clear()
