"""Laws of the chain: whatever is done to it is found, and the first place is named."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ledger_values import IDENTITY, chain, draft, records

from rootwarden.errors import LedgerBroken, LedgerError, LedgerTooNew, NotCanonical, WrongOrganization
from rootwarden.ledger.canonical import canonical_bytes
from rootwarden.ledger.chain import Head, Identity, Record, genesis, head_of, last_entry, verify, walk
from rootwarden.ledger.entry import Entry, Kind

ENTRIES = chain(
    draft(1, Kind.INTENT, operation="remove", accounts=["111122223333"]),
    draft(2, Kind.OUTCOME, "entry-00000001", result=[{"account": "111122223333", "outcome": "removed"}]),
    *(draft(number, reason=f"reason {number} ünïcode") for number in range(3, 9)),
)
RECORDS = records(ENTRIES)
LENGTH = len(ENTRIES)
places = st.integers(0, LENGTH - 1)


def fault(found: list[Record]) -> LedgerBroken:
    with pytest.raises(LedgerBroken) as caught:
        verify(IDENTITY, found)
    assert caught.value.exit_code == 5
    return caught.value


def rewritten(entry: Entry, **changes: Any) -> Entry:
    """An entry somebody changed, with the hash that fits."""
    fields = {**json.loads(entry.to_bytes()), **changes}
    del fields["hash"]
    digest = hashlib.sha256(canonical_bytes(fields)).hexdigest()
    return last_entry(Record("", canonical_bytes({**fields, "hash": digest})))


def test_a_whole_chain_verifies_to_its_head() -> None:
    assert verify(IDENTITY, RECORDS) == head_of(ENTRIES[-1])
    assert list(walk(IDENTITY, RECORDS)) == ENTRIES


def test_an_empty_ledger_is_whole() -> None:
    assert verify(IDENTITY, []) == genesis(IDENTITY) == Head(0, genesis(IDENTITY).hash)


def test_the_beginning_depends_on_organization_and_endpoint() -> None:
    others = [Identity("o-exampleorg2", "aws"), Identity("o-exampleorg1", "http://127.0.0.1:5000"), IDENTITY]
    assert len({genesis(identity).hash for identity in others}) == 3


@given(places, st.data())
def test_any_single_changed_byte_is_found_where_it_is(place: int, data: st.DataObject) -> None:
    whole = RECORDS[place].data
    at = data.draw(st.integers(0, len(whole) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda value: value != whole[at]))
    changed = whole[:at] + bytes([byte]) + whole[at + 1 :]
    found = [*RECORDS[:place], Record("here", changed), *RECORDS[place + 1 :]]
    with pytest.raises(LedgerError) as caught:
        verify(IDENTITY, found)
    if isinstance(caught.value, LedgerBroken):
        assert (caught.value.fault, caught.value.number) == ("altered", place + 1)
    else:  # the byte made the schema that of another version
        assert isinstance(caught.value, LedgerTooNew)


@given(places, st.data())
def test_any_byte_added_or_taken_is_found(place: int, data: st.DataObject) -> None:
    whole = RECORDS[place].data
    at = data.draw(st.integers(0, len(whole) - 1))
    byte = data.draw(st.binary(max_size=2))
    changed = whole[:at] + byte + whole[at + (not byte) :]
    if changed == whole:
        return
    with pytest.raises(LedgerError):
        verify(IDENTITY, [*RECORDS[:place], Record("here", changed), *RECORDS[place + 1 :]])


@given(st.integers(0, LENGTH - 2))
def test_a_dropped_entry_is_missing(place: int) -> None:
    """The last one only a checkpoint misses."""
    error = fault(RECORDS[:place] + RECORDS[place + 1 :])
    assert (error.fault, error.number) == ("missing", place + 1)
    assert f"found entry {place + 2}" in error.message


@given(places, places)
def test_swapped_entries_are_found_at_the_first(one: int, two: int) -> None:
    if one == two:
        return
    found = list(RECORDS)
    found[one], found[two] = found[two], found[one]
    error = fault(found)
    assert (error.fault, error.number) == ("reordered", min(one, two) + 1)


@given(places, st.integers(0, LENGTH))
def test_a_repeated_entry_is_found(which: int, where: int) -> None:
    """Before its own place it has come too early, behind it once too often."""
    error = fault([*RECORDS[:where], RECORDS[which], *RECORDS[where:]])
    if where < which:
        assert (error.fault, error.number) == ("reordered", where + 1)
    else:
        assert (error.fault, error.number) == ("inserted", which + 1)


@given(st.permutations(range(LENGTH)))
def test_any_other_order_is_found_at_the_first_that_moved(order: list[int]) -> None:
    found = [RECORDS[place] for place in order]
    if order == sorted(order):
        assert verify(IDENTITY, found) == head_of(ENTRIES[-1])
        return
    error = fault(found)
    first = next(place for place, origin in enumerate(order) if place != origin)
    assert (error.fault, error.number) == ("reordered", first + 1)


@given(st.permutations(range(3, 9)))
def test_the_same_entries_in_another_order_give_another_head(order: list[int]) -> None:
    one = chain(*(draft(number, reason=f"reason {number}") for number in range(3, 9)))
    other = chain(*(draft(number, reason=f"reason {number}") for number in order))
    assert (one[-1].hash == other[-1].hash) == (order == sorted(order))


@given(st.integers(0, LENGTH - 2))
def test_an_entry_rewritten_with_a_valid_hash_is_found(place: int) -> None:
    changed = rewritten(ENTRIES[place], time="2026-03-02T00:00:00.000000Z")
    error = fault([*RECORDS[:place], Record("here", changed.to_bytes()), *RECORDS[place + 1 :]])
    assert (error.fault, error.number) == ("altered", place + 1)
    assert changed.hash in error.found


@given(st.integers(2, LENGTH - 1))
def test_an_entry_slipped_in_with_a_number_and_a_valid_hash_is_found(place: int) -> None:
    """It follows what is before it, but what comes after does not follow it."""
    alien = chain(*(draft(n) for n in range(100, 100 + place + 1)))[place]
    slipped = rewritten(alien, previous=ENTRIES[place - 1].hash)
    error = fault([*RECORDS[:place], Record("here", slipped.to_bytes()), *RECORDS[place:]])
    assert (error.fault, error.number) == ("inserted", place + 1)
    stray = rewritten(alien, previous="ab" * 32)
    error = fault([*RECORDS[:place], Record("here", stray.to_bytes()), *RECORDS[place:]])
    assert (error.fault, error.number) == ("inserted", place + 1)


def test_a_replaced_entry_that_nothing_follows_is_found() -> None:
    alien = rewritten(ENTRIES[3], previous="ab" * 32)
    error = fault([*RECORDS[:3], Record("here", alien.to_bytes()), *RECORDS[4:]])
    assert (error.fault, error.number) == ("altered", 4)


def test_a_chain_that_begins_elsewhere_is_found() -> None:
    alien = rewritten(ENTRIES[0], previous="ab" * 32)
    error = fault([Record("here", alien.to_bytes()), *RECORDS[1:]])
    assert (error.fault, error.number) == ("altered", 1)
    assert genesis(IDENTITY).hash in error.expected


def test_the_ledger_of_another_organization_is_refused_not_broken() -> None:
    other = Identity("o-otherorg999", "aws")
    with pytest.raises(
        WrongOrganization,
        match="organization o-exampleorg1 at endpoint aws, not of organization o-otherorg999",
    ):
        verify(other, RECORDS)


def test_one_entry_of_another_organization_is_tampering() -> None:
    """Its first entry says whose a ledger is."""
    content = {"organization_id": "o-otherorg999", "endpoint": "aws"}
    alien = rewritten(ENTRIES[4], content=content)
    error = fault([*RECORDS[:4], Record("here", alien.to_bytes()), *RECORDS[5:]])
    assert (error.fault, error.number) == ("altered", 5)
    first = rewritten(ENTRIES[0], content=content)
    assert fault([Record("here", first.to_bytes())]).number == 1


def test_an_outcome_without_its_intent_is_found() -> None:
    orphan = chain(draft(1), draft(2, Kind.OUTCOME, "entry-99999999"))
    error = fault(records(orphan))
    assert (error.fault, error.number) == ("inserted", 2)


def test_an_intent_whose_id_was_there_before_is_found() -> None:
    """It would take over the other's outcomes."""
    twice = chain(draft(1, Kind.INTENT), draft(1, Kind.INTENT))
    error = fault(records(twice))
    assert (error.fault, error.number) == ("inserted", 2)


