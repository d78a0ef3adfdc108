"""``rootwarden doctor``."""

from __future__ import annotations

from typing import Annotated

import typer

from rootwarden.app.doctor import run_doctor
from rootwarden.cli.help_text import does, needs
from rootwarden.cli.pace_options import ConcurrencyOption, RateOption
from rootwarden.cli.selection_options import takes_selection
from rootwarden.cli.terminal import Terminal
from rootwarden.model.selection import Selection
from rootwarden.model.tasks import RootTask


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("doctor", help=does("doctor"), epilog=needs("doctor"))(doctor)


@takes_selection
def doctor(
    context: typer.Context,
    selection: Selection,
    task: Annotated[
        list[RootTask] | None,
        typer.Option(
            metavar="TASK",
            help=f"A task to judge: {', '.join(RootTask)}; repeat it. All five where none is named.",
        ),
    ] = None,
    probe: Annotated[
        bool,
        typer.Option(
            "--probe", help="Also open an audit session in one account per set of policies, and compare."
        ),
    ] = False,
    max_rate: RateOption = None,
    concurrency: ConcurrencyOption = None,
) -> None:
    """Exit 1 when a task is blocked, 6 when something that decides could not be read."""
    terminal = Terminal(context)
    app = terminal.app()
    app.max_rate, app.at_once = max_rate, concurrency
    report, code = run_doctor(app, selection, tuple(task or ()), probing=probe)
    terminal.say_notes(app)
    terminal.emit(report)
    raise typer.Exit(code)
