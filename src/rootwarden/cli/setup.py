"""``rootwarden enable`` and ``rootwarden disable``."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from rootwarden.app.setup import SetupRun, prepare_disable, prepare_enable
from rootwarden.cli.help_text import does, needs
from rootwarden.cli.terminal import Terminal
from rootwarden.model.features import RootFeature
from rootwarden.reports.setup_report import setup_plan_report


class Only(StrEnum):
    """``--only``."""

    CREDENTIALS = "credentials"
    SESSIONS = "sessions"

    @property
    def feature(self) -> RootFeature:
        """The feature the word stands for."""
        return (
            RootFeature.ROOT_CREDENTIALS_MANAGEMENT if self is Only.CREDENTIALS else RootFeature.ROOT_SESSIONS
        )


OnlyOption = Annotated[Only | None, typer.Option(help="One feature instead of both.")]
PlanOption = Annotated[bool, typer.Option("--plan", help="Print the plan and stop.")]
YesOption = Annotated[bool, typer.Option("--yes", help="Carry the plan out without asking.")]


def register(app: typer.Typer) -> None:
    """Adds both commands."""
    app.command("enable", help=does("enable"), epilog=needs("enable"))(enable)
    app.command("disable", help=does("disable"), epilog=needs("disable"))(disable)


def enable(
    context: typer.Context,
    delegate: Annotated[
        str | None,
        typer.Option(metavar="ACCOUNT_ID", help="Register this account as delegated administrator for IAM."),
    ] = None,
    only: OnlyOption = None,
    plan: PlanOption = False,
    yes: YesOption = False,
) -> None:
    """Plans, shows the plan, asks, carries it out step by step, and says what AWS answers afterwards."""
    terminal = Terminal(context)
    app = terminal.app()
    run = prepare_enable(app, only=only.feature if only else None, delegate=delegate)
    terminal.say_notes(app)
    _finish(terminal, run, plan=plan, yes=yes)


def disable(
    context: typer.Context,
    only: OnlyOption = None,
    delegate: Annotated[
        str | None,
        typer.Option(
            metavar="ACCOUNT_ID",
            help="Deregister this delegated administrator; the features stay unless named.",
        ),
    ] = None,
    trusted_access: Annotated[
        bool, typer.Option("--trusted-access", help="End trusted access too, after both features.")
    ] = False,
    plan: PlanOption = False,
    yes: YesOption = False,
) -> None:
    """Takes back what is named; both features where nothing is."""
    terminal = Terminal(context)
    app = terminal.app()
    feature = only.feature if only else None
    run = prepare_disable(app, only=feature, delegate=delegate, trusted_access=trusted_access)
    terminal.say_notes(app)
    _finish(terminal, run, plan=plan, yes=yes)


def _finish(terminal: Terminal, run: SetupRun, *, plan: bool, yes: bool) -> None:
    shown = setup_plan_report(run.command, run.plan)
    if plan:
        terminal.emit(shown)
        raise typer.Exit(0)
    if run.plan.pending:
        terminal.show(shown, will_ask=not yes)
        terminal.confirm("Carry out this plan?", yes=yes)
    report, code = run.apply()
    terminal.emit(report)
    raise typer.Exit(code)
