"""The recorder: begin, act, finish; and what is left open when something gets in between."""

from __future__ import annotations

import threading
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from ledger_values import IDENTITY, NOW, draft

from rootwarden.errors import LedgerUnwritable, SecretRefused
from rootwarden.ledger.chain import follow, genesis, head_of, verify
from rootwarden.ledger.entry import Draft, Entry, Kind
from rootwarden.ledger.query import Filter, OpenIntent, accounts_of, open_intents, select
from rootwarden.ledger.recorder import Recorder, RunContext
from rootwarden.ledger.results import Result, result_of
from rootwarden.ledger.sqlite import SqliteStore
from rootwarden.ledger.store import entries
from rootwarden.model.ids import AccountId
from rootwarden.model.outcome import Done, Failed, NothingToDo, Refused, Unknown
from rootwarden.model.reason import Reason, Source, local

ALICE = RunContext(
    "arn:aws:sts::999988887777:assumed-role/Operators/alice", "alice@example.com", "0.1.0", "ab" * 32
)
BOB = RunContext("arn:aws:iam::999988887777:user/bob", None, "0.1.0")
ONE, TWO, THREE = AccountId("111111111111"), AccountId("222222222222"), AccountId("333333333333")


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def store(tmp_path: Path) -> SqliteStore:
    return SqliteStore(tmp_path / "ledger.sqlite3", IDENTITY)


def numbered() -> Callable[[], str]:
    numbers = iter(range(1, 10_000))
    return lambda: f"entry-{next(numbers):08d}"


def recorder(
    store: SqliteStore, context: RunContext = ALICE, clock: Clock | None = None, size: int = 200
) -> Recorder:
    return Recorder(store, context, clock=clock or Clock(), new_id=numbered(), group_size=size)


def done(account: AccountId, item: str | None = None, outcome: str = "removed") -> Result:
    return Result(outcome, account, item)


def test_an_intent_and_its_outcome_say_everything(store: SqliteStore) -> None:
    clock = Clock()
    with recorder(store, clock=clock).begin(
        operation="remove apply",
        accounts=[ONE],
        task="delete",
        items=["password", "AKIAIOSFODNN7EXAMPLE"],
        reason="account joined",
        ticket="SEC-1",
        plan_hash="cd" * 32,
    ) as intent:
        clock.now += timedelta(seconds=3)
        refused = Failed(Reason(Source.AWS, "NoSuchEntity", "no such key", "request-2"))
        intent.finish(
            Result(
                "removed",
                ONE,
                "password",
                None,
                ("request-1",),
                "ASIAIOSFODNN7EXAMPLE",
                NOW + timedelta(minutes=15),
            ),
            result_of(refused, account=ONE, item="AKIAIOSFODNN7EXAMPLE"),
        )
    begun, ended = entries(store)
    shared = {
        "caller_arn": ALICE.caller_arn,
        "source_identity": "alice@example.com",
        "organization_id": "o-exampleorg1",
        "endpoint": "aws",
        "configuration_hash": "ab" * 32,
        "tool_version": "0.1.0",
        "operation": "remove apply",
        "task": "delete",
    }
    assert begun.content == {
        **shared,
        "accounts": (ONE,),
        "items": ("password", "AKIAIOSFODNN7EXAMPLE"),
        "reason": "account joined",
        "ticket": "SEC-1",
        "plan_hash": "cd" * 32,
    }
    assert ended.content == {
        **shared,
        "result": (
            {
                "outcome": "removed",
                "account": ONE,
                "item": "password",
                "request_ids": ("request-1",),
                "access_key_id": "ASIAIOSFODNN7EXAMPLE",
                "session_expires": "2026-03-01T09:45:00.000000Z",
            },
            {
                "outcome": "failed",
                "account": ONE,
                "item": "AKIAIOSFODNN7EXAMPLE",
                "reason": {
                    "source": "aws",
                    "code": "NoSuchEntity",
                    "text": "no such key",
                    "request_id": "request-2",
                },
                "request_ids": ("request-2",),
            },
        ),
    }
    assert (begun.kind, ended.kind, ended.intent_id) == (Kind.INTENT, Kind.OUTCOME, begun.id)
    assert [begun.time, ended.time] == [NOW, NOW + timedelta(seconds=3)]


@pytest.mark.parametrize(
    ("outcome", "word"),
    [
        (Done(), "done"),
        (NothingToDo(), "nothing_to_do"),
        (NothingToDo(local("Absent", "was not there")), "nothing_to_do"),
        (Refused(local("Rule", "no")), "refused"),
        (Failed(local("Aws", "no")), "failed"),
        (Unknown(local("Timeout", "no answer")), "unknown"),
    ],
)
def test_outcome_values_have_their_words(
    outcome: Done | NothingToDo | Refused | Failed | Unknown, word: str
) -> None:
    line = result_of(outcome, account=ONE).as_json()
    assert line["outcome"] == word
    assert ("reason" in line) == (getattr(outcome, "reason", None) is not None)


