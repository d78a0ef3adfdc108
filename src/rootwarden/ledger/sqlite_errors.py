"""What SQLite's result codes mean for a ledger.

https://www.sqlite.org/rescode.html
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from rootwarden.errors import LedgerError, LedgerUnreadable, LedgerUnwritable

_PRIMARY: Final = 0xFF
"""Extended result codes keep the primary one in their lowest byte."""

_ADVICE: Final = "Nothing was done. Put this right, or name another ledger with --ledger."


@contextmanager
def sqlite_call(path: Path) -> Iterator[None]:
    """Turns what SQLite raises inside into a LedgerError that says why."""
    try:
        yield
    except sqlite3.Error as error:
        raise explained(error, path) from error


def explained(error: sqlite3.Error, path: Path) -> LedgerError:
    """The LedgerError for an error of SQLite's."""
    primary = _primary(error)
    if primary in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return LedgerUnreadable(
            f"ledger {path}: not a SQLite database, damaged, or only part of the file: {error}",
            advice="Keep the file as evidence. Restore it from a backup, or name another ledger with --ledger.",
        )
    if primary == sqlite3.SQLITE_FULL:
        return LedgerUnwritable(f"ledger {path}: the disk is full: {error}", advice=_ADVICE)
    if primary in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM):
        return LedgerUnwritable(f"ledger {path} is read-only: {error}", advice=_ADVICE)
    if primary == sqlite3.SQLITE_CANTOPEN:
        return LedgerUnwritable(f"ledger {path} cannot be opened: {error}", advice=_ADVICE)
    if is_busy(error):
        return LedgerUnwritable(
            f"ledger {path}: another process kept it locked: {error}",
            advice="Nothing was done. Run the command again.",
        )
    return LedgerUnwritable(f"ledger {path}: {error}", advice=_ADVICE)


def is_busy(error: sqlite3.Error) -> bool:
    """Whether another process holds the lock."""
    return _primary(error) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def is_read_only(error: sqlite3.Error) -> bool:
    """Whether something could not be written or created, as on read-only media."""
    return _primary(error) in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM)


def _primary(error: sqlite3.Error) -> int | None:
    code: int | None = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & _PRIMARY
