"""Leases as objects: taken with ``If-None-Match``, moved on with ``If-Match``, never deleted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final
from urllib.parse import quote

from rootwarden.errors import LedgerUnwritable
from rootwarden.ledger import leases
from rootwarden.ledger.clock import Clock
from rootwarden.ledger.leases import Held, Lease
from rootwarden.ledger.object_store import Fetched, ObjectStore

FOLDER: Final = "leases/"
_ATTEMPTS: Final = 50
_PAGE: Final = 1000


class S3Leases:
    """The leases below a ledger's prefix."""

    def __init__(self, bucket: ObjectStore, clock: Clock, pause: Callable[[int], None]) -> None:
        """``pause`` waits a while before the n-th try."""
        self._bucket = bucket
        self._clock = clock
        self._pause = pause

    def acquire(self, name: str, owner: str, length: timedelta) -> Lease | Held:
        """Takes the lease, or tells who has it."""
        token = None
        for attempt in range(_ATTEMPTS):
            found, current = self._read(name)
            if current is not None and current.token == token:
                return current  # our own write of the attempt before, whose answer got lost
            now = self._clock()
            if current is not None and current.stands(now):
                return Held(current)
            lease = leases.granted(name, owner, now, length)
            token = lease.token
            if self._write(name, lease, found):
                return lease
            self._pause(attempt)
        raise self._too_busy(name)

    def renew(self, lease: Lease, length: timedelta) -> Lease:
        """Moves the end to ``length`` from now."""
        for attempt in range(_ATTEMPTS):
            found, current = self._read(lease.name)
            later = leases.renewed(lease, current, self._clock(), length)
            if self._write(lease.name, later, found):
                return later
            self._pause(attempt)
        raise self._too_busy(lease.name)

    def release(self, lease: Lease) -> None:
        """Gives the lease back; does nothing when it is not ours any more."""
        for attempt in range(_ATTEMPTS):
            found, current = self._read(lease.name)
            if current is None or current.token != lease.token or self._write(lease.name, None, found):
                return
            self._pause(attempt)
        raise self._too_busy(lease.name)

    def standing(self) -> tuple[Lease, ...]:
        """The leases that stand now, by name."""
        now, after, found = self._clock(), FOLDER, []
        while keys := self._bucket.list_after(FOLDER, after, _PAGE):
            objects = ((key, self._bucket.get(key)) for key in keys)
            found += [leases.from_bytes(kept.data, key) for key, kept in objects if kept is not None]
            after = keys[-1]
        return tuple(
            sorted((x for x in found if x is not None and x.stands(now)), key=lambda lease: lease.name)
        )

    def _read(self, name: str) -> tuple[Fetched | None, Lease | None]:
        leases.check_name(name)
        found = self._bucket.get(_key(name))
        return found, None if found is None else leases.from_bytes(found.data, _key(name))

    def _write(self, name: str, lease: Lease | None, found: Fetched | None) -> bool:
        data = leases.to_bytes(name, lease)
        if found is None:
            return self._bucket.put_new(_key(name), data, retain=False)
        return self._bucket.replace(_key(name), data, found.etag)

    def _too_busy(self, name: str) -> LedgerUnwritable:
        return LedgerUnwritable(
            f"{self._bucket.location}: the lease on {name} changed {_ATTEMPTS} times under our hands",
            advice="Run the command again.",
        )


def _key(name: str) -> str:
    return f"{FOLDER}{quote(name, safe='')}.json"
