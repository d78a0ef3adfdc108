"""``rootwarden who-can``."""

from __future__ import annotations

from typing import Annotated

import typer

from rootwarden.app.who_can import run_who_can
from rootwarden.cli.help_text import does, needs
from rootwarden.cli.selection_options import takes_selection
from rootwarden.cli.terminal import Terminal
from rootwarden.model.selection import Selection


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("who-can", help=does("who-can"), epilog=needs("who-can"))(who_can)


@takes_selection
def who_can(
    context: typer.Context,
    selection: Selection,
    read_as: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PROFILE",
            help="A profile to read the management account, or another delegated administrator, with; repeat it.",
        ),
    ] = None,
) -> None:
    """Exit 1 when a flag is high, 6 when something was not read."""
    terminal = Terminal(context)
    app = terminal.app()
    report, code = run_who_can(app, selection, tuple(read_as or ()))
    terminal.say_notes(app)
    terminal.emit(report)
    raise typer.Exit(code)
