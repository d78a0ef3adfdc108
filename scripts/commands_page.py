"""docs/commands.md: every command, from the one table of permissions and from the command line itself."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import Any, Final

from rootwarden.cli.main import build
from rootwarden.model.command_needs import CommandNeeds
from rootwarden.model.permissions import COMMANDS

_HEAD: Final = """\
# Commands

Written by `make docs` from the table that `--help` reads too. Options of every command stand at the end.
"""


def commands_page() -> str:
    """The whole page."""
    top = build()
    shared = {param.name for param in top.params}
    parts = [_HEAD]
    for name, command in sorted(_leaves(top, ())):
        parts.append(_command(name, command, COMMANDS[name], shared))
    parts.append("## Options of every command\n\n" + _options(top.params, set()))
    return "\n".join(parts)


def _leaves(command: Any, words: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    """Every command that does something by itself, with its full name."""
    name = " ".join(words)
    if name in COMMANDS:
        yield name, command
    for word, each in getattr(command, "commands", {}).items():
        yield from _leaves(each, (*words, word))


def _command(name: str, command: Any, needs: CommandNeeds, shared: set[str]) -> str:
    lines = [f"## `rootwarden {name}`", "", needs.does, "", f"Runs from {needs.runs_from.value}."]
    for title, actions in (
        ("IAM actions it needs", needs.actions),
        ("IAM actions without which it says what it could not see", needs.optional),
        ("Calls inside the root session", needs.in_session),
    ):
        if actions:
            lines += ["", f"{title}: {', '.join(f'`{one}`' for one in actions)}."]
    options = _options(command.params, shared)
    return "\n".join([*lines, *(["", options] if options else [""])])


def _options(params: list[Any], shared: set[str]) -> str:
    rows = [
        f"| {_names(param)} | {_cell(param.help or '')} |"
        for param in params
        if param.name not in shared and param.name != "help"
    ]
    return "\n".join(["| option | meaning |", "| --- | --- |", *rows]) + "\n" if rows else ""


def _names(param: Any) -> str:
    if param.param_type_name == "argument":
        return f"`{(param.metavar or param.name).upper()}`"
    names = [*param.opts, *param.secondary_opts]
    value = "" if param.is_flag or getattr(param, "count", False) else f" {_value(param)}"
    return ", ".join(f"`{one}{value}`" for one in names)


def _value(param: Any) -> str:
    kind = param.type_descriptor.annotation
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _cell("|".join(str(one.value) for one in kind))
    return _cell(str(param.metavar or param.name.upper()))


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
