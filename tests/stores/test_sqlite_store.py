"""What is SQLite's own: the file, and everything that can be wrong with it."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from ledger_world import IDENTITY, Place, draft

from rootwarden.errors import LedgerTooNew, LedgerUnreadable, LedgerUnwritable
from rootwarden.ledger.chain import verify
from rootwarden.ledger.entry import Entry
from rootwarden.ledger.sqlite import SqliteStore
from rootwarden.ledger.store import entries

NOBODY = 65534


@pytest.fixture
def path(sqlite_place: Place) -> Path:
    return sqlite_place.path


def filled(path: Path, count: int = 3) -> tuple[Entry, ...]:
    store = SqliteStore(path, IDENTITY)
    added = store.append_many([draft(number) for number in range(count)])
    store.close()
    return added


@contextmanager
def without_privileges() -> Iterator[None]:
    """Root may write anywhere, so for a while the test is nobody."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that somebody without privileges can reach."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_files_are_the_owners_alone(path: Path) -> None:
    store = SqliteStore(path, IDENTITY)
    previous = os.umask(0)
    try:
        store.append(draft(1))
    finally:
        os.umask(previous)
    assert {found.name: mode(found) for found in path.parent.iterdir()} == {
        "test.sqlite3": 0o600,
        "test.sqlite3-wal": 0o600,
        "test.sqlite3-shm": 0o600,
    }
    assert [mode(folder) for folder in (path.parent, path.parent.parent)] == [0o700, 0o700]


def test_a_file_that_others_may_read_is_closed_to_them(path: Path) -> None:
    filled(path)
    path.chmod(0o644)
    SqliteStore(path, IDENTITY).append(draft(9))
    assert mode(path) == 0o600


def test_commits_are_on_disk_when_they_return(path: Path) -> None:
    store = SqliteStore(path, IDENTITY)
    store.append(draft(1))
    assert store._writer is not None
    settings = [
        store._writer.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")
    ]
    assert settings == ["wal", 2]


@pytest.mark.parametrize("statement", ["UPDATE entry SET data = x'00'", "DELETE FROM entry"])
def test_a_slip_of_the_hand_changes_no_entry(path: Path, statement: str) -> None:
    added = filled(path)
    connection = sqlite3.connect(path)
    with pytest.raises(sqlite3.IntegrityError, match="ledger entries are never"):
        connection.execute(statement)
    connection.close()
    assert list(entries(SqliteStore(path, IDENTITY))) == list(added)


def test_a_read_only_file_is_refused_for_writing_and_can_be_read(open_folder: Path) -> None:
    path = open_folder / "ledger.sqlite3"
    added = filled(path)
    path.chmod(0o444)
    open_folder.chmod(0o777)
    with without_privileges():
        with pytest.raises(LedgerUnwritable, match="cannot be written: Permission denied") as caught:
            SqliteStore(path, IDENTITY).append(draft(9))
        store = SqliteStore(path, IDENTITY)
        assert list(entries(store)) == list(added)
        store.close()
    assert caught.value.exit_code == 5
    assert len(filled(path, 1)) == 1


def test_a_copy_in_a_folder_where_nothing_may_be_written_can_be_read(open_folder: Path) -> None:
    path = open_folder / "ledger.sqlite3"
    added = filled(path)
    path.chmod(0o444)
    with without_privileges():
        assert list(entries(SqliteStore(path, IDENTITY))) == list(added)
    assert [found.name for found in open_folder.iterdir()] == ["ledger.sqlite3"]


def test_a_folder_where_nothing_may_be_written_is_refused(open_folder: Path) -> None:
    with without_privileges(), pytest.raises(LedgerUnwritable, match="cannot be written: Permission denied"):
        SqliteStore(open_folder / "state" / "ledger.sqlite3", IDENTITY).append(draft(1))
    assert list(open_folder.iterdir()) == []


def test_a_file_that_may_not_be_read_is_refused(open_folder: Path) -> None:
    path = open_folder / "ledger.sqlite3"
    filled(path)
    path.chmod(0o600)
    if os.geteuid() != 0:
        path.chmod(0)
    with without_privileges(), pytest.raises(LedgerUnreadable, match="cannot be read: Permission denied"):
        list(SqliteStore(path, IDENTITY).records())


