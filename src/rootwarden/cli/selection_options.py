"""The options that select accounts, the same for every command."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import typer

from rootwarden.app.accounts_file import read_accounts_file
from rootwarden.cli.shared_options import with_options_of
from rootwarden.errors import BadInput
from rootwarden.model.selection import Selection

_PANEL = "Accounts"


def _option(help_text: str, *names: str, metavar: str | None = None) -> Any:
    return typer.Option(*names, help=help_text, metavar=metavar, rich_help_panel=_PANEL)


AccountOption = Annotated[
    list[str] | None,
    _option("Account id or name; repeat it, or separate with commas.", metavar="ID|NAME"),
]
OuOption = Annotated[list[str] | None, _option("OU id or /path, with all below it.", metavar="OU_ID|/PATH")]
TagOption = Annotated[list[str] | None, _option("Accounts that have this tag.", metavar="KEY[=VALUE]")]
FileOption = Annotated[
    str | None,
    _option("File with an id or name a line (# begins a comment); - for stdin.", metavar="FILE|-"),
]
AllOption = Annotated[bool, _option("Every account of the organization.", "--all")]
ExcludeOption = Annotated[
    list[str] | None,
    _option("Account id, name, OU id or /path to leave out.", metavar="ID|NAME|OU"),
]

RefreshOption = Annotated[
    bool, _option("Read the accounts, OUs and tags anew instead of using what was kept.", "--refresh")
]

AccountArgument = Annotated[str, typer.Argument(metavar="ACCOUNT", help="Account id or name.")]
"""The one account of a command that works on one (``app.accounts.choose_account`` finds it)."""


def selection_of(
    account: AccountOption = None,
    ou: OuOption = None,
    tag: TagOption = None,
    accounts_file: FileOption = None,
    everything: AllOption = False,
    exclude: ExcludeOption = None,
    refresh: RefreshOption = False,
) -> Selection:
    """The selection these options mean; raises BadInput for a file that cannot be read, and for what names nothing."""
    file = read_accounts_file(accounts_file) if accounts_file is not None else None
    return Selection(
        accounts=(*_given("--account", account), *(file.places if file else ())),
        ous=_given("--ou", ou),
        tags=_split("--tag", tag),
        exclude=_given("--exclude", exclude),
        everything=everything,
        refresh=refresh,
        places=file.places if file else {},
        notes=file.notes if file else (),
    )


def takes_selection(command: Callable[..., None]) -> Callable[..., None]:
    """Gives a command the options that select accounts; it gets what they mean as its parameter ``selection``."""
    return with_options_of(selection_of, command, "selection")


def _given(option: str, values: list[str] | None) -> tuple[str, ...]:
    """The values as given: a name may hold a comma, so only who knows the names can tell a list from a name."""
    found = tuple(dict.fromkeys(value.strip() for value in values or ()))
    if not all(value.strip(", ") for value in found):
        # An empty shell variable must neither turn a choice into "everything" nor lose an exclusion.
        raise BadInput(f"{option} names nothing", advice="Give it a value, or leave it out.")
    return found


def _split(option: str, values: list[str] | None) -> tuple[str, ...]:
    parts = [part.strip() for value in _given(option, values) for part in value.split(",")]
    return tuple(dict.fromkeys(part for part in parts if part))
