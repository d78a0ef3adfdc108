"""``rootwarden init``."""

from __future__ import annotations

from typing import Annotated

import typer

from rootwarden.app.configuration import propose_configuration, write_configuration
from rootwarden.cli.help_text import does, needs
from rootwarden.cli.terminal import Terminal


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("init", help=does("init"), epilog=needs("init"))(init)


def init(
    context: typer.Context,
    force: Annotated[
        bool, typer.Option("--force", help="Replace a configuration that is there already.")
    ] = False,
    show: Annotated[
        bool, typer.Option("--print", help="Print it to stdout instead of writing a file.")
    ] = False,
) -> None:
    """Writes to the user's configuration folder, or to the file --config names."""
    terminal = Terminal(context)
    proposal = propose_configuration(terminal.globals.choices)
    for note in proposal.notes:
        terminal.say(note)
    if show:
        typer.echo(proposal.text, nl=False)
        return
    path = write_configuration(proposal, terminal.globals.choices.config, force=force)
    terminal.say(f"Written to {path}.")