def test_an_entry_of_a_newer_version_is_said_to_be_newer() -> None:
    newer = RECORDS[2].data.replace(b"ledger-entry/1", b"ledger-entry/2")
    with pytest.raises(LedgerTooNew):
        verify(IDENTITY, [*RECORDS[:2], Record("here", newer)])


def test_noise_after_the_fault_does_not_hide_it() -> None:
    noise = [Record("noise", b"\xff"), Record("noise", b"{}")]
    assert fault([RECORDS[0], RECORDS[2], *noise]).fault == "missing"
    assert fault([RECORDS[0], RECORDS[2], *noise, RECORDS[1]]).fault == "reordered"


def test_an_entry_kept_under_another_number_is_found() -> None:
    kept = [Record(record.place, record.data, number) for number, record in enumerate(RECORDS, start=1)]
    assert verify(IDENTITY, kept) == head_of(ENTRIES[-1])
    kept[4] = Record("row 5", RECORDS[6].data, 5)
    error = fault(kept)
    assert (error.fault, error.number) == ("reordered", 5)
    with pytest.raises(LedgerBroken, match="entry 5"):
        last_entry(kept[4])


@given(st.binary(max_size=200))
def test_arbitrary_bytes_never_crash(data: bytes) -> None:
    with pytest.raises((LedgerBroken, NotCanonical)):
        verify(IDENTITY, [Record("line 1", data)])
