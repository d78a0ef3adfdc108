"""``rootwarden management check``."""

from __future__ import annotations

import typer

from rootwarden.app.management import run_management_check
from rootwarden.cli.help_text import does, needs
from rootwarden.cli.terminal import Terminal


def register(app: typer.Typer) -> None:
    """Adds the group and its command."""
    group = typer.Typer(no_args_is_help=True, help="The management account's own root user and use.")
    group.callback()(_group)
    group.command("check", help=does("management check"), epilog=needs("management check"))(check)
    app.add_typer(group, name="management")


def _group() -> None:
    """Without it Typer would make the one command the whole group."""


def check(context: typer.Context) -> None:
    """Exit 1 where a check failed, 6 where something could not be read."""
    terminal = Terminal(context)
    app = terminal.app()
    report, code = run_management_check(app)
    terminal.say_notes(app)
    terminal.emit(report)
    raise typer.Exit(code)
