"""Entries: their bytes, their hash, their form."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from ledger_values import IDENTITY, NOW, chain, draft

from rootwarden.errors import LedgerTooNew, NotCanonical, SecretRefused
from rootwarden.ledger.canonical import canonical_bytes
from rootwarden.ledger.chain import follow, genesis
from rootwarden.ledger.entry import Draft, Kind, format_time, parse, parse_time, seal

ENTRY = chain(draft(1, reason="quarterly check"))[0]


def resealed(**changes: Any) -> bytes:
    """The entry with changes and the hash that fits them."""
    fields = {**json.loads(ENTRY.to_bytes()), **changes}
    fields = {key: value for key, value in fields.items() if value is not ... and key != "hash"}
    digest = hashlib.sha256(canonical_bytes(fields)).hexdigest()
    return canonical_bytes({**fields, "hash": changes.get("hash", digest)})


def test_an_entry_is_read_back_as_it_was() -> None:
    assert parse(ENTRY.to_bytes()) == ENTRY
    assert parse(ENTRY.to_bytes()).to_bytes() == ENTRY.to_bytes()


def test_the_bytes_are_these() -> None:
    """Whoever changes this changes the format, and needs a new schema."""
    assert ENTRY.to_bytes() == (
        b'{"content":{"endpoint":"aws","organization_id":"o-exampleorg1","reason":"quarterly check"},'
        b'"hash":"'
        + ENTRY.hash.encode()
        + b'","id":"entry-00000001","intent_id":null,"kind":"note","number":1,'
        b'"previous":"' + genesis(IDENTITY).hash.encode() + b'","schema":"rootwarden/ledger-entry/1",'
        b'"time":"2026-03-01T09:30:01.000000Z"}'
    )
    without_hash = ENTRY.to_bytes().replace(b'"hash":"' + ENTRY.hash.encode() + b'",', b"")
    assert hashlib.sha256(without_hash).hexdigest() == ENTRY.hash


def test_an_entry_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        ENTRY.number = 2  # type: ignore[misc] # that is the point
    content: Any = ENTRY.content
    with pytest.raises(TypeError):
        content["reason"] = "another"


def test_times_are_kept_in_utc() -> None:
    there = datetime(2026, 3, 1, 10, 30, tzinfo=timezone(timedelta(hours=1)))
    entry = seal(Draft(Kind.NOTE, "entry-00000001", there, {}), 1, "0" * 64)
    assert entry.time == NOW
    assert b'"time":"2026-03-01T09:30:00.000000Z"' in entry.to_bytes()


@pytest.mark.parametrize(
    "time",
    [datetime(1, 1, 1, tzinfo=UTC), NOW, datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)],
)
def test_a_time_is_read_back(time: datetime) -> None:
    assert parse_time(format_time(time)) == time


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(NotCanonical, match="without a zone"):
        follow(genesis(IDENTITY), dataclasses.replace(draft(1), time=datetime(2026, 3, 1)))  # noqa: DTZ001 - that is the point


@pytest.mark.parametrize(
    "bad",
    [
        dataclasses.replace(draft(1), id="NO"),
        dataclasses.replace(draft(1), kind=Kind.OUTCOME),
        dataclasses.replace(draft(1), intent_id="entry-00000000"),
        dataclasses.replace(draft(1), content={"x": 1.5}),  # type: ignore[dict-item] # that is the point
    ],
)
def test_a_draft_that_cannot_be_an_entry_is_refused(bad: Draft) -> None:
    with pytest.raises(NotCanonical):
        follow(genesis(IDENTITY), bad)


def test_a_secret_is_never_sealed() -> None:
    with pytest.raises(SecretRefused):
        follow(genesis(IDENTITY), draft(1, SessionToken="x"))


@pytest.mark.parametrize(
    "changes",
    [
        {"number": 0},
        {"number": "1"},
        {"number": True},
        {"kind": "other"},
        {"kind": "outcome"},
        {"kind": ["note"]},
        {"intent_id": "entry-00000000"},
        {"intent_id": 7},
        {"id": "UPPER-CASE"},
        {"id": None},
        {"time": "2026-03-01T09:30:00Z"},
        {"time": "2026-13-01T09:30:00.000000Z"},
        {"time": "2026-03-01T24:00:00.000000Z"},
        {"time": "2026-03-01T09:30:00.000000+01:00"},
        {"previous": "0"},
        {"content": []},
        {"content": ...},
        {"extra": 1},
        {"schema": "rootwarden/ledger-entry/x"},
        {"schema": "another/1"},
        {"schema": ...},
        {"hash": "0" * 64},
        {"hash": None},
    ],
)
def test_a_field_of_another_form_is_refused_though_the_hash_fits(changes: dict[str, Any]) -> None:
    with pytest.raises(NotCanonical):
        parse(resealed(**changes))


def test_a_newer_entry_is_not_misread() -> None:
    with pytest.raises(LedgerTooNew, match="rootwarden/ledger-entry/2"):
        parse(resealed(schema="rootwarden/ledger-entry/2", surprise=1))
