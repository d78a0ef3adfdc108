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
from rootwarden.reports.render import OutputFormat

_PANEL = "Options of every command"
_STORE = "rootwarden.options"


@dataclass(frozen=True, slots=True)
class Globals:
    """The values of these options for one run."""

    choices: Choices
    output: OutputFormat
    verbose: int
    quiet: bool
    color: bool


def declared(
    profile: Annotated[
        str | None,
        typer.Option(help="AWS profile; wins over the configuration's purposes.", rich_help_panel=_PANEL),
    ] = None,
    region: Annotated[
        str | None, typer.Option(help="AWS Region; root sessions are regional.", rich_help_panel=_PANEL)
    ] = None,
    endpoint_url: Annotated[
        str | None,
        typer.Option(
            help="Another endpoint than AWS's own: loopback, or allowed by the configuration.",
            rich_help_panel=_PANEL,
        ),
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option(
            help="Configuration file (ROOTWARDEN_CONFIG); never taken from the working directory.",
            rich_help_panel=_PANEL,
        ),
    ] = None,
    output: Annotated[
        OutputFormat,
        typer.Option("--output", "-o", help="Format of the result on stdout.", rich_help_panel=_PANEL),
    ] = OutputFormat.TABLE,
    ledger: Annotated[
        str | None,
        typer.Option(
            help="sqlite:///PATH or s3://BUCKET/PREFIX (ROOTWARDEN_LEDGER).", rich_help_panel=_PANEL
        ),
    ] = None,
    reason: Annotated[str | None, typer.Option(help="Why this is done.", rich_help_panel=_PANEL)] = None,
    ticket: Annotated[
        str | None, typer.Option(help="The ticket it belongs to.", rich_help_panel=_PANEL)
    ] = None,
    verbose: Annotated[
        int,
        typer.Option(
            "--verbose",
            "-v",
            count=True,
            help="Say more on stderr; twice for every call.",
            rich_help_panel=_PANEL,
        ),
    ] = 0,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Say nothing on stderr but errors.", rich_help_panel=_PANEL)
    ] = False,
    no_color: Annotated[
        bool, typer.Option("--no-color", help="No colours (NO_COLOR).", rich_help_panel=_PANEL)
    ] = False,
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
