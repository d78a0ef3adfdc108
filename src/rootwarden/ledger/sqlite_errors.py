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
    code = getattr(error, "sqlite_errorcode", None)
    primary = None if code is None else code & _PRIMARY
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
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and code & _PRIMARY in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
