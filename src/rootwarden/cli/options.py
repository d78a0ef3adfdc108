"""The options every command takes, before or after its name."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from rootwarden.app.context import Choices
from rootwarden.reports.render import ONLY_OF, OutputFormat

_PANEL = "Options of every command"
_FORMATS = f"{', '.join(one for one in OutputFormat if one not in ONLY_OF)}; for some commands {', '.join(ONLY_OF)} too"
_STORE = "rootwarden.options"


@dataclass(frozen=True, slots=True)
class Globals:
    """The values of these options for one run."""

    choices: Choices
    output: OutputFormat
    verbose: int
    quiet: bool
    color: bool


def _option(help_text: str, *names: str, count: bool = False, metavar: str | None = None) -> Any:
    return typer.Option(*names, help=help_text, count=count, metavar=metavar, rich_help_panel=_PANEL)


Profile = Annotated[str | None, _option("AWS profile; wins over the configuration's purposes.")]
Region = Annotated[str | None, _option("AWS Region; root sessions are regional.")]
EndpointUrl = Annotated[
    str | None, _option("Another endpoint than AWS's own: loopback, or allowed by the configuration.")
]
Config = Annotated[
    Path | None, _option("Configuration file (ROOTWARDEN_CONFIG); never taken from the working directory.")
]
Ledger = Annotated[str | None, _option("sqlite:///PATH or s3://BUCKET/PREFIX (ROOTWARDEN_LEDGER).")]
# Between < and > the choices would be broken in mid-word at 80 columns.
Output = Annotated[
    OutputFormat,
    _option(f"Format of the result: {_FORMATS}.", "--output", "-o", metavar="FORMAT"),
]
Reason = Annotated[str | None, _option("Why this is done.")]
Ticket = Annotated[str | None, _option("The ticket it belongs to.")]
Verbose = Annotated[int, _option("Say more on stderr; twice for every call.", "--verbose", "-v", count=True)]
Quiet = Annotated[bool, _option("Say nothing on stderr but errors and what went wrong.", "--quiet", "-q")]
NoColor = Annotated[bool, _option("No colours (NO_COLOR).", "--no-color")]


def declared(
    profile: Profile = None,
    region: Region = None,
    endpoint_url: EndpointUrl = None,
    config: Config = None,
    ledger: Ledger = None,
    output: Output = OutputFormat.TABLE,
    reason: Reason = None,
    ticket: Ticket = None,
    verbose: Verbose = 0,
    quiet: Quiet = False,
    no_color: NoColor = False,
) -> None:
    """Never called: Typer reads its parameters, so that one declaration serves every command."""


def add_to(command: Any) -> None:
    """Gives a command, and every command below it, these options."""
    names = {name for param in command.params for name in param.opts}
    command.params.extend(param for param in _fresh() if not names & set(param.opts))
    if isinstance(command, TyperGroup):
        for each in command.commands.values():
            add_to(each)


def _fresh() -> Iterator[Any]:
    holder = typer.Typer(add_completion=False)
    holder.command()(declared)
    for param in typer.main.get_command(holder).params:
        param.expose_value = False
        param.callback = _remember
        yield param


def _remember(context: Any, param: Any, value: Any) -> Any:
    # ``meta`` is shared by the contexts of a command line, so an option counts wherever it stands. The innermost one wins.
    given = context.get_parameter_source(param.name)
    if given is not None and given.name == "COMMANDLINE":
        context.meta.setdefault(_STORE, {})[param.name] = value
    return value


def of(context: typer.Context) -> Globals:
    """The values for the running command."""
    given: dict[str, Any] = context.meta.get(_STORE, {})
    choices = Choices(**{name: given.get(name) for name in Choices.__dataclass_fields__})
    quiet = bool(given.get("quiet"))
    return Globals(
        choices=choices,
        output=given.get("output", OutputFormat.TABLE),
        verbose=given.get("verbose", 0),
        quiet=quiet,
        color=not given.get("no_color") and not os.environ.get("NO_COLOR"),
    )
