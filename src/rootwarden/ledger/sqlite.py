"""The ledger of one machine: a SQLite file that several processes may use at once."""

from __future__ import annotations

import random
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from rootwarden.ledger import leases
from rootwarden.ledger.chain import Head, Identity, Record, follow, genesis, head_of, last_entry
from rootwarden.ledger.clock import Clock, utc_now
from rootwarden.ledger.entry import Draft, Entry
from rootwarden.ledger.leases import Held, Lease
from rootwarden.ledger.location import SqliteLocation
from rootwarden.ledger.sqlite_errors import sqlite_call
from rootwarden.ledger.sqlite_file import begin_immediate, open_for_reading, open_for_writing

_PAGE: Final = 500
"""Entries per read, so that reading never holds a transaction open for long."""
_BREATH: Final = 0.02
"""Seconds: who writes again sooner than this gives way to others first."""


class SqliteStore:
    """A ``store.Store`` in a SQLite file with a write-ahead log, which needs a local file system.

    Not to be carried over a fork: each process opens its own.
    """

    def __init__(self, path: Path, identity: Identity, *, clock: Clock = utc_now) -> None:
        """Touches no file yet."""
        self._path = path
        self._identity = identity
        self._clock = clock
        self._lock = threading.RLock()
        self._reader: sqlite3.Connection | None = None
        self._writer: sqlite3.Connection | None = None
        self._random = random.SystemRandom()
        self._finished = -_BREATH
        self._held = 0.0

    @property
    def identity(self) -> Identity:
        """Whose ledger it is."""
        return self._identity

    @property
    def location(self) -> str:
        """``sqlite:///PATH``."""
        return str(SqliteLocation(self._path))

    def append(self, draft: Draft) -> Entry:
        """Adds one entry and returns it once it is on disk."""
        return self.append_many([draft])[0]

    def append_many(self, drafts: Sequence[Draft]) -> tuple[Entry, ...]:
        """Adds entries in one commit: all of them or none."""
        with self._transaction() as connection:
            head = self._head(connection)
            entries = []
            for draft in drafts:
                entry = follow(head, draft)
                connection.execute(
                    "INSERT INTO entry (number, data) VALUES (?, ?)", (entry.number, entry.to_bytes())
                )
                entries.append(entry)
                head = head_of(entry)
        return tuple(entries)

    def records(self, after: int = 0) -> Iterator[Record]:
        """The stored bytes behind number ``after``, unverified."""
        page = "SELECT number, data FROM entry WHERE number > ? ORDER BY number LIMIT ?"
        while rows := self._rows(page, after, _PAGE):
            for number, data in rows:
                yield Record(f"row {number}", _as_bytes(data), number)
                after = number

    def head(self) -> Head:
        """The head as stored."""
        with self._lock, sqlite_call(self._path):
            connection = self._for_reading()
            return genesis(self._identity) if connection is None else self._head(connection)

    def acquire(self, name: str, owner: str, length: timedelta) -> Lease | Held:
        """Takes the lease, or tells who has it."""
        now = self._clock()
        lease = leases.granted(name, owner, now, length)
        with self._transaction() as connection:
            current = self._lease(connection, name)
            if current is not None and current.stands(now):
                return Held(current)
            self._keep(connection, name, lease)
        return lease

    def renew(self, lease: Lease, length: timedelta) -> Lease:
        """Moves the end to ``length`` from now."""
        with self._transaction() as connection:
            later = leases.renewed(lease, self._lease(connection, lease.name), self._clock(), length)
            self._keep(connection, lease.name, later)
        return later

    def release(self, lease: Lease) -> None:
        """Gives the lease back; does nothing when it is not ours any more."""
        with self._transaction() as connection:
            current = self._lease(connection, lease.name)
            if current is not None and current.token == lease.token:
                self._keep(connection, lease.name, None)

    def leases(self) -> tuple[Lease, ...]:
        """The leases that stand now, by name."""
        now = self._clock()
        rows = self._rows("SELECT name, data FROM lease ORDER BY name")
        found = (leases.from_bytes(_as_bytes(data), f"lease {name}") for name, data in rows)
        return tuple(lease for lease in found if lease is not None and lease.stands(now))

    def close(self) -> None:
        """Closes the file."""
        with self._lock:
            for connection in {self._reader, self._writer} - {None}:
                if connection is not None:
                    connection.close()
            self._reader = self._writer = None

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """One writer at a time, over all processes; what is inside happens as a whole or not at all."""
        with self._lock, sqlite_call(self._path):
            if self._writer is None:
                self._writer = open_for_writing(self._path, self._identity)
            connection = self._writer
            if time.monotonic() - self._finished < _BREATH:
                # A writer without pause would keep all others from ever getting their turn.
                time.sleep(self._random.uniform(0, self._held))
            begin_immediate(connection, self._random)
            begun = time.monotonic()
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
            self._finished = time.monotonic()
            self._held = self._finished - begun

    def _for_reading(self) -> sqlite3.Connection | None:
        if self._writer is not None:
            return self._writer
        if self._reader is None:
            self._reader = open_for_reading(self._path, self._identity)
        return self._reader

    def _rows(self, query: str, *parameters: Any) -> list[Any]:
        with self._lock, sqlite_call(self._path):
            connection = self._for_reading()
            return [] if connection is None else connection.execute(query, parameters).fetchall()

    def _head(self, connection: sqlite3.Connection) -> Head:
        row = connection.execute("SELECT number, data FROM entry ORDER BY number DESC LIMIT 1").fetchone()
        if row is None:
            return genesis(self._identity)
        return head_of(last_entry(Record(f"row {row[0]}", _as_bytes(row[1]), row[0])))

    @staticmethod
    def _lease(connection: sqlite3.Connection, name: str) -> Lease | None:
        row = connection.execute("SELECT data FROM lease WHERE name = ?", (name,)).fetchone()
        return None if row is None else leases.from_bytes(_as_bytes(row[0]), f"lease {name}")

    @staticmethod
    def _keep(connection: sqlite3.Connection, name: str, lease: Lease | None) -> None:
        data = leases.to_bytes(name, lease)
        connection.execute("INSERT OR REPLACE INTO lease (name, data) VALUES (?, ?)", (name, data))


def _as_bytes(value: object) -> bytes:
    """A column somebody tampered with may hold anything; what is no text or bytes verifies as nothing."""
    if isinstance(value, str):
        return value.encode("utf-8", "surrogateescape")
    return value if isinstance(value, bytes) else b""
