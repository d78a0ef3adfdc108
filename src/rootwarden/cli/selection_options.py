"""The options that select accounts, the same for every command."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from rootwarden.app.files import read_text
from rootwarden.errors import BadInput
from rootwarden.model.selection import Selection

_PANEL = "Accounts"

AccountOption = Annotated[
    list[str] | None,
    typer.Option(
        "--account",
        help="Account id or name; repeat it, or separate ids with commas.",
        rich_help_panel=_PANEL,
    ),
]
OuOption = Annotated[
    list[str] | None, typer.Option("--ou", help="OU id or /path, with all below it.", rich_help_panel=_PANEL)
]
TagOption = Annotated[
    list[str] | None,
    typer.Option("--tag", help="Accounts with the tag KEY, or KEY=VALUE.", rich_help_panel=_PANEL),
]
FileOption = Annotated[
    str | None,
    typer.Option(
        "--accounts-file",
        help="File with an account a line (# begins a comment); - for stdin.",
        rich_help_panel=_PANEL,
    ),
]
AllOption = Annotated[
    bool, typer.Option("--all", help="Every account of the organization.", rich_help_panel=_PANEL)
]
ExcludeOption = Annotated[
    list[str] | None,
    typer.Option("--exclude", help="Account id, name, OU id or /path to leave out.", rich_help_panel=_PANEL),
]


def selection_of(
    account: list[str] | None,
    ou: list[str] | None,
    tag: list[str] | None,
    accounts_file: str | None,
    everything: bool,
    exclude: list[str] | None,
) -> Selection:
    """The selection these options mean; raises BadInput for a file that cannot be read, and for what names nothing."""
    from_file = _from_file(accounts_file) if accounts_file else ()
    return Selection(
        accounts=(*_split("--account", account), *from_file),
        ous=_split("--ou", ou),
        tags=_split("--tag", tag),
        exclude=_split("--exclude", exclude),
        everything=everything,
    )


def _split(option: str, values: list[str] | None) -> tuple[str, ...]:
    parts = [part.strip() for value in values or () for part in value.split(",")]
    found = tuple(dict.fromkeys(part for part in parts if part))
    if values and not found:
        # An empty shell variable must not turn a choice into "everything".
        raise BadInput(f"{option} names nothing", advice="Give it a value, or leave it out.")
    return found


def _from_file(name: str) -> tuple[str, ...]:
    text = sys.stdin.read() if name == "-" else read_text(Path(name))
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    found = tuple(dict.fromkeys(line for line in lines if line))
    if not found:
        raise BadInput(
            f"{name}: names no account, which means none", advice="Write an account id or name on each line."
        )
    return found
