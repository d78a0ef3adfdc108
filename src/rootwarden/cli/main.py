"""The program: its commands, and the one place where errors become exit codes."""

from __future__ import annotations

import io
import itertools
import os
import sys
import traceback
from pathlib import Path
from typing import Annotated, Any

import typer
from typer._click.exceptions import ClickException, NoArgsIsHelpError  # Typer re-exports only its subclasses

from rootwarden.app.context import VERSION
from rootwarden.cli import commands, options, session_line
from rootwarden.cli.help_text import show_flags_alone
from rootwarden.cli.terminal import report_failure, wants_json
from rootwarden.cli.usage_words import in_our_words
from rootwarden.errors import BadInput, InternalError, Interrupted, RootwardenError
from rootwarden.model.permissions import COMMANDS


def build(files: tuple[str, ...] = commands.files_for([])) -> Any:
    """The command line, with the commands of these files of ``commands``: all of them, where nothing is said."""
    app = typer.Typer(
        name="rootwarden",
        help="Root access in the member accounts of an AWS Organization: exceptional, temporary, scoped and logged.",
        epilog="Exit codes: 0 all well, 1 findings, 2 usage, 3 could not look at all, 4 refused by a rule, 5 ledger, "
        "6 incomplete, 130 interrupted. 'session -- COMMAND': the command's own; 125 where rootwarden failed.",
        no_args_is_help=True,
        rich_markup_mode="rich",
        pretty_exceptions_enable=False,
        add_completion=False,
    )
    app.callback()(_root)
    for file in files:
        module = commands.load(file)
        if file == "demo":
            module.register(app, run)
        else:
            module.register(app)
    command = typer.main.get_command(app)
    options.add_to(command)
    show_flags_alone(command)
    return command


def _version(value: bool) -> None:
    if value:
        typer.echo(f"rootwarden {VERSION}")
        raise typer.Exit(0)


def _root(
    version: Annotated[
        bool,
        typer.Option("--version", help="Print the version.", is_eager=True, callback=_version),
    ] = False,
) -> None:
    """Holds the options that stand before a command."""


def _named(arguments: list[str]) -> str:
    """The command a line names, for messages and documents of a line that may not be a good one."""
    ours = itertools.takewhile(lambda one: one != "--", arguments)
    words = [one for one in ours if not one.startswith("-")]
    pairs = [" ".join(pair) for pair in itertools.pairwise(words)]
    known = [name for name in (*pairs, *words) if name in COMMANDS]
    return known[0] if known else "rootwarden"


def _shown(command: str) -> str:
    return command if command == "rootwarden" else f"rootwarden {command}"


def _invoke(command: Any, arguments: list[str]) -> int:
    # Typer's own main() would turn Ctrl-C into a silent exit, and leave a program that asked for JSON without any.
    try:
        with command.make_context("rootwarden", list(arguments)) as context:
            command.invoke(context)
    except typer.Exit as done:
        return done.exit_code
    return 0


def run(arguments: list[str]) -> int:
    """Runs a command line and returns its exit code. No error of ours, of AWS's or of the network's leaves a traceback."""
    command = _named(arguments)

    def failed(error: RootwardenError) -> int:
        code = session_line.own_exit_code(command, arguments, error)
        one_line = session_line.fails_in_one_line(command, arguments)
        report_failure(
            error, command=command, as_json=wants_json(arguments), exit_code=code, one_line=one_line
        )
        return code

    try:
        return _invoke(build(commands.files_for(arguments)), arguments)
    except RootwardenError as error:
        return failed(error)
    except NoArgsIsHelpError:
        return BadInput.exit_code  # the help is printed by now
    except ClickException as error:
        advice = f"'{_shown(command)} --help' shows what it takes."
        return failed(BadInput(in_our_words(error.format_message()), advice=advice))
    except (KeyboardInterrupt, typer.Abort):
        return failed(Interrupted("interrupted"))
    except BrokenPipeError:
        raise
    except Exception as error:  # noqa: BLE001 - a bug of ours, which no user should see as a traceback
        return failed(_internal(error))


def _internal(error: Exception) -> InternalError:
    """Names the kind and the place of a bug, but not its text, which may hold anything."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    return InternalError(
        f"internal error: {type(error).__name__} in {Path(place.filename).name}, line {place.lineno}, {place.name}",
        advice=f"This is a bug of rootwarden {VERSION}; please report it with this line and the command you gave. What was "
        "done before it is in the ledger ('rootwarden ledger list').",
    )


def main() -> None:
    """The console script."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A name that the terminal's encoding does not have is written as an escape, and is no reason to stop.
            stream.reconfigure(errors="backslashreplace")
    try:
        code = run(sys.argv[1:])
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader of our output went away (head, less): nobody is left to tell, at exit neither.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 1
    sys.exit(code)
