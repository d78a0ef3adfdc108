"""What the server saw: the truth that a client's report is held against."""

from __future__ import annotations

import resource
from collections import Counter, defaultdict
from typing import Any


class Counts:
    """Calls by operation and what became of them; sessions and reads by account; AssumeRoot by second."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.outcomes: dict[str, Counter[str]] = defaultdict(Counter)
        """By operation: ``ok``, AWS's code, or the fault that kept an answer back."""
        self.attempts: Counter[tuple[str, str]] = Counter()
        """By operation and account."""
        self.given: Counter[str] = Counter()
        """Sessions by account."""
        self.summaries: Counter[str] = Counter()
        """Summaries answered, by account."""
        self.seconds: dict[int, list[int]] = defaultdict(lambda: [0, 0])
        """AssumeRoot by second since the first call: calls, and those throttled."""
        self.connections = 0
        self.in_flight = self.most_in_flight = 0
        self.began: float | None = None
        self.ended = 0.0

    def arrived(self, operation: str, subject: str, now: float) -> int:
        """Counts a call; which attempt on this account it is."""
        self.began = now if self.began is None else self.began
        self.ended = now
        self.calls[operation] += 1
        self.attempts[operation, subject] += 1
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        return self.attempts[operation, subject]

    def answered(self, operation: str, subject: str, outcome: str, now: float, *, throttled: bool) -> None:
        """Counts what a call came to."""
        self.outcomes[operation][outcome] += 1
        if operation == "AssumeRoot":
            second = self.seconds[int(now - (self.began or now))]
            second[0] += 1
            second[1] += throttled
        if outcome != "ok":
            return
        if operation == "AssumeRoot":
            self.given[subject] += 1
        elif operation == "GetAccountSummary":
            self.summaries[subject] += 1

    def as_document(self) -> dict[str, Any]:
        """For the control path."""
        used = resource.getrusage(resource.RUSAGE_SELF)
        return {
            "calls": dict(self.calls),
            "outcomes": {operation: dict(found) for operation, found in self.outcomes.items()},
            "most_sessions": max(self.given.values(), default=0),
            "sessions": sum(self.given.values()),
            "seconds": [self.seconds[second] for second in range(max(self.seconds, default=-1) + 1)],
            "connections": self.connections,
            "most_in_flight": self.most_in_flight,
            "elapsed": self.ended - (self.began or self.ended),
            "cpu": used.ru_utime + used.ru_stime,
        }