def test_a_crash_leaves_an_open_intent_that_the_next_run_settles(store: SqliteStore) -> None:
    recorder(store).begin(operation="remove apply", accounts=[ONE], task="delete")
    next_run = Recorder(store, BOB, clock=Clock())
    (found,) = next_run.open_intents()
    assert found.accounts == (ONE,)
    assert found.intent.content["operation"] == "remove apply"
    entry = next_run.settle(found, [done(ONE, outcome="already_absent")], note="looked at AWS")
    assert next_run.open_intents() == ()
    assert entry.content["caller_arn"] == BOB.caller_arn
    assert entry.content["note"] == "looked at AWS"
    assert "source_identity" not in entry.content


def test_a_bulk_run_writes_one_intent_and_outcomes_in_groups(store: SqliteStore) -> None:
    accounts = [AccountId(f"{number:012d}") for number in range(1, 26)]
    with recorder(store, size=10).begin(operation="audit", accounts=accounts) as intent:
        for account in accounts:
            intent.record(done(account, outcome="clean"))
    found = list(entries(store))
    assert [entry.kind for entry in found] == [Kind.INTENT] + [Kind.OUTCOME] * 3
    assert [len(accounts_of(entry)) for entry in found] == [25, 10, 10, 5]
    assert open_intents(found) == ()


def test_a_line_does_not_wait_longer_than_the_bound(store: SqliteStore) -> None:
    clock = Clock()
    intent = recorder(store, clock=clock).begin(operation="audit", accounts=[ONE, TWO, THREE])
    intent.record(done(ONE))
    clock.now += timedelta(seconds=4)
    intent.record(done(TWO))
    assert store.head().number == 1
    clock.now += timedelta(seconds=1)
    intent.record(done(THREE))
    assert store.head().number == 2
    assert open_intents(entries(store)) == ()


def test_what_is_known_is_written_when_the_run_breaks_off(store: SqliteStore) -> None:
    def broken_off() -> None:
        with recorder(store).begin(operation="audit", accounts=[ONE, TWO, THREE]) as intent:
            intent.record(done(ONE))
            intent.record(done(THREE))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        broken_off()
    (found,) = open_intents(entries(store))
    assert found.accounts == (TWO,)


def test_a_run_that_forgets_an_account_leaves_it_open(store: SqliteStore) -> None:
    with recorder(store).begin(operation="audit", accounts=[ONE, TWO]) as intent:
        intent.record(done(TWO))
    assert [found.accounts for found in open_intents(entries(store))] == [(ONE,)]


def test_a_change_of_the_set_up_names_no_account(store: SqliteStore) -> None:
    writer = recorder(store)
    intent = writer.begin(operation="enable")
    assert [found.accounts for found in writer.open_intents()] == [()]
    intent.finish(Result("done", item="trusted_access"), Result("unknown", item="root_sessions"))
    assert [found.accounts for found in writer.open_intents()] == [()]
    writer.settle(OpenIntent(intent.entry, ()), [Result("done", item="root_sessions")])
    assert writer.open_intents() == ()


def test_unknown_settles_nothing_until_somebody_looked(store: SqliteStore) -> None:
    writer = recorder(store)
    intent = writer.begin(operation="remove apply", accounts=[ONE, TWO])
    intent.finish(done(ONE, "password"), done(ONE, "key", "unknown"), done(TWO, outcome="unknown"))
    (found,) = writer.open_intents()
    assert found.accounts == (ONE, TWO)
    writer.settle(found, [done(ONE, "key", "already_absent")])
    (found,) = writer.open_intents()
    assert found.accounts == (TWO,)
    writer.settle(found, [done(TWO)])
    assert writer.open_intents() == ()


def test_a_word_on_the_whole_account_settles_its_items(store: SqliteStore) -> None:
    writer = recorder(store)
    writer.begin(operation="remove apply", accounts=[ONE]).finish(done(ONE, "key", "unknown"))
    (found,) = writer.open_intents()
    writer.settle(found, [done(ONE, outcome="verified_clean")])
    assert writer.open_intents() == ()


def test_what_is_done_with_is_not_kept_in_memory() -> None:
    """The runs of years are read at each start: ten times as many of them take no more memory."""

    def years(runs: int) -> Iterator[Entry]:
        head = genesis(IDENTITY)
        accounts = [f"{number:012d}" for number in range(200)]
        for number in range(runs):
            word = [{"account": account, "outcome": "clean"} for account in accounts]
            intent = follow(head, draft(2 * number, Kind.INTENT, accounts=accounts))
            outcome = follow(head_of(intent), draft(2 * number + 1, Kind.OUTCOME, intent.id, result=word))
            head = head_of(outcome)
            yield intent
            yield outcome

    def peak(runs: int) -> int:
        tracemalloc.start()
        assert open_intents(years(runs)) == ()
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    few, many = peak(10), peak(100)
    assert many < 1.5 * few


def test_two_intents_on_one_account_are_told_apart(store: SqliteStore) -> None:
    writer = recorder(store)
    first = writer.begin(operation="audit", accounts=[ONE])
    second = writer.begin(operation="audit", accounts=[ONE])
    second.finish(done(ONE))
    assert [found.intent for found in writer.open_intents()] == [first.entry]


