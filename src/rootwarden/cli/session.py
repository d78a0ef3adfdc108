"""``rootwarden session``."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

from rootwarden.app.entitling import Claim
from rootwarden.app.session import SessionRequest, run_in_session, seconds_of, session_keys
from rootwarden.app.session_profile import not_by_itself, session_profile
from rootwarden.cli.help_text import does, needs
from rootwarden.cli.selection_options import AccountArgument
from rootwarden.cli.session_line import split
from rootwarden.cli.session_options import BreakGlassOption, ClaimPlanOption, TaskOption
from rootwarden.cli.terminal import Terminal
from rootwarden.errors import BadInput
from rootwarden.model.tasks import task_named
from rootwarden.reports.session_keys import KeyFormat

if TYPE_CHECKING:
    from rootwarden.app.context import App


class _WithCommand(TyperCommand):
    """What follows ``--`` is the command, options and all; nothing before it is."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        ours, command = split(args)
        rest: list[str] = super().parse_args(ctx, ours)
        if ctx.params.get("command") and not ctx.resilient_parsing:
            ctx.fail(f"Put -- before the command: -- {ctx.params['command'][0]} ...")
        ctx.params["command"] = command
        return rest


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("session", cls=_WithCommand, help=does("session"), epilog=needs("session"))(session)


def session(
    context: typer.Context,
    account: AccountArgument,
    task: TaskOption,
    command: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[-- COMMAND...]", help="The command to run in the session, and its arguments."
        ),
    ] = None,
    duration: Annotated[
        int | None,
        typer.Option(
            help="Seconds it lasts, at most 900; limits.session_seconds of the configuration by default."
        ),
    ] = None,
    key_format: Annotated[
        KeyFormat | None,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help=f"Print the session's keys instead: {', '.join(KeyFormat)}; the last one needs a grant.",
        ),
    ] = None,
    print_profile: Annotated[
        bool,
        typer.Option(
            "--print-profile",
            help="Print an AWS profile that has its credentials from here under a grant; opens no session.",
        ),
    ] = False,
    plan: ClaimPlanOption = None,
    break_glass: BreakGlassOption = False,
) -> None:
    """The exit code is the command's own; 125 where rootwarden failed, 126 and 127 where the command cannot be run or is not there."""
    terminal = Terminal(context)
    if key_format is KeyFormat.CREDENTIAL_PROCESS:
        # Only what went wrong belongs on stderr there: the program that asked shows it as it is.
        terminal.globals = dataclasses.replace(terminal.globals, quiet=True)
    app = terminal.app()
    request = SessionRequest(account, task_named(task), duration, Claim(plan, break_glass))
    seconds_of(app, request)
    _check_one_wish(command, key_format, print_profile=print_profile)
    _do(terminal, app, request, command or key_format)


def _do(terminal: Terminal, app: App, request: SessionRequest, wish: list[str] | KeyFormat | None) -> None:
    def say(text: str) -> None:
        terminal.say_notes(app)
        terminal.say(f"{text}.")

    match wish:
        case list():
            raise typer.Exit(run_in_session(app, request, wish, say))
        case KeyFormat.CREDENTIAL_PROCESS:
            app.may_ask = False
            with not_by_itself():
                text = session_keys(app, request, wish, say)
        case KeyFormat():
            text = session_keys(app, request, wish, say)
        case None:
            text = session_profile(app, request)
            terminal.say_notes(app)
    typer.echo(text, nl=False)


def _check_one_wish(command: list[str] | None, key_format: KeyFormat | None, *, print_profile: bool) -> None:
    wishes = [
        name
        for name, wished in (
            ("a command", bool(command)),
            ("--format", key_format is not None),
            ("--print-profile", print_profile),
        )
        if wished
    ]
    if len(wishes) > 1:
        raise BadInput(f"{' and '.join(wishes)} cannot go together", advice="Ask for one of them.")
    if not wishes:
        raise BadInput(
            "nothing says what the session is for",
            advice="Give a command after --; or --format, where its keys are to be printed.",
        )
