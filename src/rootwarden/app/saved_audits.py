"""The files of ``audit --save``: written as the audit goes, read again by ``--resume``, ``--diff`` and whoever plans from them."""

from __future__ import annotations

import fcntl
import os
import tempfile
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from rootwarden.app.files import sync_folder
from rootwarden.errors import BadInput, RootwardenError
from rootwarden.operations.audit.saved import SavedAudit, read_saved
from rootwarden.operations.audit.saved_lines import LineWriter

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_SYNC_ROWS: Final = 50
_SYNC_SECONDS: Final = 1.0
"""How much a power cut may take: rows since the disk was last told to keep them. A crash of the program takes none."""


def read_saved_audit(path: Path) -> SavedAudit:
    """The audit of a file, whether or not it came to its end. Raises BadInput and RefusedByRule; reads line by line."""
    try:
        with path.expanduser().open("rb") as file:
            return read_saved(file, str(path))
    except OSError as error:
        raise BadInput(
            f"{path}: {error.strerror or error}", advice="Name a file that 'rootwarden audit --save' wrote."
        ) from error


def check_can_save(path: Path, *, resumed: Path | None) -> None:
    """Finds out before the first call whether the file can be written. Raises BadInput.

    A file that is there is replaced only where it is a saved audit that came to its end, or the one that is resumed.
    """
    place = path.expanduser().absolute()
    if place.exists() and not _same(place, resumed):
        _check_may_replace(place, path)
    try:
        handle, name = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name}.")
    except OSError as error:
        raise _unwritable(path, error) from error
    os.close(handle)
    Path(name).unlink()


def _same(place: Path, other: Path | None) -> bool:
    return other is not None and place == other.expanduser().absolute()


def _check_may_replace(place: Path, path: Path) -> None:
    if not place.is_file():
        raise BadInput(f"{path}: not an ordinary file", advice="Name a file in a folder you may write.")
    try:
        found = read_saved_audit(place)
    except RootwardenError as error:
        raise BadInput(
            f"{path}: is there already, and is no saved audit that could be replaced ({error.message})",
            advice="Name another file, or move this one away.",
        ) from error
    if not found.complete:
        raise BadInput(
            f"{path}: holds an audit that was cut short, with {len(found.rows)} accounts",
            advice=f"Go on with it by --resume {path}, name another file, or move this one away.",
        )


class SavedFile:
    """One file while it is written. Whole lines only: whatever stops it, what stands there can be read and resumed."""

    def __init__(self, path: Path, beginning: Iterable[Mapping[str, Any]]) -> None:
        """Puts a file with these lines in place, in one step: the header, and what was saved before. Raises BadInput."""
        self._path = path
        self._lines = LineWriter()
        self._unsynced = 0
        self._synced_at = time.monotonic()
        self._broken = False
        place = path.expanduser().absolute()
        try:
            with ExitStack() as stack:
                with suppress(FileNotFoundError):
                    self._take(stack.enter_context(place.open("rb")))
                handle, name = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name}.")
                stack.callback(
                    Path(name).unlink, missing_ok=True
                )  # it has its own name by then, unless something failed
                self._file = os.fdopen(handle, "wb", buffering=0)
                self._take(self._file)
                for document in beginning:
                    self._write(document)
                os.fsync(handle)
                Path(name).replace(place)
                sync_folder(place.parent)
        except OSError as error:
            raise _unwritable(path, error) from error

    def add(self, document: Mapping[str, Any]) -> None:
        """Adds a line; a crash of the program after this does not take it. Raises BadInput where the disk takes no more."""
        if self._broken:
            return
        self._broken = True  # Ctrl-C in here would break the chain of hashes: then nothing is added behind it
        try:
            self._write(document)
            self._unsynced += 1
            if self._unsynced >= _SYNC_ROWS or time.monotonic() - self._synced_at >= _SYNC_SECONDS:
                self._sync()
        except OSError as error:
            raise _unwritable(self._path, error) from error
        self._broken = False

    def close(self) -> None:
        """Tells the disk to keep what was written, and lets go of the file. Raises BadInput."""
        try:
            self._sync()
            self._file.close()
        except OSError as error:
            raise _unwritable(self._path, error) from error

    def _write(self, document: Mapping[str, Any]) -> None:
        left = memoryview(self._lines.line(document))
        while left:  # a disk that is nearly full takes a part
            left = left[self._file.write(left) :]

    def _sync(self) -> None:
        os.fsync(self._file.fileno())
        self._unsynced, self._synced_at = 0, time.monotonic()

    def _take(self, file: BinaryIO) -> None:
        """Makes the file ours until it is closed, so that two audits do not write one file."""
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BadInput(
                f"{self._path}: another audit is writing it", advice="Wait for it, or name another file."
            ) from error


def _unwritable(path: Path, error: OSError) -> BadInput:
    return BadInput(
        f"{path}: {error.strerror or error}",
        advice="Name a file in a folder you may write, with room for it.",
    )
