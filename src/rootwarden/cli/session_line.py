"""What the line of ``rootwarden session`` says before anything of it is done: where its command begins, how a failure is to look."""

from __future__ import annotations

from typing import Final

from rootwarden.errors import CommandNotFound, CommandNotRunnable, Interrupted, RootwardenError
from rootwarden.reports.session_keys import KeyFormat

FAILED: Final = 125
"""The exit code where this program fails instead of the command, as env(1) has it."""
_SEPARATOR: Final = "--"


def own_exit_code(name: str, arguments: list[str], error: RootwardenError) -> int:
    """The exit code of a failure of ours: one of its own where a command was to run, so that nobody takes it for the command's."""
    if name != "session" or _SEPARATOR not in arguments:
        return error.exit_code
    if isinstance(error, CommandNotFound | CommandNotRunnable | Interrupted):
        return error.exit_code
    return FAILED


def fails_in_one_line(name: str, arguments: list[str]) -> bool:
    """Whether a program that wants credentials gets to see the failure."""
    ours, _ = split(arguments)
    return name == "session" and any(
        one.removeprefix("--format=") == KeyFormat.CREDENTIAL_PROCESS.value for one in ours
    )


def split(arguments: list[str]) -> tuple[list[str], list[str]]:
    """What stands before ``--``, and the command after it."""
    if _SEPARATOR not in arguments:
        return arguments, []
    place = arguments.index(_SEPARATOR)
    return arguments[:place], arguments[place + 1 :]
