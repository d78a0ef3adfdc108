"""The export: what we write, we and others can verify."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import independent_verifier
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ledger_values import IDENTITY, chain, draft

from rootwarden.errors import (
    BadInput,
    LedgerBroken,
    LedgerError,
    LedgerTooNew,
    RootwardenError,
    WrongOrganization,
)
from rootwarden.ledger.chain import Head, Identity, genesis, head_of
from rootwarden.ledger.entry import Entry, Kind
from rootwarden.ledger.export import export, verify_export

OWNER = (IDENTITY.organization_id, IDENTITY.endpoint)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


def lines_of(entries: list[Entry], head: Head | None = None) -> list[bytes]:
    last = head_of(entries[-1]) if entries else genesis(IDENTITY)
    return list(export(IDENTITY, head or last, entries))


ENTRIES = chain(
    draft(1, Kind.INTENT, operation="remove", reason='Ünïcode \u2028 and \x1f \\ "quotes"'),
    draft(2, Kind.OUTCOME, "entry-00000001", result=[{"outcome": "removed"}]),
    *(draft(number) for number in range(3, 7)),
)
LINES = lines_of(ENTRIES)


def test_the_header_says_what_follows() -> None:
    assert json.loads(LINES[0]) == {
        "endpoint": "aws",
        "hash": ENTRIES[-1].hash,
        "number": 6,
        "organization_id": "o-exampleorg1",
        "schema": "rootwarden/ledger-export/1",
    }
    assert LINES[1:] == [entry.to_bytes() + b"\n" for entry in ENTRIES]


@given(st.lists(texts, max_size=6))
def test_export_then_verify_agrees(reasons: list[str]) -> None:
    """With the program's own verification and with one that shares no code with it."""
    entries = chain(*(draft(number, text=reason) for number, reason in enumerate(reasons)))
    lines = lines_of(entries)
    head = verify_export(lines, IDENTITY)
    assert head == (head_of(entries[-1]) if entries else genesis(IDENTITY))
    assert independent_verifier.verify(b"".join(lines), *OWNER) == (head.number, head.hash)


def test_a_program_of_nothing_but_the_standard_library_verifies_it(tmp_path: Path) -> None:
    file = tmp_path / "export.jsonl"
    file.write_bytes(b"".join(LINES))
    program = Path(independent_verifier.__file__)
    command = [sys.executable, "-I", "-S", str(program), str(file), *OWNER]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == f"entry 6 hash {ENTRIES[-1].hash}\n"
    file.write_bytes(b"".join(LINES).replace(b'"outcome":"removed"', b'"outcome":"refused"'))
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "entry 2: altered" in done.stderr


def test_the_independent_program_is_short_and_independent() -> None:
    text = Path(independent_verifier.__file__).read_text(encoding="utf-8")
    body = text.split("def verify", 1)[1].split("if __name__", 1)[0].strip().splitlines()
    assert "rootwarden." not in text.replace('"rootwarden/', "")
    assert len(body) <= 30


def refused_by_both(lines: list[bytes]) -> RootwardenError:
    with pytest.raises(RootwardenError) as caught:
        verify_export(lines, IDENTITY)
    with pytest.raises((AssertionError, ValueError, KeyError, TypeError, AttributeError)):
        independent_verifier.verify(b"".join(lines), *OWNER)
    return caught.value


@given(st.data())
def test_any_single_changed_byte_is_found(data: st.DataObject) -> None:
    """Header, entries and line ends; the last one included."""
    whole = b"".join(LINES)
    at = data.draw(st.integers(0, len(whole) - 2))
    byte = data.draw(st.integers(0, 255).filter(lambda value: value != whole[at]))
    refused_by_both((whole[:at] + bytes([byte]) + whole[at + 1 :]).splitlines(keepends=True))


@given(st.integers(1, 6))
def test_any_dropped_entry_is_found_the_last_too(place: int) -> None:
    error = refused_by_both(LINES[:place] + LINES[place + 1 :])
    assert isinstance(error, LedgerBroken)
    assert (error.fault, error.number) == ("missing", place)


@given(st.integers(1, 6), st.integers(1, 6))
def test_any_swapped_entries_are_found(one: int, two: int) -> None:
    if one == two:
        return
    lines = list(LINES)
    lines[one], lines[two] = lines[two], lines[one]
    error = refused_by_both(lines)
    assert isinstance(error, LedgerBroken)
    assert (error.fault, error.number) == ("reordered", min(one, two))


@given(st.integers(1, 6), st.integers(1, 7))
def test_any_repeated_entry_is_found(which: int, where: int) -> None:
    error = refused_by_both([*LINES[:where], LINES[which], *LINES[where:]])
    assert isinstance(error, LedgerBroken)


def test_entries_behind_the_header_s_head_are_found() -> None:
    longer = chain(*(draft(number) for number in range(1, 4)))
    error = refused_by_both([*lines_of(longer[:2]), longer[2].to_bytes()])
    assert isinstance(error, LedgerBroken)
    assert error.fault == "inserted"


def test_a_header_with_another_hash_is_found() -> None:
    error = refused_by_both([LINES[0].replace(ENTRIES[-1].hash.encode(), b"ab" * 32), *LINES[1:]])
    assert isinstance(error, LedgerBroken)
    assert error.fault == "rewritten"


def test_an_export_ends_at_its_head_though_others_write_on() -> None:
    lines = lines_of(ENTRIES, head_of(ENTRIES[3]))
    assert verify_export(lines) == head_of(ENTRIES[3])


def test_an_export_of_a_ledger_that_was_cut_meanwhile_fails() -> None:
    with pytest.raises(LedgerBroken, match="5 to 6 were cut off"):
        list(export(IDENTITY, head_of(ENTRIES[-1]), ENTRIES[:4]))


def test_the_export_of_another_organization_is_refused_only_when_ours_is_asked_for() -> None:
    with pytest.raises(WrongOrganization):
        verify_export(LINES, Identity("o-otherorg999", "aws"))
    assert verify_export(LINES) == head_of(ENTRIES[-1])


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [b""],
        [b"{}\n"],
        [b"no json\n"],
        [b"[]\n"],
        LINES[1:],
        [LINES[0].replace(b'"number":6', b'"number":"6"')],
    ],
)
def test_what_is_no_export_is_bad_input(lines: list[bytes]) -> None:
    with pytest.raises(BadInput, match="not an export"):
        verify_export(lines)


def test_half_an_export_is_found() -> None:
    whole = b"".join(LINES)
    for size in range(len(LINES[0]), len(whole) - 1, 97):
        with pytest.raises(LedgerError):
            verify_export(whole[:size].splitlines(keepends=True))


def test_a_newer_export_is_said_to_be_newer() -> None:
    with pytest.raises(LedgerTooNew):
        verify_export([LINES[0].replace(b"ledger-export/1", b"ledger-export/2"), *LINES[1:]])
