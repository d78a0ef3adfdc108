"""Ending a removal before its end: one word to all threads."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from rootwarden.errors import Interrupted
from rootwarden.model.reason import local

if TYPE_CHECKING:
    from rootwarden.errors import RootwardenError
    from rootwarden.model.reason import Reason

INTERRUPTED = local("interrupted", "interrupted")


class Stop:
    """Why nothing further may begin; None while work goes on. The first reason counts. Safe to share between threads."""

    def __init__(self, *, after_failures: int | None = None) -> None:
        self._lock = threading.RLock()  # Ctrl-C may come while this very thread holds it
        self._after_failures = after_failures
        self._failures = 0
        self.reason: Reason | None = None
        self.error: RootwardenError | None = None
        """What has to be raised in the end, where the run broke."""

    @property
    def failures_left(self) -> int | None:
        """How many accounts may yet go wrong; None where nobody counts."""
        return None if self._after_failures is None else self._after_failures - self._failures

    def because(self, reason: Reason, error: RootwardenError | None = None) -> None:
        """Nothing further begins."""
        with self._lock:
            self.reason = self.reason or reason
            self.error = self.error or error

    def interrupt(self) -> None:
        """Somebody pressed Ctrl-C."""
        self.because(
            INTERRUPTED, Interrupted("interrupted", advice="Give the same command again for what is left.")
        )

    def failed(self) -> None:
        """Counts one account in which something went wrong; the last that is allowed ends the run."""
        with self._lock:
            self._failures += 1
            if self._failures == self._after_failures:
                accounts = "account" if self._failures == 1 else "accounts"
                self.because(
                    local(
                        "stopped", f"not tried: {self._failures} {accounts} failed before it (--stop-after)"
                    )
                )
