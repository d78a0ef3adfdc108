"""Ctrl-C and Ctrl-backslash at a terminal: they reach the command once, and are left to it."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from product_rig import SHOP, WITH_TERMINAL, Rig
from session_rig import DELEGATE, contents, hands_on

if TYPE_CHECKING:
    from pathlib import Path

COUNTS = (
    "import os, signal\n"
    "told = []\n"
    "def count(number, _): told.append(number); os.write(1, b'told\\n')\n"
    "signal.signal(signal.SIGINT, count); signal.signal(signal.SIGQUIT, count)\n"
    "os.write(1, b'ready\\n')\n"
    "os.read(0, 1)\n"  # until somebody who has seen that it was told presses a further key
    "os.write(1, str(len(told)).encode())\n"
)


@pytest.mark.parametrize("key", [b"\x03", b"\x1c"], ids=["Ctrl-C", "Ctrl-backslash"])
def test_a_key_at_the_terminal(rig: Rig, ledger: Path, key: bytes) -> None:
    hands_on(rig)
    line = [
        "session",
        SHOP,
        "--task",
        "audit",
        "--profile",
        DELEGATE,
        "--",
        sys.executable,
        "-I",
        "-S",
        "-c",
        COUNTS,
    ]
    ours, theirs = pty.openpty()
    child = subprocess.Popen(
        [sys.executable, "-c", WITH_TERMINAL, *line],
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
        os.write(ours, key)
        assert child.stdout.readline() == "told\n"
        os.write(ours, b"\n")
        assert child.communicate(timeout=60)[0] == "1"
    finally:
        child.kill()
        child.wait()
        os.close(ours)
    assert child.returncode == 0
    *_, last = contents(rig)
    assert last["content"]["result"][0]["details"] == {"exit_code": 0}
