"""docs/ledger.md says what is true: its examples are made here anew and compared."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import independent_verifier
import pytest
from ledger_values import IDENTITY, NOW

from rootwarden.errors import LedgerBroken
from rootwarden.ledger import canonical, entry, leases, recorder
from rootwarden.ledger.chain import Record, follow, genesis, head_of, verify
from rootwarden.ledger.checkpoint import Checkpoint, SignedCheckpoint, parse_checkpoint, verify_against
from rootwarden.ledger.entry import Draft, Entry
from rootwarden.ledger.export import export, verify_export
from rootwarden.ledger.recorder import Recorder, RunContext
from rootwarden.ledger.results import Result
from rootwarden.ledger.sqlite import SqliteStore
from rootwarden.ledger.store import entries
from rootwarden.model.ids import AccountId
from rootwarden.model.reason import local

PAGE = (Path(__file__).parents[3] / "docs" / "ledger.md").read_text(encoding="utf-8")
CALLER = RunContext("arn:aws:sts::999988887777:assumed-role/Operators/alice", "alice@example.com", "0.1.0")
ACCOUNT = AccountId("111122223333")


def blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture
def store(tmp_path: Path) -> SqliteStore:
    return SqliteStore(tmp_path / "ledger.sqlite3", IDENTITY)


def removal(store: SqliteStore) -> list[Entry]:
    """The example: one access key removed."""
    times = iter([NOW, NOW + timedelta(seconds=2)])
    ids = iter(["5b0f3c1e-8d0a-4c53-9a51-2f1f6f6f0a11", "c7a1d2f4-3b57-4a0e-8f0b-6d1f0a2b3c4d"])
    writer = Recorder(store, CALLER, clock=lambda: next(times), new_id=lambda: next(ids))
    with writer.begin(
        operation="remove apply",
        accounts=[ACCOUNT],
        task="delete",
        items=["AKIAIOSFODNN7EXAMPLE"],
        reason="account joined the organization",
        ticket="SEC-1234",
    ) as intent:
        intent.finish(
            Result(
                "removed",
                ACCOUNT,
                "AKIAIOSFODNN7EXAMPLE",
                request_ids=("b8f2a1c4-5d6e-4f70-8a9b-0c1d2e3f4a5b",),
                access_key_id="ASIAIOSFODNN7EXAMPLE",
                session_expires=NOW + timedelta(minutes=15),
            )
        )
    return list(entries(store))


def test_the_genesis_hash(store: SqliteStore) -> None:
    (example,) = [block for block in blocks("json") if "ledger-genesis" in block]
    assert (
        example.encode()
        == canonical.canonical_bytes(canonical.parse_canonical(example.strip().encode())) + b"\n"
    )
    assert f"`{genesis(IDENTITY).hash}`" in PAGE


def test_the_export_is_whole_and_is_what_the_program_writes(store: SqliteStore) -> None:
    found = removal(store)
    (example,) = blocks("jsonl")
    assert example == b"".join(export(IDENTITY, head_of(found[-1]), found)).decode()
    data = example.encode()
    assert verify_export(data.splitlines(keepends=True), IDENTITY) == head_of(found[-1])
    assert independent_verifier.verify(data, "o-exampleorg1", "aws") == (2, found[-1].hash)


def test_the_checkpoint_is_one_of_that_ledger(store: SqliteStore) -> None:
    found = removal(store)
    (example,) = [block for block in blocks("json") if "ledger-checkpoint" in block]
    checkpoint = Checkpoint(IDENTITY, head_of(found[-1]), datetime(2026, 3, 1, 18, tzinfo=UTC))
    assert example == SignedCheckpoint(checkpoint).to_bytes().decode()
    assert (
        verify_against(parse_checkpoint(example.encode()).checkpoint, IDENTITY, store.records())
        == checkpoint.head
    )


def five_entries(store: SqliteStore) -> list[Entry]:
    ids = iter(range(1, 6))
    writer = Recorder(
        store, CALLER, clock=lambda: NOW, new_id=lambda: f"00000000-0000-4000-8000-{next(ids):012d}"
    )
    for number in range(1, 6):
        writer.begin(operation="session", accounts=[ACCOUNT], reason=f"approved by change {number}")
    return list(entries(store))


def test_the_tampered_ledger_is_found_in_these_words(store: SqliteStore) -> None:
    found = five_entries(store)
    records = [Record(f"row {each.number}", each.to_bytes(), each.number) for each in found]
    records[3] = Record("row 4", records[3].data.replace(b"change 4", b"change 9"), 4)
    with pytest.raises(LedgerBroken) as caught:
        verify(IDENTITY, records)
    assert blocks("text")[0] == caught.value.message + "\n"


def test_the_rewritten_ledger_is_found_in_these_words(store: SqliteStore) -> None:
    found = five_entries(store)
    checkpoint = Checkpoint(IDENTITY, head_of(found[-1]), NOW)
    forged = found[:3]
    for each in found[3:]:
        content = dict(each.content)
        if each.number == 4:
            content["reason"] = "approved by change 9"
        forged.append(follow(head_of(forged[-1]), Draft(each.kind, each.id, each.time, content)))
    records = [Record(f"row {each.number}", each.to_bytes(), each.number) for each in forged]
    assert verify(IDENTITY, records) == head_of(forged[-1])
    with pytest.raises(LedgerBroken) as caught:
        verify_against(checkpoint, IDENTITY, records)
    assert blocks("text")[1] == caught.value.message + "\n"


def test_the_members_are_those_of_an_entry(store: SqliteStore) -> None:
    section = PAGE.split("## Entries", 1)[1].split("### Canonical bytes", 1)[0]
    assert set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)) == set(entry._KEYS)


def test_every_member_of_a_content_is_explained(store: SqliteStore) -> None:
    writer = Recorder(store, RunContext("arn", "person", "1", "ab"))
    intent = writer.begin(
        operation="x",
        accounts=[ACCOUNT],
        task="x",
        items=["x"],
        reason="x",
        ticket="x",
        plan_hash="x",
        exception_id="x",
        details={"x": 1},
    )
    line = Result("x", ACCOUNT, "x", local("x", "x"), ("x",), "x", NOW, {"x": 1})
    outcome = writer.outcome(intent.entry, [line], note="x")
    section = PAGE.split("### Content", 1)[1].split("**No secrets.**", 1)[0]
    lines = outcome.content["result"]
    assert isinstance(lines, tuple)
    names = {*intent.entry.content, *outcome.content, *lines[0]}
    assert {name for name in names if f"`{name}`" not in section} == set()


def test_the_numbers_are_those_of_the_program() -> None:
    assert f"At most {canonical.MAX_DEPTH} levels of nesting and {canonical.MAX_BYTES // 2**20} MiB" in PAGE
    assert f"Others take it\n  over {leases.TAKEOVER_MARGIN.seconds} seconds after its end" in PAGE
    assert f"by default {recorder.GROUP_SIZE} lines or {recorder.GROUP_TIME.seconds} seconds apart" in PAGE
    assert f"`{entry.SCHEMA}`" in PAGE
