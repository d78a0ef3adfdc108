"""What holds of the limiter, in virtual time, against token buckets as AWS describes its own."""

from __future__ import annotations

import heapq
import itertools
import random
from dataclasses import dataclass
from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rootwarden.aws.rate import Rate, Turn

SETTLED = 0.2
"""The share of a run after which the quota has to be known."""
REST = 0.05
"""Seconds between two calls of a worker."""


@dataclass(slots=True)
class Bucket:
    """A quota: full at the start."""

    per_second: float
    burst: float
    tokens: float = inf
    filled: float = 0.0

    def take(self, now: float) -> bool:
        self.tokens = min(self.burst, self.tokens + (now - self.filled) * self.per_second)
        self.filled = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


@dataclass(frozen=True, slots=True)
class Run:
    """What became of a number of calls."""

    sent: list[tuple[float, bool]]
    """When, and whether it was let through."""
    seconds: float

    def throttled(self, since: float = 0.0) -> float:
        counted = [through for when, through in self.sent if when >= since * self.seconds]
        return 1 - sum(counted) / len(counted)


class Callers:
    """Workers that make calls, wait for the answer, repeat those that were throttled, and rest between two calls."""

    def __init__(self, rate: Rate, quota: Bucket, calls: int, *, workers: int, latency: float) -> None:
        self.rate = rate
        self.quota = quota
        self.latency = latency
        self.left = calls - min(workers, calls)
        self.in_line = calls - self.left
        self.sent: list[tuple[float, bool]] = []
        self.answers: list[tuple[float, int, Turn, bool]] = []
        self.returns: list[float] = []

    def run(self, noise: float, seed: int) -> Run:
        chance, now = random.Random(seed), 0.0  # noqa: S311 - a simulation
        while self.in_line or self.answers or self.returns:
            now = self.next_time(now)
            while self.returns and self.returns[0] <= now:
                heapq.heappop(self.returns)
                self.in_line += 1
            while self.answers and self.answers[0][0] <= now:
                self.hear(now, chance)
            if self.in_line and not self.rate.wait(now):
                self.send(now, noise, chance)
        return Run(self.sent, now)

    def next_time(self, now: float) -> float:
        times = [self.answers[0][0]] if self.answers else []
        times += self.returns[:1]
        if self.in_line:
            times.append(now + self.rate.wait(now))
        return max(now, min(times))

    def send(self, now: float, noise: float, chance: random.Random) -> None:
        self.in_line -= 1
        through = self.quota.take(now) and chance.random() >= noise
        answer = (now + self.latency, len(self.sent), self.rate.take(now), through)
        self.sent.append((now, through))
        heapq.heappush(self.answers, answer)

    def hear(self, now: float, chance: random.Random) -> None:
        _, _, turn, through = heapq.heappop(self.answers)
        self.rate.answered(turn, now, throttled=not through)
        if not through:
            heapq.heappush(self.returns, now + chance.uniform(0.05, 0.1))
        elif self.left:
            self.left -= 1
            heapq.heappush(self.returns, now + REST)


def run(
    rate: Rate,
    quota: Bucket,
    calls: int,
    *,
    workers: int = 64,
    latency: float = 0.05,
    noise: float = 0.0,
    seed: int = 1,
) -> Run:
    done = Callers(rate, quota, calls, workers=workers, latency=latency).run(noise, seed)
    assert sum(through for _, through in done.sent) == calls
    return done


@pytest.mark.parametrize(
    ("per_second", "calls"), [(5, 300), (20, 1000), (50, 2000), (150, 5000), (600, 10_000)]
)
@pytest.mark.parametrize("burst", [0.25, 1.0, 2.0])
def test_it_takes_little_longer_than_the_quota_and_is_hardly_throttled(
    per_second: float, calls: int, burst: float
) -> None:
    """1,000 calls at 20 a second and 5,000 at 150, among others, whatever the bucket holds at the start."""
    done = run(Rate(), Bucket(per_second, burst * per_second), calls)
    assert done.seconds <= 1.15 * (calls - burst * per_second) / per_second
    assert done.throttled(since=SETTLED) < 0.05


@pytest.mark.parametrize(("per_second", "calls"), [(20, 1000), (50, 2000), (100, 4000)])
def test_the_same_where_answers_take_as_long_as_aws_s(per_second: float, calls: int) -> None:
    """AssumeRoot answers in 0.8 seconds."""
    done = run(Rate(), Bucket(per_second, per_second), calls, workers=128, latency=0.8)
    assert done.seconds <= 1.15 * (calls - per_second) / per_second
    assert done.throttled(since=SETTLED) < 0.05


@settings(max_examples=40, deadline=None)
@given(
    most=st.floats(0.5, 300),
    per_second=st.floats(1, 500),
    latency=st.floats(0.01, 1),
    calls=st.integers(1, 300),
    seed=st.integers(0, 10_000),
)
def test_the_rate_asked_for_is_never_exceeded(
    most: float, per_second: float, latency: float, calls: int, seed: int
) -> None:
    """However many calls, whatever AWS says, over any stretch of time."""
    done = run(Rate(most=most), Bucket(per_second, per_second), calls, latency=latency, noise=0.1, seed=seed)
    times = [when for when, _ in done.sent]
    for first, last in itertools.combinations(range(0, len(times), max(1, len(times) // 40)), 2):
        assert last - first <= most * (times[last] - times[first]) + 1e-6


@settings(max_examples=20, deadline=None)
@given(
    per_second=st.floats(5, 300),
    burst=st.floats(0.1, 2),
    latency=st.floats(0.02, 0.5),
    seed=st.integers(0, 10_000),
)
def test_it_settles_on_any_quota(per_second: float, burst: float, latency: float, seed: int) -> None:
    """The rate ends near the quota, and most of it is used. A bucket holds three calls at least: a rest of one call would be met or
    missed by the blink of an eye, and half the calls be throttled at a rate just above the quota."""
    rate, bucket = Rate(), Bucket(per_second, max(3.0, burst * per_second))
    calls = round(60 * per_second)
    done = run(rate, bucket, calls, workers=2048, latency=latency, seed=seed)
    assert done.seconds <= 1.3 * (calls - bucket.burst) / per_second + 2
    assert 0.7 * per_second <= rate.per_second <= 1.3 * per_second
    assert done.throttled(since=SETTLED) < 0.1


def test_a_quota_that_shrinks_is_found_again() -> None:
    """Somebody else begins to use it too."""
    rate, bucket = Rate(), Bucket(100, 100)
    run(rate, bucket, 3000)
    bucket.per_second = 30
    done = run(rate, bucket, 1500)
    assert done.throttled(since=SETTLED) < 0.1
    assert 20 <= rate.per_second <= 40


def test_throttles_that_have_another_cause_do_not_bring_it_to_a_halt() -> None:
    """One call in twenty is throttled however slowly it is called: 2,000 calls take seconds, not hours."""
    done = run(Rate(), Bucket(inf, inf), 2000, noise=0.05)
    assert done.seconds < 60


def test_nothing_is_learned_while_nobody_asks_for_more() -> None:
    """Few calls that go well prove nothing about many."""
    rate = Rate()
    for second in range(100):
        assert rate.wait(float(second)) == 0
        rate.answered(rate.take(float(second)), second + 0.1, throttled=False)
    assert rate.per_second == Rate().per_second


def test_a_published_rate_is_kept_from_the_start() -> None:
    """Eight a second and twelve at once: no call is throttled."""
    done = run(Rate(known=8, burst=12), Bucket(8, 12), 200)
    assert done.throttled() == 0
    assert done.seconds <= (200 - 12) / 8 + 0.2
