"""The rootwarden command with a ledger that keeps nothing, to see what the real one costs.

    python -m bench_audit.without_ledger audit --all

This exists in the benchmark only: the product opens no root session without a ledger.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import rootwarden.app.ledger
from rootwarden.cli.main import main
from rootwarden.ledger.chain import Head, Identity, Record, genesis
from rootwarden.ledger.entry import Draft, Entry
from rootwarden.ledger.leases import Held, Lease

if TYPE_CHECKING:
    from rootwarden.app.context import App
    from rootwarden.aws.clients import CallerClients
    from rootwarden.ledger.store import Store


class NoStore:
    """Takes every entry and forgets it."""

    def __init__(self, identity: Identity) -> None:
        self.identity = identity
        self.location = "nowhere"

    def append(self, draft: Draft) -> Entry:
        return Entry(1, draft.kind, draft.id, draft.intent_id, draft.time, "", draft.content, "")

    def append_many(self, drafts: Sequence[Draft]) -> tuple[Entry, ...]:
        return tuple(self.append(draft) for draft in drafts)

    def records(self, after: int = 0) -> Iterator[Record]:  # noqa: ARG002 - the store's interface
        return iter(())

    def head(self) -> Head:
        return genesis(self.identity)

    def acquire(self, name: str, owner: str, length: timedelta) -> Lease | Held:
        now = datetime.now(UTC)
        return Lease(name, owner, "none", now, now + length)

    def renew(self, lease: Lease, length: timedelta) -> Lease:  # noqa: ARG002 - the store's interface
        return lease

    def release(self, lease: Lease) -> None:
        """Nothing was taken."""

    def leases(self) -> tuple[Lease, ...]:
        return ()

    def close(self) -> None:
        """Nothing was opened."""


def open_nothing(app: App, clients: CallerClients, organization_id: str) -> Store:  # noqa: ARG001 - as it is called
    """In place of ``open_store``."""
    return NoStore(Identity(organization_id, clients.endpoint))


if __name__ == "__main__":
    rootwarden.app.ledger.open_store = open_nothing
    main()
