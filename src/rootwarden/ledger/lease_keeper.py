"""Taking, keeping and giving back leases for one run."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import datetime, timedelta
from types import TracebackType
from typing import Final, Self

from rootwarden.errors import LedgerError
from rootwarden.ledger.clock import Clock, utc_now
from rootwarden.ledger.leases import Held, Lease
from rootwarden.ledger.run_mark import RunMark
from rootwarden.ledger.store import Store

LENGTH: Final = timedelta(minutes=10)
"""How long a lease stands without a sign of life; a run on another machine that died is waited for so long."""
_RUN: Final = re.compile(r", run ([0-9a-f]{32})$")


class LeaseKeeper:
    """The leases of one run. Safe to share between threads; a lease itself belongs to the thread that took it."""

    def __init__(
        self, store: Store, mark: RunMark, who: str, *, clock: Clock = utc_now, length: timedelta = LENGTH
    ) -> None:
        """``who`` tells people who holds a lease."""
        self._store = store
        self._mark = mark
        self._owner = f"{who}, run {mark.id}"
        self._clock = clock
        self._length = length

    def take(self, name: str) -> HeldByUs | Held:
        """The lease, or who has it. One of a run that died on this machine is taken over. Raises LedgerError."""
        found = self._store.acquire(name, self._owner, self._length)
        if isinstance(found, Held) and self._is_orphan(found.by):
            self._store.release(found.by)
            found = self._store.acquire(name, self._owner, self._length)
        return found if isinstance(found, Held) else HeldByUs(self._store, found, self._clock, self._length)

    def _is_orphan(self, lease: Lease) -> bool:
        run = _RUN.search(lease.owner)
        return run is not None and self._mark.is_over(run.group(1))


class HeldByUs:
    """A lease of ours, given back at the end of a with block."""

    def __init__(self, store: Store, lease: Lease, clock: Clock, length: timedelta) -> None:
        """Made by ``LeaseKeeper.take``."""
        self._store = store
        self._lease = lease
        self._clock = clock
        self._length = length

    @property
    def ends(self) -> datetime:
        """When it ends, unless it is kept."""
        return self._lease.ends

    def keep(self) -> None:
        """Sees to it that some of its time is left. Raises LeaseLost, after which nothing may be changed, and LedgerError."""
        if self._lease.ends - self._clock() < self._length / 2:
            self.renew()

    def renew(self) -> None:
        """Asks the store whether it is still ours, and gives it all of its time. Raises LeaseLost and LedgerError."""
        self._lease = self._store.renew(self._lease, self._length)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with suppress(LedgerError):  # it ends by its time then
            self._store.release(self._lease)
