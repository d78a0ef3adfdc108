"""What every store does."""

from __future__ import annotations

import signal
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from ledger_world import IDENTITY, NOW, Place, command, draft

from rootwarden.errors import BadInput, LeaseLost, LedgerBroken, SecretRefused, WrongOrganization
from rootwarden.ledger.chain import Head, Identity, genesis, head_of, verify
from rootwarden.ledger.entry import Entry
from rootwarden.ledger.leases import TAKEOVER_MARGIN, Held, Lease
from rootwarden.ledger.sqlite import SqliteStore
from rootwarden.ledger.store import Store, entries

MINUTE = timedelta(minutes=1)


class Clock:
    """A clock that stands until it is set."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def verified(store: Store) -> Head:
    return verify(store.identity, store.records())


def test_a_ledger_that_is_not_there_yet_is_empty_and_stays_away(place: Place) -> None:
    store = place.open()
    assert list(store.records()) == []
    assert store.head() == genesis(IDENTITY)
    assert store.leases() == ()
    if isinstance(store, SqliteStore):
        assert not place.path.parent.exists()
    else:
        assert place.bucket().list_after("", "", 10) == ()


def test_an_entry_is_there_for_whoever_opens_the_ledger_next(place: Place) -> None:
    first = place.open()
    one = first.append(draft(1, operation="enable"))
    first.close()
    again = place.open()
    two = again.append(draft(2, operation="disable"))
    assert [one.number, two.number] == [1, 2]
    assert one.previous == genesis(IDENTITY).hash
    assert two.previous == one.hash
    assert list(entries(again)) == [one, two]
    assert verified(again) == again.head() == head_of(two)


def test_entries_appended_together_follow_each_other(place: Place) -> None:
    store = place.open()
    store.append(draft(0))
    added = store.append_many([draft(number) for number in range(1, 6)])
    assert [entry.number for entry in added] == [2, 3, 4, 5, 6]
    assert store.append_many([]) == ()
    assert list(entries(store))[1:] == list(added)


def test_reading_can_begin_behind_an_entry(place: Place) -> None:
    store = place.open()
    store.append_many([draft(number) for number in range(5)])
    assert [record.number for record in store.records(after=3)] == [4, 5]
    assert list(store.records(after=5)) == []


def test_two_who_take_turns_build_one_chain(place: Place) -> None:
    one, two = place.open(), place.open()
    for number in range(6):
        (one, two)[number % 2].append(draft(number))
    assert verified(one) == one.head() == two.head()
    assert one.head().number == 6


@pytest.mark.parametrize(
    "other", [Identity("o-otherorg999", "aws"), Identity("o-exampleorg1", "http://127.0.0.1:5000")]
)
def test_the_ledger_of_another_organization_or_endpoint_is_refused(place: Place, other: Identity) -> None:
    place.open().append(draft(1))
    stranger = place.open(other)
    for attempt in (
        lambda: stranger.append(draft(2)),
        lambda: list(stranger.records()),
        stranger.head,
        stranger.leases,
        lambda: stranger.acquire("account:111122223333", "me", MINUTE),
    ):
        with pytest.raises(WrongOrganization, match="o-exampleorg1 at endpoint aws, not of") as caught:
            attempt()
        assert caught.value.exit_code == 4
    assert place.open().head().number == 1


def test_a_secret_is_refused_and_nothing_is_written(place: Place) -> None:
    store = place.open()
    store.append(draft(1))
    with pytest.raises(SecretRefused):
        store.append(draft(2, SecretAccessKey="x"))
    with pytest.raises(SecretRefused):
        place.open().append_many([draft(3, session_token="x")])
    assert verified(store).number == 1


def test_threads_may_share_a_store(place: Place) -> None:
    store = place.open()
    failures: list[BaseException] = []

    def write(name: int) -> None:
        try:
            for number in range(10):
                store.append(draft(name * 100 + number))
        except Exception as error:  # noqa: BLE001 - the failure of a thread is the failure of the test
            failures.append(error)

    threads = [threading.Thread(target=write, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert verified(place.open()).number == 40


def test_processes_that_write_at_once_never_fork_the_chain(place: Place) -> None:
    """With 200 entries each on S3 as well: benchmarks/bench_ledger.py, which verifies what it wrote."""
    each = 200 if place.endpoint_url is None else 40
    writers = [
        subprocess.Popen(command(place, f"writer-{name}", each), stdout=subprocess.PIPE, text=True)
        for name in range(8)
    ]
    printed = [writer.communicate()[0] for writer in writers]
    assert [writer.returncode for writer in writers] == [0] * 8
    store = place.open()
    found = list(entries(store))
    assert verified(store).number == 8 * each
    assert Counter(str(entry.content["writer"]) for entry in found) == {f"writer-{n}": each for n in range(8)}
    assert sorted(int(line) for text in printed for line in text.split()) == list(range(1, 8 * each + 1))


@contextmanager
def writing(place: Place, *names: str) -> Iterator[list[subprocess.Popen[str]]]:
    """Processes that write without end; none of them outlives the block."""
    writers = [
        subprocess.Popen(command(place, name, 100_000), stdout=subprocess.PIPE, text=True) for name in names
    ]
    try:
        yield writers
    finally:
        for writer in writers:
            writer.kill()
            writer.wait()
            if writer.stdout is not None:
                writer.stdout.close()


@pytest.mark.parametrize("survived", [0, 1, 7, 18])
def test_a_killed_writer_leaves_a_whole_chain_with_all_it_was_told_is_there(
    place: Place, survived: int
) -> None:
    with writing(place, "one", "two") as writers:
        assert writers[0].stdout is not None
        told = [int(writers[0].stdout.readline()) for _ in range(survived)]
        for writer in writers:
            writer.send_signal(signal.SIGKILL)
        for writer in writers:
            told += [int(line) for line in writer.communicate()[0].split("\n")[:-1]]
            assert writer.returncode == -signal.SIGKILL
    store = place.open()
    numbers = [entry.number for entry in entries(store)]
    assert set(told) <= set(numbers)
    after = store.append(draft(1))
    assert after.number == len(numbers) + 1
    assert verified(place.open()).number == after.number


def damage(place: Place, store: Store, number: int, data: bytes) -> None:
    """What somebody with access to the file or the bucket can do."""
    if isinstance(store, SqliteStore):
        with store._transaction() as connection:
            connection.execute("DROP TRIGGER IF EXISTS entry_unchanged")
            connection.execute("UPDATE entry SET data = ? WHERE number = ?", (data, number))
    else:
        bucket = place.bucket()
        found = bucket.get(f"entries/{number:012d}.json")
        assert found is not None
        assert bucket.replace(f"entries/{number:012d}.json", data, found.etag)


def test_an_altered_entry_is_named(place: Place) -> None:
    store = place.open()
    added = store.append_many([draft(number, reason="quarterly check") for number in range(5)])
    damage(place, store, 3, added[2].to_bytes().replace(b"quarterly", b"emergency"))
    with pytest.raises(LedgerBroken, match=r"entry 3 \(altered\)") as caught:
        verified(place.open())
    assert (caught.value.fault, caught.value.number, caught.value.exit_code) == ("altered", 3, 5)


def test_nothing_is_appended_to_an_altered_last_entry(place: Place) -> None:
    store = place.open()
    last = store.append_many([draft(1), draft(2)])[1]
    damage(place, store, 2, last.to_bytes().replace(b"aws", b"bws"))
    with pytest.raises(LedgerBroken, match="entry 2"):
        place.open().append(draft(3))
    assert len(list(place.open().records())) == 2


def test_a_copied_entry_under_another_number_is_found(place: Place) -> None:
    store = place.open()
    added = store.append_many([draft(number) for number in range(4)])
    damage(place, store, 4, added[1].to_bytes())
    with pytest.raises(LedgerBroken) as caught:
        verified(place.open())
    assert caught.value.fault == "inserted"
    assert "entry 2 kept under number 4" in caught.value.found


def test_a_lease_is_one_owners_until_it_ends(place: Place) -> None:
    clock = Clock()
    mine, yours = place.open(clock=clock), place.open(clock=clock)
    lease = mine.acquire("account:111122223333", "alice@laptop", 10 * MINUTE)
    assert isinstance(lease, Lease)
    assert (lease.owner, lease.ends) == ("alice@laptop", NOW + 10 * MINUTE)
    assert yours.acquire("account:111122223333", "cron", MINUTE) == Held(lease)
    assert isinstance(yours.acquire("account:444455556666", "cron", MINUTE), Lease)
    assert [found.name for found in mine.leases()] == ["account:111122223333", "account:444455556666"]

    clock.now = lease.ends + TAKEOVER_MARGIN - timedelta(seconds=1)
    assert yours.acquire("account:111122223333", "cron", MINUTE) == Held(lease)
    clock.now = lease.ends + TAKEOVER_MARGIN
    taken = yours.acquire("account:111122223333", "cron", MINUTE)
    assert isinstance(taken, Lease)
    with pytest.raises(LeaseLost, match="cron has it"):
        mine.renew(lease, MINUTE)
    mine.release(lease)
    assert yours.leases() == (taken,)


def test_a_lease_can_be_renewed_until_its_end(place: Place) -> None:
    clock = Clock()
    store = place.open(clock=clock)
    lease = store.acquire("sweep", "cron", MINUTE)
    assert isinstance(lease, Lease)
    clock.now = NOW + timedelta(seconds=59)
    later = store.renew(lease, MINUTE)
    assert later.ends == NOW + timedelta(seconds=119)
    assert store.leases() == (later,)
    clock.now = later.ends
    with pytest.raises(LeaseLost, match="ended at"):
        store.renew(later, MINUTE)


def test_a_lease_given_back_is_free_at_once(place: Place) -> None:
    clock = Clock()
    store = place.open(clock=clock)
    lease = store.acquire("sweep", "alice", MINUTE)
    assert isinstance(lease, Lease)
    store.release(lease)
    assert store.leases() == ()
    again = store.acquire("sweep", "alice", MINUTE)
    assert isinstance(again, Lease)
    assert again.token != lease.token
    store.release(lease)
    assert store.leases() == (again,)


@pytest.mark.parametrize("name", ["", "naïve", "two\nlines", "x" * 201])
def test_a_name_that_cannot_be_kept_is_refused(place: Place, name: str) -> None:
    with pytest.raises(BadInput, match="lease"):
        place.open().acquire(name, "alice", MINUTE)


@pytest.mark.parametrize("length", [timedelta(0), timedelta(seconds=-1), timedelta(days=2)])
def test_a_length_that_cannot_be_meant_is_refused(place: Place, length: timedelta) -> None:
    with pytest.raises(BadInput, match="a lease cannot last"):
        place.open().acquire("sweep", "alice", length)


def test_of_many_who_want_a_lease_one_gets_it(place: Place) -> None:
    outcomes: list[Lease | Held] = []
    start = threading.Barrier(6)

    def ask(owner: str) -> None:
        store = place.open()
        start.wait()
        outcomes.append(store.acquire("account:111122223333", owner, MINUTE))

    threads = [threading.Thread(target=ask, args=(f"owner-{name}",)) for name in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    winners = [outcome for outcome in outcomes if isinstance(outcome, Lease)]
    assert len(winners) == 1
    assert len(outcomes) == 6
    assert all(outcome.by == winners[0] for outcome in outcomes if isinstance(outcome, Held))


def test_leases_leave_the_chain_alone(place: Place) -> None:
    store = place.open()
    entry: Entry = store.append(draft(1))
    store.acquire("sweep", "cron", MINUTE)
    assert verified(store) == head_of(entry)


def test_times_are_utc_whatever_zone_the_clock_has(place: Place) -> None:
    store = place.open()
    store.append(draft(1))
    assert next(entries(store)).time == datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
