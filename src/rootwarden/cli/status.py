"""``rootwarden status``."""

from __future__ import annotations

import typer

from rootwarden.app.setup import run_status
from rootwarden.cli.help_text import does, needs
from rootwarden.cli.terminal import Terminal


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("status", help=does("status"), epilog=needs("status"))(status)


def status(context: typer.Context) -> None:
    """Reads the state of centralized root access. Exit 1 when the baseline is incomplete."""
    terminal = Terminal(context)
    app = terminal.app()
    report, code = run_status(app)
    terminal.say_notes(app)
    terminal.emit(report)
    raise typer.Exit(code)
