"""``rootwarden waiver add``, ``list`` and ``end``."""

from __future__ import annotations

from typing import Annotated

import typer

from rootwarden.app.waivers import run_waiver_add, run_waiver_end, run_waiver_list, wanted_waiver
from rootwarden.cli.help_text import does, needs
from rootwarden.cli.selection_options import AccountArgument
from rootwarden.cli.terminal import Terminal


def register(app: typer.Typer) -> None:
    """Adds the group and its commands."""
    group = typer.Typer(
        no_args_is_help=True, help="Root credentials that must stay for now, with an owner and an end."
    )
    for name, command in (("add", add), ("list", list_waivers), ("end", end)):
        group.command(name, help=does(f"waiver {name}"), epilog=needs(f"waiver {name}"))(command)
    app.add_typer(group, name="waiver")


def add(
    context: typer.Context,
    account: AccountArgument,
    item: Annotated[
        list[str],
        typer.Option(
            help="What may stay: password, access-keys, signing-certificates or mfa-devices, or one of them as "
            "KIND:IDENTIFIER (access-keys:AKIA...). Repeat it, or separate with commas."
        ),
    ],
    owner: Annotated[str, typer.Option(help="Who answers for it: a person, a team, an address.")],
    until: Annotated[
        str, typer.Option(metavar="DATE", help="The last day it may stay (UTC), or a time of that day.")
    ],
) -> None:
    """The account is looked up; nothing is read or changed in it."""
    terminal = Terminal(context)
    app = terminal.app()
    wanted = wanted_waiver(app, item, owner, until)
    report = run_waiver_add(app, account, wanted)
    terminal.say_notes(app)
    terminal.emit(report)


def list_waivers(context: typer.Context) -> None:
    """Verifies the chain as it reads."""
    terminal = Terminal(context)
    app = terminal.app()
    report = run_waiver_list(app)
    terminal.say_notes(app)
    terminal.emit(report)


def end(
    context: typer.Context,
    waiver: Annotated[str, typer.Argument(metavar="ID", help="The id that 'waiver list' shows.")],
) -> None:
    """What it explained is told by its own name from now on."""
    terminal = Terminal(context)
    app = terminal.app()
    report = run_waiver_end(app, waiver)
    terminal.say_notes(app)
    terminal.emit(report)
