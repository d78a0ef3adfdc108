"""What help says about a command's account and permissions, from the one table."""

from __future__ import annotations

from typing import Any

from typer.core import TyperGroup

from rootwarden.model.permissions import COMMANDS


def does(command: str) -> str:
    """The first sentence of a command's help."""
    return COMMANDS[command].does


def needs(command: str) -> str:
    """The end of a command's help: where it runs, and which IAM actions it needs."""
    row = COMMANDS[command]
    parts = [f"Runs from: {row.runs_from.value}."]
    if row.actions:
        parts.append(f"IAM actions it needs: {', '.join(row.actions)}.")
    if row.optional:
        parts.append(f"IAM actions without which it says what it could not see: {', '.join(row.optional)}.")
    if row.in_session:
        parts.append(
            f"Calls inside the root session (an SCP there can deny them): {', '.join(row.in_session)}."
        )
    return "\n\n".join(parts)


def show_flags_alone(command: Any) -> None:
    """Shows the options of a command, and of every command below it, that take no value without one: Typer shows ``<bool>``."""
    for param in (*command.params, command.get_help_option(command.context_class(command))):
        if getattr(param, "is_flag", False) or getattr(param, "count", False):
            param.metavar = ""
    if isinstance(command, TyperGroup):
        for each in command.commands.values():
            show_flags_alone(each)
