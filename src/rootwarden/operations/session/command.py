"""Running a command as env(1) does: signals reach it, its exit code is ours."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from rootwarden.errors import CommandNotFound, CommandNotRunnable, RootwardenError

_PASSED_ON: Final = (
    signal.SIGHUP,
    signal.SIGINT,
    signal.SIGQUIT,
    signal.SIGTERM,
    signal.SIGUSR1,
    signal.SIGUSR2,
)
_BY_KEY: Final = frozenset({signal.SIGINT, signal.SIGQUIT})
"""What a terminal sends to everybody in the foreground: the command has it already."""
_SIGNALLED: Final = 128


def check_command(name: str, path: str | None) -> None:
    """Raises CommandNotFound or CommandNotRunnable for a command that could not be started; ``path`` is its PATH."""
    if not name:
        raise CommandNotFound("the command has no name", advice="Name a program after --.")
    if shutil.which(name, path=path):
        return
    places = (
        [name]
        if os.sep in name
        else [str(Path(place) / name) for place in (path or "").split(os.pathsep) if place]
    )
    if any(Path(place).exists() for place in places):
        raise CommandNotRunnable(
            f"{name!r} cannot be run: not an executable file", advice="Make it executable."
        )
    raise _not_found(name)


def run_command(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Runs it with our terminal and files; its exit code, 128+n where signal n ended it.

    Raises CommandNotFound and CommandNotRunnable where it cannot be started.
    """
    with _passing_signals_on() as children:
        try:
            child = subprocess.Popen(command, env=environment)  # noqa: S603 - the user's own command, no shell
        except OSError as error:
            raise _not_started(command[0], error) from error
        children.append(child)
        code = child.wait()
    return _SIGNALLED - code if code < 0 else code


@contextmanager
def _passing_signals_on() -> Iterator[list[subprocess.Popen[bytes]]]:
    """Signals that would end us go to the child that is appended; those that came before it was there, too.

    A signal that was ignored when we were started stays ignored, by the child as well.
    """
    children: list[subprocess.Popen[bytes]] = []
    early: list[int] = []

    class Children(list[subprocess.Popen[bytes]]):
        def append(self, child: subprocess.Popen[bytes]) -> None:
            super().append(child)
            while early:
                child.send_signal(early.pop(0))

    children = Children()

    def pass_on(number: int, _frame: object) -> None:
        if number in _BY_KEY and _in_foreground():
            return
        if not children:
            early.append(number)
        for child in children:
            child.send_signal(number)

    before = {one: signal.getsignal(one) for one in _PASSED_ON}
    for one, handler in before.items():
        if handler != signal.SIG_IGN:
            signal.signal(one, pass_on)
    try:
        yield children
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def _in_foreground() -> bool:
    """Whether a key pressed at the terminal reaches us and the command alike."""
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False
    finally:
        os.close(terminal)


def _not_started(name: str, error: OSError) -> RootwardenError:
    if error.errno == errno.ENOENT:
        return _not_found(name)
    return CommandNotRunnable(f"{name!r} cannot be run: {error.strerror or error}", advice="")


def _not_found(name: str) -> CommandNotFound:
    return CommandNotFound(f"there is no command {name!r}", advice="Check its name and PATH.")
