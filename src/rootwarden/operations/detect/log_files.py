"""Logs in files and folders of this machine, and on standard input."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from rootwarden.errors import BadInput
from rootwarden.model.reason import local
from rootwarden.operations.detect.log_layout import is_log, is_wanted
from rootwarden.operations.detect.sift import Catch, Sieve, sift_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import BinaryIO

    from rootwarden.model.log_reading import LogReading, Wanted
    from rootwarden.model.reason import Reason


def sift_paths(paths: Iterable[str], wanted: Wanted, reading: LogReading, catch: Catch) -> Iterator[Sieve]:
    """What is left of each log; a named file is read whatever it is called, a folder is searched.

    What cannot be read is told. Raises BadInput for a path that is not there.
    """
    for path in paths:
        if not os.path.lexists(path):
            raise BadInput(f"{path}: there is no such file or folder", advice="Check the path.")
        if not os.path.isdir(path):  # noqa: PTH112 - hundreds of thousands of Path objects cost more than reading the files
            yield _sift(path, wanted, catch)
            continue
        before = reading.files
        for name in _logs_in(path, wanted, reading):
            yield _sift(name, wanted, catch)
        if reading.files == before and reading.complete:
            reading.tell(path, local("no_logs", "there is no log file in it for what was asked"))


def sift_stream(source: BinaryIO, place: str, wanted: Wanted, catch: Catch) -> Sieve:
    """What is left of a stream."""
    sieve = Sieve(place, wanted.period, catch)
    try:
        return sift_file(source, sieve)
    except OSError as error:
        sieve.tell(_reason(error))
        return sieve


def _logs_in(folder: str, wanted: Wanted, reading: LogReading) -> Iterator[str]:
    folders = [folder]

    while folders:
        here = folders.pop()
        try:
            with os.scandir(here) as found:
                entries = sorted(found, key=lambda one: one.name)
        except OSError as error:
            reading.tell(here, _reason(error))
            continue
        folders += [one.path for one in reversed(entries) if one.is_dir(follow_symlinks=False)]
        yield from _files_of(entries, wanted, reading)


def _files_of(entries: Iterable[os.DirEntry[str]], wanted: Wanted, reading: LogReading) -> Iterator[str]:
    for one in entries:
        if one.is_dir(follow_symlinks=False):
            continue
        if is_log(one.path) and is_wanted(one.path, wanted):
            yield one.path
        else:
            reading.left_out += 1


def _sift(path: str, wanted: Wanted, catch: Catch) -> Sieve:
    try:
        with open(path, "rb", buffering=0) as source:  # noqa: PTH123 - as above
            return sift_stream(source, path, wanted, catch)
    except OSError as error:
        sieve = Sieve(path, wanted.period, catch)
        sieve.tell(_reason(error))
        return sieve


def _reason(error: OSError) -> Reason:
    return local("unreadable", error.strerror or str(error))
