"""Ctrl-C and Ctrl-backslash at a terminal: they reach the command from there alone, and are left to it."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from product_rig import SHOP, WITH_TERMINAL, Rig
from session_rig import DELEGATE, contents, hands_on

if TYPE_CHECKING:
    from pathlib import Path

KEYS = pytest.mark.parametrize(
    ("key", "echo"), [(b"\x03", b"^C"), (b"\x1c", b"^\\")], ids=["Ctrl-C", "Ctrl-backslash"]
)
TOLD = (
    "import os, signal\n"
    "told = []\n"
    "def count(number, _): told.append(number); os.write(1, b'told\\n')\n"
    "def say(*_): os.write(1, str(len(told)).encode()); os._exit(0)\n"
    "signal.signal(signal.SIGINT, count); signal.signal(signal.SIGQUIT, count)\n"
    "signal.signal(signal.SIGUSR1, say)\n"
    "{first}"
    "os.write(1, b'ready\\n')\n"
    "while True: signal.pause()\n"
)


@contextmanager
def at_a_terminal(script: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """The command under way in a session, and the terminal's other end."""
    line = ["session", SHOP, "--task", "audit", "--profile", DELEGATE, "--", sys.executable, "-I", "-S", "-c"]
    ours, theirs = pty.openpty()
    child = subprocess.Popen(
        [sys.executable, "-c", WITH_TERMINAL, *line, script],
        stdin=theirs,
        stderr=theirs,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    os.close(theirs)
    try:
        assert child.stdout
        assert child.stdout.readline() == "ready\n"
        yield child, ours
    finally:
        child.kill()
        child.wait()
        os.close(ours)


def press(terminal: int, key: bytes, echo: bytes) -> None:
    """Returns once the terminal has sent the signal: it echoes the key after that."""
    os.write(terminal, key)
    screen = b""
    while echo not in screen:
        screen += os.read(terminal, 4096)


@KEYS
def test_a_key_reaches_the_command(rig: Rig, ledger: Path, key: bytes, echo: bytes) -> None:
    """It is for the command to decide what to do; rootwarden goes on, and writes down how it ended."""
    hands_on(rig)
    with at_a_terminal(TOLD.format(first="")) as (child, terminal):
        press(terminal, key, echo)
        assert child.stdout
        assert child.stdout.readline() == "told\n"
        child.send_signal(signal.SIGUSR1)
        child.communicate(timeout=60)
    assert child.returncode == 0
    *_, last = contents(rig)
    assert last["content"]["result"][0]["details"] == {"exit_code": 0}


@KEYS
def test_a_key_is_not_passed_on_a_second_time(rig: Rig, ledger: Path, key: bytes, echo: bytes) -> None:
    """Seen by a command that has left the foreground, so that the terminal itself does not tell it."""
    hands_on(rig)
    with at_a_terminal(TOLD.format(first="os.setpgid(0, 0)\n")) as (child, terminal):
        press(terminal, key, echo)
        child.send_signal(signal.SIGUSR1)
        assert child.communicate(timeout=60)[0] == "0"
