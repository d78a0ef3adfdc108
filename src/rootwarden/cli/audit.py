"""``rootwarden audit``."""

from __future__ import annotations

from typing import Annotated

import typer

from rootwarden.app.audit import run_audit
from rootwarden.cli.help_text import does, needs
from rootwarden.cli.progress import AuditProgress
from rootwarden.cli.selection_options import takes_selection
from rootwarden.cli.terminal import Terminal
from rootwarden.model.audit import Details
from rootwarden.model.selection import Selection


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("audit", help=does("audit"), epilog=needs("audit"))(audit)


@takes_selection
def audit(
    context: typer.Context,
    selection: Selection,
    details: Annotated[
        Details, typer.Option(help="When to read more than the account summary.")
    ] = Details.AUTO,
    max_rate: Annotated[
        int | None,
        typer.Option(
            min=1, help="AssumeRoot calls a second, at most; by itself as many as AWS lets through."
        ),
    ] = None,
    concurrency: Annotated[
        int | None, typer.Option(min=1, max=512, help="Accounts read at a time, at most.")
    ] = None,
) -> None:
    """Exit 1 when an account is exposed, 6 when one could not be read."""
    terminal = Terminal(context)
    app = terminal.app()
    app.max_rate, app.at_once = max_rate, concurrency
    progress = AuditProgress(quiet=terminal.globals.quiet)
    report, code = run_audit(app, selection, details, progress=progress)
    progress.done()
    terminal.say_notes(app)
    terminal.emit(report)
    raise typer.Exit(code)
