"""Data goes to stdout; everything else goes to stderr."""

from __future__ import annotations

import itertools
import logging
import re
import shutil
import sys
from typing import TYPE_CHECKING

import typer

from rootwarden.app.context import App, build_app, on_terminal
from rootwarden.cli import options
from rootwarden.errors import BadInput, RootwardenError, Unconfirmed
from rootwarden.model.reason import reason_of
from rootwarden.reports import json as json_report
from rootwarden.reports import table
from rootwarden.reports.render import ONLY_OF, OutputFormat, render
from rootwarden.reports.safe_text import printable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from rootwarden.reports.report import Report

_FALLBACK_WIDTH = 160
"""Columns where nobody says: wide enough that pipes get whole account rows."""


class Terminal:
    """Where one command prints."""

    def __init__(self, context: typer.Context) -> None:
        self.globals = options.of(context)
        self._context = context
        self._command = command_name(context)
        _check_format(self._command, self.globals.output)
        _log_to_stderr(self.globals.verbose)

    def app(self) -> App:
        """The app of this run. Its notes are said at the latest when the command ends, however it ends."""
        app = build_app(self.globals.choices)
        app.say = self.say
        self._context.call_on_close(lambda: self.say_notes(app))
        return app

    def say(self, text: str) -> None:
        """A sentence for the user, on stderr."""
        if not self.globals.quiet:
            typer.echo(printable(text), err=True)

    def say_notes(self, app: App) -> None:
        """Prints the app's notes and problems, each once; quiet leaves out the notes alone."""
        while app.notes:
            self.say(f"{app.notes.pop(0)}.")
        while app.problems:
            typer.echo(printable(f"{app.problems.pop(0)}."), err=True)

    def show(self, report: Report, *, will_ask: bool) -> None:
        """A table on stderr, for a person to read before answering; where nobody is asked, quiet leaves it out."""
        if self.globals.quiet and not will_ask:
            return
        color = self.globals.color and sys.stderr.isatty()
        typer.echo(table.render(report, width=_width(), color=color), err=True, nl=False)

    def emit(self, report: Report) -> None:
        """The result, on stdout, in the chosen format."""
        color = self.globals.color and sys.stdout.isatty()
        text = render(report, self.globals.output, width=_width(), color=color)
        typer.echo(text, nl=False, color=color or None)

    def emit_text(self, report: Report) -> None:
        """The lines of a report as they are, for other programs to read; in other formats than a table as ``emit`` does."""
        if self.globals.output is not OutputFormat.TABLE:
            self.emit(report)
            return
        for one in report.lines:
            typer.echo(printable(one.text))

    def write(self, text: str) -> None:
        """The result as it is, on stdout: a text of ours that is to be used, not read."""
        typer.echo(text, nl=False)

    def line(self, document: Mapping[str, Any]) -> None:
        """One row of the result, on stdout, at once: for output that is not kept until the end."""
        # Not by way of echo, which looks at every line for colours: these have none, and there may be 10,000 of them.
        sys.stdout.write(json_report.render_line(document))
        sys.stdout.flush()

    def confirm(self, question: str, *, yes: bool) -> None:
        """Asks; raises Unconfirmed when the answer is not yes, or when there is nobody to ask and ``yes`` was not given."""
        if yes:
            return
        if not on_terminal():
            raise Unconfirmed(
                "not confirmed: there is no terminal to ask at",
                advice="Read the plan, then repeat with --yes.",
            )
        if not self.ask(question):
            raise Unconfirmed("not confirmed; nothing was changed", advice="")

    def ask(self, question: str) -> bool:
        """What a person at the terminal answers; no is the default."""
        return bool(typer.confirm(question, default=False, err=True))

    def choose(self, heading: str, names: list[str]) -> int:
        """Lets somebody on a terminal pick one of a numbered list; its place in the list, counted from 0."""
        typer.echo(printable(heading), err=True)
        for number, name in enumerate(names, start=1):
            typer.echo(f"  {number:>{len(str(len(names)))}}  {printable(name)}", err=True)
        while True:
            chosen: int = typer.prompt("Number", type=int, err=True)
            if 1 <= chosen <= len(names):
                return chosen - 1
            typer.echo(f"There is no {chosen}: choose from 1 to {len(names)}.", err=True)


def _check_format(command: str, output: OutputFormat) -> None:
    having = ONLY_OF.get(output)
    if having is not None and command not in having:
        raise BadInput(
            f"'{command}' has no format {output}",
            advice=f"{output} is a format of {' and '.join(f'rootwarden {one}' for one in sorted(having))}.",
        )


def _log_to_stderr(verbose: int) -> None:
    """``-v`` tells what is used, ``-vv`` every call made; neither tells more than operation, status and request id."""
    logger = logging.getLogger("rootwarden")
    logger.handlers = []
    if verbose:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(logging.Formatter("%(message)s"))
        logger.addHandler(handler)
        logger.propagate = False
        logger.setLevel(logging.INFO if verbose == 1 else logging.DEBUG)


def command_name(context: typer.Context) -> str:
    """``remove plan`` for the context of that command."""
    return " ".join(context.command_path.split()[1:])


def report_failure(
    error: RootwardenError, *, command: str, as_json: bool, exit_code: int, one_line: bool = False
) -> None:
    """Says what went wrong: on stderr for people, and as the one document on stdout for programs."""
    if one_line:
        words = " ".join(f"{error.message.rstrip('.')}. {error.advice}".split())
        typer.echo(f"rootwarden: {printable(words)}", err=True)
    else:
        typer.echo(f"error: {_lines(error.message)}", err=True)
        if error.advice:
            typer.echo(f"advice: {_lines(error.advice)}", err=True)
    if as_json:
        reason = reason_of(error).as_json()
        typer.echo(json_report.render_failure(command, error, reason, exit_code=exit_code), nl=False)


def _lines(text: str) -> str:
    """Our own line ends stay; whatever else could move a cursor goes."""
    return "\n".join(printable(line) for line in text.split("\n"))


def _width() -> int:
    return shutil.get_terminal_size((_FALLBACK_WIDTH, 24)).columns


def wants_json(arguments: list[str]) -> bool:
    """Whether a command line asks for JSON, before it is known to be a good one."""
    chosen = ""
    for one, after in itertools.pairwise([*arguments, ""]):
        if one == "--":
            break
        found = _OUTPUT.fullmatch(one)
        if found:
            chosen = found.group("value") or after
    return chosen == OutputFormat.JSON


_OUTPUT = re.compile(r"(?:--output|-[qv]*o)(?:=?(?P<value>.+))?")
"""The option in all its spellings: its value in the same word, or in the next one."""
