"""The SQLite file of a ledger: its creation, its checks on opening, its schema."""

from __future__ import annotations

import os
import random
import sqlite3
import time
from contextlib import suppress
from pathlib import Path
from typing import Final
from urllib.parse import quote

from rootwarden.errors import LedgerTooNew, LedgerUnreadable, LedgerUnwritable
from rootwarden.ledger.chain import Identity, wrong_organization
from rootwarden.ledger.sqlite_errors import is_busy, is_read_only, sqlite_call

APPLICATION_ID: Final = 0x52574C47
"""``RWLG`` in the file's header, where ``file`` and SQLite tell whose database it is."""
VERSION: Final = 1
BUSY_SECONDS: Final = 30.0

# Entries are never changed. The triggers stop slips of the hand; whoever can write the file can drop them, and the chain tells.
_SCHEMA: Final = (
    "CREATE TABLE ledger (only INTEGER PRIMARY KEY CHECK (only = 1), organization_id TEXT NOT NULL, endpoint TEXT NOT NULL)",
    "CREATE TABLE entry (number INTEGER PRIMARY KEY, data BLOB NOT NULL)",
    "CREATE TABLE lease (name TEXT PRIMARY KEY, data BLOB NOT NULL)",
    "CREATE TRIGGER entry_unchanged BEFORE UPDATE ON entry BEGIN SELECT RAISE(ABORT, 'ledger entries are never changed'); END",
    "CREATE TRIGGER entry_kept BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, 'ledger entries are never deleted'); END",
)


def open_for_writing(path: Path, identity: Identity) -> sqlite3.Connection:
    """Opens the ledger, creating file (0600) and folders (0700) where there are none.

    Raises WrongOrganization, LedgerTooNew, LedgerUnreadable, LedgerUnwritable; sqlite3.Error for the caller to explain.
    """
    _ensure_private_file(path)
    connection = _connect(path, "mode=rw")
    try:
        # With NORMAL a power cut can take back the last commits in WAL mode; an intent has to outlast the call it precedes.
        connection.execute("PRAGMA synchronous = FULL")
        if not _is_ours(connection, path):
            _create(connection, identity)
        _check_identity(connection, path, identity)
    except BaseException:
        connection.close()
        raise
    return connection


def open_for_reading(path: Path, identity: Identity) -> sqlite3.Connection | None:
    """Opens a ledger that is there, also a copy on read-only media; None where there is none yet. Raises as for writing."""
    if _is_missing(path):
        return None
    connection = _connect_for_reading(path)
    try:
        if not _is_ours(connection, path):
            connection.close()
            return None
        _check_identity(connection, path, identity)
    except BaseException:
        connection.close()
        raise
    return connection


def identity_in(path: Path) -> Identity | None:
    """Whose ledger a file says it is; None where there is none yet. Raises as ``open_for_reading`` does."""
    if _is_missing(path):
        return None
    with sqlite_call(path):
        connection = _connect_for_reading(path)
        try:
            return _identity(connection, path) if _is_ours(connection, path) else None
        finally:
            connection.close()


def begin_immediate(connection: sqlite3.Connection, chance: random.Random) -> None:
    """Begins a writing transaction when the others let us; raises sqlite3.OperationalError after BUSY_SECONDS.

    SQLite's own waiting looks every tenth of a second at last, and may find the lock taken each time.
    """
    deadline = time.monotonic() + BUSY_SECONDS
    connection.execute("PRAGMA busy_timeout = 0")
    try:
        while True:
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if not is_busy(error) or time.monotonic() > deadline:
                    raise
                time.sleep(chance.uniform(0.0005, 0.005))
            else:
                return
    finally:
        connection.execute(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}")


def _is_missing(path: Path) -> bool:
    try:
        return path.stat().st_size == 0
    except FileNotFoundError:
        return True
    except OSError as error:
        raise LedgerUnreadable(f"ledger {path} cannot be read: {error.strerror}") from error


