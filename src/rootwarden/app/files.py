"""Reading and writing the files a user names."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from rootwarden.errors import BadInput

_MAX_BYTES = 100 * 1024 * 1024


def read_text(path: Path) -> str:
    """The text of a file; raises BadInput when there is none, it is not text, or it is larger than 100 MB."""
    try:
        return read_bytes(path).decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadInput(f"{path}: not UTF-8 text", advice="Name the right file.") from error


def read_bytes(path: Path) -> bytes:
    """A file's bytes; raises BadInput when there is none, or it is larger than 100 MB."""
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise BadInput(f"{path}: larger than {_MAX_BYTES // 2**20} MB", advice="Name the right file.")
        return path.read_bytes()
    except OSError as error:
        raise BadInput(
            f"{path}: {error.strerror or error}", advice="Check the path and its permissions."
        ) from error


def write_private(path: Path, text: str) -> None:
    """Writes a text file as ``write_private_lines`` does."""
    write_private_lines(path, [text.encode()])


def write_private_lines(path: Path, parts: Iterable[bytes]) -> None:
    """Writes a file with mode 0600 in one step, flushed to disk: a crash leaves the old file or the new one, never half of one.

    Raises BadInput when it cannot be written, and what producing the parts raises: then the old file stays.
    """
    path = path.expanduser().absolute()
    if path.exists() and not path.is_file():  # a device would be replaced by a file
        raise BadInput(f"{path}: not an ordinary file", advice="Name a file in a folder you may write.")
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.writelines(parts)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        sync_folder(path.parent)
    except OSError as error:
        raise BadInput(
            f"{path}: {error.strerror or error}", advice="Name a file in a folder you may write."
        ) from error


def sync_folder(folder: Path) -> None:
    """Tells the disk to keep which files a folder has."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
