"""What a ledger store does. ``sqlite.SqliteStore`` and ``s3.S3Store`` do it, and pass one test suite."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Protocol

from rootwarden.ledger.chain import Head, Identity, Record, walk
from rootwarden.ledger.entry import Draft, Entry
from rootwarden.ledger.leases import Held, Lease


class Store(Protocol):
    """A ledger of one organization and endpoint, and its leases. Safe to share between threads.

    Every method raises WrongOrganization for a ledger of somebody else, LedgerTooNew for one of a newer version,
    LedgerUnreadable and LedgerUnwritable with the reason. Reading a ledger that does not exist yet finds it empty and
    creates nothing; the first entry or lease creates it.
    """

    @property
    def identity(self) -> Identity:
        """Whose ledger it is."""

    @property
    def location(self) -> str:
        """Where it is, as ``--ledger`` would name it."""

    def append(self, draft: Draft) -> Entry:
        """Adds one entry and returns it once it is durable. Also raises LedgerBroken, SecretRefused, NotCanonical."""

    def append_many(self, drafts: Sequence[Draft]) -> tuple[Entry, ...]:
        """Adds entries that follow each other without another's between them where the store can (SQLite: one commit).

        On S3 each is an object of its own: after a failure those before it stand, and another writer's may lie between.
        """

    def records(self, after: int = 0) -> Iterator[Record]:
        """The stored bytes of the entries behind number ``after``, unverified, in the order of their numbers."""

    def head(self) -> Head:
        """The head as stored; the last entry's own hash is checked. Raises LedgerBroken where it does not fit."""

    def acquire(self, name: str, owner: str, length: timedelta) -> Lease | Held:
        """Takes the lease, or tells who has it."""

    def renew(self, lease: Lease, length: timedelta) -> Lease:
        """Moves the end to ``length`` from now. Raises LeaseLost where it is over or somebody else's."""

    def release(self, lease: Lease) -> None:
        """Gives the lease back; does nothing when it is not ours any more."""

    def leases(self) -> tuple[Lease, ...]:
        """The leases that stand now, by name."""

    def close(self) -> None:
        """Lets go of files and connections."""


def entries(store: Store) -> Iterator[Entry]:
    """All entries, each verified against the chain before it is given out. Raises as ``chain.verify`` does."""
    return walk(store.identity, store.records())