def test_a_database_turned_read_only_under_way_is_refused(path: Path) -> None:
    store = SqliteStore(path, IDENTITY)
    store.append(draft(1))
    assert store._writer is not None
    store._writer.execute("PRAGMA query_only = ON")
    with pytest.raises(LedgerUnwritable, match="read-only"):
        store.append(draft(2))
    assert verify(IDENTITY, SqliteStore(path, IDENTITY).records()).number == 1


def test_a_full_disk_is_refused_and_takes_nothing_half(path: Path) -> None:
    """SQLite answers a limit on its pages as it answers a full disk."""
    store = SqliteStore(path, IDENTITY)
    store.append(draft(1))
    assert store._writer is not None
    pages = store._writer.execute("PRAGMA page_count").fetchone()[0]
    store._writer.execute(f"PRAGMA max_page_count = {pages + 2}")
    with pytest.raises(LedgerUnwritable, match="the disk is full") as caught:
        store.append_many([draft(number, reason="x" * 1000) for number in range(2, 40)])
    assert caught.value.exit_code == 5
    assert verify(IDENTITY, SqliteStore(path, IDENTITY).records()).number == 1
    assert store.append(draft(50)).number == 2


def test_a_newer_format_is_refused(path: Path) -> None:
    filled(path)
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 2")
    connection.close()
    for attempt in (lambda: SqliteStore(path, IDENTITY).append(draft(9)), SqliteStore(path, IDENTITY).head):
        with pytest.raises(LedgerTooNew, match="format 2; this version knows 1") as caught:
            attempt()
        assert caught.value.exit_code == 5


@pytest.mark.parametrize("keep", [4096, 6000, 40_000])
def test_half_a_file_is_refused(path: Path, keep: int) -> None:
    filled(path, 200)
    whole = path.read_bytes()
    assert len(whole) > keep
    path.write_bytes(whole[:keep])
    with pytest.raises(LedgerUnreadable, match="only part of the file"):
        SqliteStore(path, IDENTITY).append(draft(999))
    with pytest.raises(LedgerUnreadable, match="only part of the file"):
        verify(IDENTITY, SqliteStore(path, IDENTITY).records())
    assert path.read_bytes() == whole[:keep]


@pytest.mark.parametrize(
    "content", [b"half", b"not a database at all, but long enough to have a header" * 20]
)
def test_another_kind_of_file_is_refused_and_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(content)
    for attempt in (lambda: SqliteStore(path, IDENTITY).append(draft(1)), SqliteStore(path, IDENTITY).head):
        with pytest.raises(LedgerUnreadable, match="not a SQLite database"):
            attempt()
    assert path.read_bytes() == content


def test_another_programs_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite3"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE entry (number INTEGER PRIMARY KEY, data BLOB)")
    connection.commit()
    connection.close()
    before = path.read_bytes()
    for attempt in (lambda: SqliteStore(path, IDENTITY).append(draft(1)), SqliteStore(path, IDENTITY).head):
        with pytest.raises(LedgerUnreadable, match="a SQLite database, but not a ledger"):
            attempt()
    assert path.read_bytes() == before


def test_a_folder_is_no_ledger(tmp_path: Path) -> None:
    with pytest.raises(LedgerUnwritable, match="Is a directory"):
        SqliteStore(tmp_path, IDENTITY).append(draft(1))


def test_an_empty_file_becomes_a_ledger(tmp_path: Path) -> None:
    """A creation that was cut short leaves one."""
    path = tmp_path / "ledger.sqlite3"
    path.touch(mode=0o600)
    assert list(SqliteStore(path, IDENTITY).records()) == []
    assert SqliteStore(path, IDENTITY).append(draft(1)).number == 1


def test_columns_of_another_type_verify_as_nothing_and_do_not_crash(path: Path) -> None:
    added = filled(path, 2)
    connection = sqlite3.connect(path)
    connection.execute("DROP TRIGGER entry_unchanged")
    connection.execute("UPDATE entry SET data = 7 WHERE number = 1")
    connection.execute("UPDATE entry SET data = CAST(data AS TEXT) WHERE number = 2")
    connection.commit()
    connection.close()
    data = [record.data for record in SqliteStore(path, IDENTITY).records()]
    assert data == [b"", added[1].to_bytes()]


def test_an_odd_path_is_taken_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "what? 100% #1.sqlite3"
    filled(path)
    assert path.exists()
    assert verify(IDENTITY, SqliteStore(path, IDENTITY).records()).number == 3
