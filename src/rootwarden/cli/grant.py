"""``rootwarden grant add``, ``list`` and ``end``."""

from __future__ import annotations

from typing import Annotated

import typer

from rootwarden.app.entitling import Claim
from rootwarden.app.grants import run_grant_add, run_grant_end, run_grant_list, wanted_grant
from rootwarden.cli.help_text import does, needs
from rootwarden.cli.selection_options import AccountArgument
from rootwarden.cli.session_options import BreakGlassOption, ClaimPlanOption, TaskOption
from rootwarden.cli.terminal import Terminal
from rootwarden.model.tasks import task_named


def register(app: typer.Typer) -> None:
    """Adds the group and its commands."""
    group = typer.Typer(
        no_args_is_help=True,
        help="What lets an AWS profile have root sessions: one task, one account, an hour at most.",
    )
    for name, command in (("add", add), ("list", list_grants), ("end", end)):
        group.command(name, help=does(f"grant {name}"), epilog=needs(f"grant {name}"))(command)
    app.add_typer(group, name="grant")


def add(
    context: typer.Context,
    account: AccountArgument,
    task: TaskOption,
    lasts: Annotated[
        str, typer.Option("--for", metavar="TIME", help="How long it lasts, at most 1h: 15m, 1h.")
    ],
    plan: ClaimPlanOption = None,
    break_glass: BreakGlassOption = False,
) -> None:
    """'session --print-profile' prints the profile it is for."""
    terminal = Terminal(context)
    app = terminal.app()
    wanted = wanted_grant(app, task_named(task), lasts, Claim(plan, break_glass))
    report = run_grant_add(app, account, wanted)
    terminal.say_notes(app)
    terminal.emit(report)


def list_grants(context: typer.Context) -> None:
    """Verifies the chain as it reads."""
    terminal = Terminal(context)
    app = terminal.app()
    report = run_grant_list(app)
    terminal.say_notes(app)
    terminal.emit(report)


def end(
    context: typer.Context,
    grant: Annotated[str, typer.Argument(metavar="ID", help="The id that 'grant list' shows.")],
) -> None:
    """Sessions given before last to their own end, 15 minutes at the most."""
    terminal = Terminal(context)
    app = terminal.app()
    report = run_grant_end(app, grant)
    terminal.say_notes(app)
    terminal.emit(report)
