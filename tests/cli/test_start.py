"""What a line of the program loads: the commands it may mean, and no others."""

from __future__ import annotations

import subprocess
import sys

import pytest

from rootwarden.cli.commands import FILES, files_for, load
from rootwarden.cli.main import build
from rootwarden.model.permissions import COMMANDS


def test_every_command_of_the_table_has_its_file() -> None:
    assert dict.fromkeys(name.partition(" ")[0] for name in COMMANDS).keys() == FILES.keys()
    assert build().commands.keys() == FILES.keys()


@pytest.mark.parametrize("name", FILES)
def test_each_command_is_there_by_itself(name: str) -> None:
    assert name in build(files_for([name])).commands


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (["audit", "--ou", "status"], ("status", "audit")),
        (["--profile", "audit", "status"], ("status", "audit")),
        (["audit", "--profile", "x"], ("audit",)),
        (["disable"], ("setup",)),
        (["auditt"], tuple(dict.fromkeys(FILES.values()))),
        (["--help"], tuple(dict.fromkeys(FILES.values()))),
        ([], tuple(dict.fromkeys(FILES.values()))),
        (["--version"], ()),
    ],
    ids=" ".join,
)
def test_what_a_line_may_mean(line: list[str], found: tuple[str, ...]) -> None:
    assert files_for(line) == found


def test_a_short_command_does_not_load_the_long_ones() -> None:
    """In a process of its own, whose modules are those of one line."""
    line = "import sys; from rootwarden.cli import main; main.run(['status', '--help']); print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", line], capture_output=True, encoding="utf-8", check=True)
    loaded = ran.stdout.split()
    assert "rootwarden.cli.status" in loaded
    assert {f"rootwarden.cli.{file}" for file in FILES.values()} & set(loaded) == {"rootwarden.cli.status"}
    assert not [one for one in loaded if one.startswith(("rootwarden.detection", "rootwarden.emulator"))]
    assert load("status").__name__ == "rootwarden.cli.status"
