"""``rootwarden recovery open``, ``list``, ``adopt``, ``close`` and ``sweep``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rootwarden.app.recovery_adopt import COMMAND as ADOPT
from rootwarden.app.recovery_adopt import adopt, prepare_adopt
from rootwarden.app.recovery_close import CloseChoice
from rootwarden.app.recovery_close_command import close_exception, plan_report, prepare_close
from rootwarden.app.recovery_list import run_recovery_list
from rootwarden.app.recovery_open import COMMAND as OPEN
from rootwarden.app.recovery_open import open_exception, prepare_open
from rootwarden.app.recovery_rules import wanted_exception
from rootwarden.app.recovery_sweep import sweeping
from rootwarden.cli.help_text import does, needs
from rootwarden.cli.pace_options import ConcurrencyOption, RateOption
from rootwarden.cli.progress import AuditProgress
from rootwarden.cli.selection_options import AccountArgument
from rootwarden.cli.terminal import Terminal
from rootwarden.model.removal_outcome import AccountOutcome

TaskOption = Annotated[
    str,
    typer.Option("--task", metavar="NAME", help="A root-only task, as 'rootwarden tasks' names it."),
]
ForOption = Annotated[str, typer.Option("--for", metavar="TIME", help="How long it lasts: 30m, 4h, 1d.")]
OwnerOption = Annotated[
    str | None,
    typer.Option(help="Who answers for it: a person, a team, an address. The caller, when left out."),
]
BreakGlassOption = Annotated[
    bool,
    typer.Option(
        "--break-glass",
        help="Pass the configured limits, where the configuration allows that; it needs a reason, and stands out in the ledger.",
    ),
]
PlanOption = Annotated[bool, typer.Option("--plan", help="Show what would be done, and stop.")]
YesOption = Annotated[bool, typer.Option("--yes", help="Do it without asking.")]


def register(app: typer.Typer) -> None:
    """Adds the group and its commands."""
    group = typer.Typer(
        no_args_is_help=True,
        help="Root users that may sign in: one account, one task, a reason, an end.",
    )
    for name, command in (
        ("open", open_recovery),
        ("list", list_exceptions),
        ("adopt", adopt_stray),
        ("close", close),
        ("sweep", sweep),
    ):
        group.command(name, help=does(f"recovery {name}"), epilog=needs(f"recovery {name}"))(command)
    app.add_typer(group, name="recovery")


def open_recovery(
    context: typer.Context,
    account: AccountArgument,
    task: TaskOption,
    lasts: ForOption,
    owner: OwnerOption = None,
    break_glass: BreakGlassOption = False,
    plan: PlanOption = False,
    yes: YesOption = False,
) -> None:
    """Exit 6 when AWS did not allow it, or whether it did is not known. The same command again looks first."""
    terminal = Terminal(context)
    app = terminal.app()
    wanted = wanted_exception(app, OPEN, task=task, lasts=lasts, owner=owner, break_glass=break_glass)
    opening = prepare_open(app, account, wanted)
    terminal.say_notes(app)
    if plan:
        terminal.emit(opening.report())
        return
    if opening.pending:
        terminal.show(opening.report(), will_ask=not yes)
        question = f"Let the root user of {opening.account.id} {opening.account.name} recover its password?"
        terminal.confirm(question, yes=yes)
    report, code = open_exception(opening)
    terminal.say_notes(app)
    terminal.emit(report)
    raise typer.Exit(code)


def list_exceptions(context: typer.Context) -> None:
    """Exit 6 when a root user could not be read, 1 when an exception is overdue."""
    terminal = Terminal(context)
    app = terminal.app()
    report, code = run_recovery_list(app)
    terminal.say_notes(app)
    terminal.emit(report)
    raise typer.Exit(code)


def adopt_stray(
    context: typer.Context,
    account: AccountArgument,
    task: TaskOption,
    lasts: ForOption,
    owner: OwnerOption = None,
    break_glass: BreakGlassOption = False,
    plan: PlanOption = False,
    yes: YesOption = False,
) -> None:
    """For credentials that no exception explains, a stray that a sweep reported, say."""
    terminal = Terminal(context)
    app = terminal.app()
    wanted = wanted_exception(app, ADOPT, task=task, lasts=lasts, owner=owner, break_glass=break_glass)
    adopting = prepare_adopt(app, account, wanted)
    terminal.say_notes(app)
    if plan:
        terminal.emit(adopting.report())
        return
    terminal.show(adopting.report(), will_ask=not yes)
    row = adopting.row.account
    terminal.confirm(f"Make an exception of what the root user of {row.id} {row.name} holds?", yes=yes)
    report = adopt(adopting)
    terminal.say_notes(app)
    terminal.emit(report)


def close(
    context: typer.Context,
    exception: Annotated[
        str,
        typer.Argument(
            metavar="ID|ACCOUNT", help="The id that 'recovery list' shows, or the account's id or name."
        ),
    ],
    override: Annotated[
        list[str] | None,
        typer.Option(
            "--override",
            metavar="ID",
            help="Remove this however lately it was used, though it was there before: an access key id, or ACCOUNT:password; "
            "repeat it, or separate with commas.",
        ),
    ] = None,
    evidence: Annotated[
        Path | None,
        typer.Option(
            "--evidence",
            metavar="DIR",
            help="Folder (0700) for what an auditor can file, as of 'remove apply'.",
        ),
    ] = None,
    plan: PlanOption = False,
    yes: YesOption = False,
) -> None:
    """Exit 6 when something is left or could not be seen; the same command again goes on."""
    terminal = Terminal(context)
    app = terminal.app()
    names = frozenset(part.strip() for text in override or () for part in text.split(",") if part.strip())
    closing = prepare_close(app, exception, CloseChoice(overrides=names, evidence=evidence))
    terminal.say_notes(app)
    if plan:
        terminal.emit(plan_report(closing))
        return
    if closing.exception.closed is None:
        terminal.show(plan_report(closing), will_ask=not yes)
        terminal.confirm(_question(closing.planned.plan.item_count, closing.exception.id), yes=yes)

    def progress(outcome: AccountOutcome) -> None:
        terminal.say(f"{outcome.account} {outcome.name}: {outcome.verification.value}")

    report, code = close_exception(closing, progress)
    terminal.say_notes(app)
    terminal.emit(report)
    raise typer.Exit(code)


def _question(items: int, exception: str) -> str:
    what = (
        "nothing to remove"
        if not items
        else f"{items} root credential{'' if items == 1 else 's'} will be deleted for good"
    )
    return f"Close exception {exception} ({what})?"


def sweep(
    context: typer.Context,
    plan: PlanOption = False,
    yes: YesOption = False,
    max_rate: RateOption = None,
    concurrency: ConcurrencyOption = None,
) -> None:
    """For cron. Exit 6 when something could not be read or closed, 1 for strays and what was done as root after a close."""
    terminal = Terminal(context)
    app = terminal.app()
    app.max_rate, app.at_once = max_rate, concurrency
    with sweeping(app, plan_only=plan) as found:
        with AuditProgress(quiet=terminal.globals.quiet, waiting=app.held_back) as progress:
            found.look(progress)
        terminal.say_notes(app)
        if plan:
            terminal.emit(found.plan_report())
            return
        if found.pending:
            terminal.show(found.plan_report(), will_ask=not yes)
            terminal.confirm("Close, settle and remove this?", yes=yes)
        report, code = found.carry_out(terminal.say)
    terminal.say_notes(app)
    terminal.emit(report)
    raise typer.Exit(code)
