"""How fast to call where AWS does not publish how fast one may: additive increase, multiplicative decrease. No I/O, no clock.

A quota of AWS's is a bucket that fills at a steady rate; a call that finds it empty is throttled. So while calls are throttled,
the share that is not tells the rate, and while none is, the rate may be higher.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Final

_START: Final = 50.0
"""Calls a second to begin with."""
_LEAST: Final = 0.5
"""Calls a second below which nobody learns anything any more."""
_DOUBLING: Final = 0.4
"""Seconds between doublings, as long as no call was ever throttled."""
_SAMPLE: Final = 20
"""Answers that a decision needs, or those of a quarter of a second, if they are more ..."""
_LONGEST: Final = 3.0
"""... or those that came within so many seconds."""
_MUCH: Final = 0.15
"""From this share of throttled answers on, the rate is far off, and is set to what went through."""
_ROUGH: Final = 4.0
"""How much faster the rate climbs after that, until a call is throttled again."""
_LITTLE_LESS: Final = 0.92
"""What remains of the rate after fewer of them."""
_REGAIN: Final = 4.0
"""Seconds in which the rate climbs back to where it was, or those of so many calls, if they are more: at a low rate a throttled
call a climb is a large share."""
_REGAIN_CALLS: Final = 60.0
_WELL_BELOW: Final = 0.8
"""Below this part of a rate at which no call was throttled, a few throttled calls have another cause than the rate."""
_CLEAN: Final = 5
"""Decisions in a row without a throttled call, after which that cause is gone."""


@dataclass(frozen=True, slots=True)
class Turn:
    """The leave to send one call."""

    era: int
    """How often the rate was lowered before."""


class Rate:
    """Calls a second to one operation. Times are seconds of any clock that goes forward. Not safe to share between threads.

    ``most`` is never exceeded, in no second; ``burst`` calls may be sent at once after a rest. ``known`` is a published rate: it
    is kept to from the start, and lowered when others use it too.
    """

    def __init__(self, *, most: float = inf, known: float | None = None, burst: float = 1.0) -> None:
        self._ceiling = min(most, known or inf)
        self._rate = min(known or _START, self._ceiling)
        self._rising = known is None
        self._met = known is not None
        """Whether the quota was met, so that the rate needs no doubling any more."""
        self._burst = burst
        self._tokens = burst
        self._filled: float | None = None
        self._raised = 0.0
        self._slope = 0.0
        self._era = 0
        self._held_back = False
        self._heard = False
        self._window = _Window()
        self._proved = 0.0
        """The highest rate at which no call was throttled, since the quota was last seen to be lower."""
        self._clean = 0
        self._tolerant = False
        """Whether a few throttled calls say nothing about the rate."""

    @property
    def per_second(self) -> float:
        """The rate now."""
        return self._rate

    def wait(self, now: float) -> float:
        """Seconds until the next call may be sent; 0 where ``take`` may be called."""
        self._fill(now)
        missing = 1.0 - self._tokens
        if missing <= _ROUNDING:
            return 0.0
        self._held_back = True
        return missing / self._rate

    def take(self, now: float) -> Turn:
        """The turn that ``wait`` said has come."""
        self._fill(now)
        self._tokens -= 1.0
        self._rise(now)
        return Turn(self._era)

    def answered(self, turn: Turn, now: float, *, throttled: bool) -> None:
        """Learns from an answer: whether it says that there were too many calls."""
        if turn.era != self._era:
            return  # sent before the rate was lowered, so it tells nothing about the rate since
        self._heard = True
        self._window.count(now, throttled=throttled)
        if self._window.enough(now, self._rate):
            self._decide(now, self._window.share)
            self._window = _Window()

    def _decide(self, now: float, share: float) -> None:
        if not share:
            self._proved = max(self._proved, self._rate)
            self._clean += 1
            self._tolerant = self._tolerant and self._clean < _CLEAN
            return
        self._clean = 0
        if share > _MUCH:
            self._met = True
            self._tolerant = False
            self._lower(now, 1 - share)
            # What a few answers say of the rate is rough: where it was set too low, it is not to stay so for long.
            self._slope *= _ROUGH
            self._proved = self._rate
        elif self._tolerant:
            pass
        elif self._rate < _WELL_BELOW * self._proved:
            self._tolerant = True
            self._rising = not self._met
        else:
            self._lower(now, _LITTLE_LESS)

    def _fill(self, now: float) -> None:
        if self._filled is not None:
            self._tokens = min(self._burst, self._tokens + (now - self._filled) * self._rate)
        self._filled = now

    def _rise(self, now: float) -> None:
        if not self._held_back:  # nobody asked for more than the rate gives, so nothing is known of more
            self._raised = now
        elif not self._rising:
            self._set(self._rate + self._slope * (now - self._raised), now)
        elif self._heard and now - self._raised >= _DOUBLING:
            self._heard = False
            self._set(2 * self._rate, now)
        self._held_back = False

    def _lower(self, now: float, part: float) -> None:
        self._set(self._rate * part, now)
        self._slope = self._rate * (1 - _LITTLE_LESS) / max(_REGAIN, _REGAIN_CALLS / self._rate)
        self._rising = False
        self._era += 1
        self._tokens = min(self._tokens, 0.0)

    def _set(self, rate: float, now: float) -> None:
        self._rate = min(self._ceiling, max(_LEAST, rate))
        self._raised = now


_ROUNDING: Final = 1e-9


class _Window:
    """The answers since the last decision."""

    def __init__(self) -> None:
        self.answers = 0
        self.throttled = 0
        self._began = 0.0

    @property
    def share(self) -> float:
        return self.throttled / self.answers

    def count(self, now: float, *, throttled: bool) -> None:
        if not self.answers:
            self._began = now
        self.answers += 1
        self.throttled += throttled

    def enough(self, now: float, rate: float) -> bool:
        return self.answers >= max(_SAMPLE, rate / 4) or (
            self.throttled > 0 and now - self._began >= _LONGEST
        )
