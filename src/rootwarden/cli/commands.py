"""Which file holds which command. Only those that a line may mean are imported: a program that starts often has to start fast."""

from __future__ import annotations

import importlib
from typing import Any, Final

FILES: Final = {
    "init": "init",
    "status": "status",
    "enable": "setup",
    "disable": "setup",
    "audit": "audit",
    "waiver": "waiver",
    "doctor": "doctor",
    "who-can": "who_can",
    "remove": "remove",
    "recovery": "recovery",
    "session": "session",
    "grant": "grant",
    "unlock": "unlock",
    "evidence": "evidence",
    "detect": "detect",
    "ledger": "ledger",
    "tasks": "tasks",
    "management": "management",
    "guardrails": "guardrails",
    "emulator": "emulator",
    "demo": "demo",
}
"""The first word of each command, in the order of the help."""


def files_for(arguments: list[str]) -> tuple[str, ...]:
    """The files of the commands that a line may mean: those it names anywhere, for an option's value may look like a command.

    All of them where the first word is no command, for the help and to name what comes near a misspelt one; none for a line that
    asks for the version.
    """
    words = [one for one in arguments if not one.startswith("-")]
    if not words and "--version" in arguments:
        return ()
    named = FILES.keys() & set(words) if words and words[0] in FILES else FILES.keys()
    return tuple(dict.fromkeys(file for name, file in FILES.items() if name in named))


def load(file: str) -> Any:
    """The module that registers the commands of a file."""
    return importlib.import_module(f"rootwarden.cli.{file}")
