"""``rootwarden tasks``."""

from __future__ import annotations

from typing import Annotated

import typer

from rootwarden.app.tasks import run_task, run_tasks
from rootwarden.cli.help_text import does, needs
from rootwarden.cli.terminal import Terminal


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("tasks", help=does("tasks"), epilog=needs("tasks"))(tasks)


def tasks(
    context: typer.Context,
    name: Annotated[
        str | None,
        typer.Argument(metavar="[NAME]", help="The task whose runbook to print; without it they are listed."),
    ] = None,
) -> None:
    """The list asks AWS nothing; a runbook is printed without credentials too."""
    terminal = Terminal(context)
    app = terminal.app()
    report = run_tasks() if name is None else run_task(app, name)
    terminal.say_notes(app)
    terminal.emit(report)
