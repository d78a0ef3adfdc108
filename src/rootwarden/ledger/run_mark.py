"""A mark that says this process is alive, so that the leases of one that died need not be waited for on the same machine."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import time
import uuid
from pathlib import Path
from typing import Final, Self

_STALE_SECONDS: Final = 2 * 24 * 3600
"""Longer than any lease lasts."""
_ID: Final = re.compile(r"[0-9a-f]{32}")


class RunMark:
    """A file locked while this process runs; the system unlocks it however the process ends, which it cannot forget to do.

    Where the file cannot be made, there is no mark, and leases end by their time alone.
    """

    def __init__(self, folder: Path) -> None:
        """Touches no file yet."""
        self._folder = folder
        self._descriptor: int | None = None
        self.id: str = uuid.uuid4().hex

    def __enter__(self) -> Self:
        with contextlib.suppress(OSError):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._sweep()
            descriptor = os.open(
                self._path(self.id), os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600
            )
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._descriptor = descriptor
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._descriptor is not None:
            if (
                kind is None
            ):  # else it may have left a lease: Ctrl-C can come between taking one and knowing that
                self._path(self.id).unlink(missing_ok=True)
            os.close(self._descriptor)
            self._descriptor = None

    def is_over(self, run_id: str) -> bool:
        """Whether the run of that id was on this machine and has died; False where nobody can tell."""
        if run_id == self.id or not _ID.fullmatch(run_id):
            return False
        try:
            return _is_unlocked(self._path(run_id))
        except OSError:
            return False

    def _path(self, run_id: str) -> Path:
        return self._folder / f"{run_id}.run"

    def _sweep(self) -> None:
        """Takes away the marks of runs that died so long ago that no lease of theirs can stand."""
        for path in self._folder.glob("*.run"):
            with contextlib.suppress(OSError):
                if time.time() - path.stat().st_mtime > _STALE_SECONDS and _is_unlocked(path):
                    path.unlink()


def _is_unlocked(path: Path) -> bool:
    """Asked with a shared lock: threads and runs that ask at the same moment must not take each other for the living run."""
    descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)  # and the lock with it
    return True