def _connect_for_reading(path: Path) -> sqlite3.Connection:
    try:
        path.open("rb").close()
    except OSError as error:
        raise LedgerUnreadable(f"ledger {path} cannot be read: {error.strerror}") from error
    connection = _connect(path, "mode=rw")
    try:
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except sqlite3.OperationalError as error:
        connection.close()
        # Where nothing may be written there is no room for the -shm file. Without a -wal file nothing is missed by going
        # without.
        wal = path.with_name(path.name + "-wal")
        if not is_read_only(error) or (wal.exists() and wal.stat().st_size > 0):
            raise
        return _connect(path, "mode=ro&immutable=1")
    except BaseException:
        connection.close()
        raise
    return connection


def _connect(path: Path, parameters: str) -> sqlite3.Connection:
    # Autocommit: transactions are begun in so many words. Threads share the connection under the store's lock.
    connection = sqlite3.connect(
        f"file:{quote(str(path.absolute()))}?{parameters}",
        uri=True,
        timeout=BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
    )
    connection.execute("PRAGMA trusted_schema = OFF")
    return connection


def _ensure_private_file(path: Path) -> None:
    try:
        missing = [folder for folder in path.parents if not folder.exists()]
        for folder in reversed(missing):
            folder.mkdir(mode=0o700, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            if os.fstat(descriptor).st_mode & 0o077:
                with suppress(PermissionError):  # not our file: whoever owns it decides who reads it
                    os.fchmod(descriptor, 0o600)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise LedgerUnwritable(
            f"ledger {path} cannot be written: {error.strerror}",
            advice="Nothing was done. Put this right, or name another ledger with --ledger.",
        ) from error


def _is_ours(connection: sqlite3.Connection, path: Path) -> bool:
    """Whether the database is a ledger; False for an empty one. Raises for anything else."""
    application, version, empty = _header(connection)
    if application == 0 and version == 0 and empty:
        return False
    if application != APPLICATION_ID:
        raise LedgerUnreadable(
            f"{path} is a SQLite database, but not a ledger", advice="Check the path given with --ledger."
        )
    if version > VERSION:
        raise LedgerTooNew(
            f"ledger {path} has format {version}; this version knows {VERSION}", advice="Update rootwarden."
        )
    return True


def _header(connection: sqlite3.Connection) -> tuple[int, int, bool]:
    """Application id, version and whether there is no table: one view of the file, which another process may be creating."""
    connection.execute("BEGIN")
    try:
        application = connection.execute("PRAGMA application_id").fetchone()[0]
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        empty = connection.execute("SELECT 1 FROM sqlite_schema").fetchone() is None
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
    return application, version, empty


def _create(connection: sqlite3.Connection, identity: Identity) -> None:
    """The schema, in one transaction; whoever comes second finds it there."""
    _switch_to_wal(connection)
    connection.execute("BEGIN IMMEDIATE")
    try:
        if not connection.execute("SELECT 1 FROM sqlite_schema").fetchone():
            for statement in _SCHEMA:
                connection.execute(statement)
            connection.execute(
                "INSERT INTO ledger (only, organization_id, endpoint) VALUES (1, ?, ?)",
                (identity.organization_id, identity.endpoint),
            )
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _switch_to_wal(connection: sqlite3.Connection) -> None:
    """SQLite does not wait for other processes here, so we do."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL").fetchone()
        except sqlite3.OperationalError as error:
            if not is_busy(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return


def _check_identity(connection: sqlite3.Connection, path: Path, identity: Identity) -> None:
    found = _identity(connection, path)
    if found != identity:
        raise wrong_organization(str(path), found, identity)


def _identity(connection: sqlite3.Connection, path: Path) -> Identity:
    row = connection.execute("SELECT organization_id, endpoint FROM ledger").fetchone()
    if row is None:
        raise LedgerUnreadable(f"ledger {path} does not say whose it is")
    return Identity(str(row[0]), str(row[1]))
