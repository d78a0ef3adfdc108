"""Time that an answer takes longer: real seconds, which the end of the emulator cuts short."""

from __future__ import annotations

import math
import random
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable

    from rootwarden.emulator.org_file import DelaySpec

LONGEST_PAUSE = 3600.0
"""Seconds."""


class Pauses:
    """Lets the thread of one request wait. Nothing is locked meanwhile."""

    def __init__(self) -> None:
        self._over = threading.Event()

    def take(self, seconds: float) -> None:
        """Waits that long, or until the emulator ends."""
        if seconds > 0:
            self._over.wait(seconds)

    def end(self) -> None:
        """Ends every pause, now and from now on."""
        self._over.set()


@dataclass(slots=True)
class Draws:
    """How long each delay is. The same seed gives the same lengths in the same order on every run."""

    _generators: dict[Hashable, random.Random] = field(default_factory=dict)

    def seconds(self, key: Hashable, delay: DelaySpec) -> float:
        """The next length. The caller holds the world's lock."""
        if delay.distribution == "fixed":
            return delay.seconds
        generator = self._generators.setdefault(key, random.Random(delay.seed))  # noqa: S311 - no secret
        if delay.distribution == "uniform":
            return generator.uniform(delay.seconds, delay.at_most or delay.seconds)
        drawn = generator.lognormvariate(math.log(delay.seconds), delay.sigma)
        return min(drawn, delay.at_most or LONGEST_PAUSE)
