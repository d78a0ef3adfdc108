"""Chains to try things on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from rootwarden.ledger.canonical import Json
from rootwarden.ledger.chain import Identity, Record, follow, genesis, head_of
from rootwarden.ledger.entry import Draft, Entry, Kind

IDENTITY = Identity("o-exampleorg1", "aws")
NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


def draft(number: int, kind: Kind = Kind.NOTE, intent: str | None = None, /, **content: Json) -> Draft:
    """An entry with an id and a time of its own."""
    said = {"organization_id": IDENTITY.organization_id, "endpoint": IDENTITY.endpoint, **content}
    return Draft(kind, f"entry-{number:08d}", NOW + timedelta(seconds=number), said, intent)


def chain(*drafts: Draft, identity: Identity = IDENTITY) -> list[Entry]:
    """The entries that drafts become, one after the other."""
    head, entries = genesis(identity), []
    for each in drafts:
        entries.append(follow(head, each))
        head = head_of(entries[-1])
    return entries


def records(entries: list[Entry]) -> list[Record]:
    """What an export would hold of them."""
    return [Record(f"line {place}", entry.to_bytes()) for place, entry in enumerate(entries, start=1)]