class BrokenStore(SqliteStore):
    """A ledger whose disk fills up after some entries."""

    room = 1

    def append(self, draft: Draft) -> Entry:
        if self.room == 0:
            raise LedgerUnwritable("the disk is full")
        self.room -= 1
        return super().append(draft)


@pytest.fixture
def broken(tmp_path: Path) -> BrokenStore:
    return BrokenStore(tmp_path / "ledger.sqlite3", IDENTITY)


def test_without_an_intent_nothing_begins(broken: BrokenStore) -> None:
    broken.room = 0
    acted = []
    with pytest.raises(LedgerUnwritable), recorder(broken).begin(operation="enable"):
        acted.append("enable")
    assert acted == []
    assert broken.head().number == 0


def test_lines_that_could_not_be_written_are_kept_and_tried_again(broken: BrokenStore) -> None:
    intent = recorder(broken, size=1).begin(operation="audit", accounts=[ONE, TWO])
    with pytest.raises(LedgerUnwritable):
        intent.record(done(ONE))
    assert [found.accounts for found in open_intents(entries(broken))] == [(ONE, TWO)]
    broken.room = 1
    intent.record(done(TWO))
    assert open_intents(entries(broken)) == ()


def test_a_ledger_that_fails_at_the_end_is_not_passed_over(broken: BrokenStore) -> None:
    def troubled() -> None:
        with recorder(broken).begin(operation="audit", accounts=[ONE]) as intent:
            intent.record(done(ONE))
            raise KeyError("something else")

    with pytest.raises(LedgerUnwritable) as caught:
        troubled()
    assert isinstance(caught.value.__context__, KeyError)


def test_a_ledger_that_fails_twice_tells_of_the_first(broken: BrokenStore) -> None:
    with (
        pytest.raises(LedgerUnwritable) as caught,
        recorder(broken, size=1).begin(operation="audit", accounts=[ONE]) as intent,
    ):
        intent.record(done(ONE))
    assert caught.value.__context__ is None


def test_secrets_in_a_reason_stop_the_run(store: SqliteStore) -> None:
    with pytest.raises(SecretRefused):
        recorder(store).begin(operation="enable", reason="wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
    assert store.head().number == 0


def test_many_threads_may_record(store: SqliteStore) -> None:
    accounts = [AccountId(f"{number:012d}") for number in range(1, 81)]
    with recorder(store, size=7).begin(operation="audit", accounts=accounts) as intent:

        def work(part: list[AccountId]) -> None:
            for account in part:
                intent.record(done(account))

        threads = [threading.Thread(target=work, args=(accounts[n::4],)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert open_intents(entries(store)) == ()
    assert verify(IDENTITY, store.records()).number == 1 + 12


def test_a_note_stands_alone(store: SqliteStore) -> None:
    entry = recorder(store).note(operation="remove plan", details={"plan_hash": "ef" * 32}, accounts=[ONE])
    assert (entry.kind, entry.content["details"]) == (Kind.NOTE, {"plan_hash": "ef" * 32})
    assert open_intents(entries(store)) == ()


def test_ids_are_unique_without_being_told_how(store: SqliteStore) -> None:
    writer = Recorder(store, ALICE)
    found = [writer.note(operation="test", details={}).id for _ in range(20)]
    assert len(set(found)) == 20


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        (Filter(), [1, 2, 3, 4, 5]),
        (Filter(account=ONE), [1, 2]),
        (Filter(account=TWO), [1, 4]),
        (Filter(account=THREE), []),
        (Filter(person="ALICE"), [1, 2, 3]),
        (Filter(person="alice@example.com"), [1, 2, 3]),
        (Filter(person="user/bob"), [4, 5]),
        (Filter(operation="remove"), [1, 2]),
        (Filter(operation="remove apply"), [1, 2]),
        (Filter(operation="rem"), []),
        (Filter(since=NOW + timedelta(minutes=3)), [4, 5]),
        (Filter(until=NOW + timedelta(minutes=3)), [1, 2, 3]),
        (Filter(since=datetime(2026, 3, 1, 9, 31, tzinfo=UTC), until=NOW + timedelta(minutes=2)), [2]),
        (Filter(person="bob", account=TWO), [4]),
    ],
)
def test_a_filter_admits(store: SqliteStore, wanted: Filter, numbers: list[int]) -> None:
    clock = Clock()

    def tick() -> datetime:
        clock.now += timedelta(minutes=1)
        return clock.now - timedelta(minutes=1)

    alice = Recorder(store, ALICE, clock=tick)
    alice.begin(operation="remove apply", accounts=[ONE, TWO]).finish(done(ONE))
    alice.begin(operation="enable")
    Recorder(store, BOB, clock=tick).begin(operation="audit", accounts=[TWO])
    Recorder(store, BOB, clock=tick).begin(operation="status")
    assert [entry.number for entry in select(entries(store), wanted)] == numbers
