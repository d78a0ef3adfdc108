"""``rootwarden guardrails list``, ``render`` and ``check``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rootwarden.app.guardrail_parameters import Given
from rootwarden.app.guardrails import run_guardrails_list, run_guardrails_render
from rootwarden.app.guardrails_check import PolicyKind, run_check_files, run_check_live
from rootwarden.cli.guardrail_options import NameArgument, PartitionOption, takes_parameters
from rootwarden.cli.help_text import does, needs
from rootwarden.cli.selection_options import takes_selection
from rootwarden.cli.terminal import Terminal
from rootwarden.errors import BadInput
from rootwarden.model.selection import Selection
from rootwarden.reports.guardrail_report import GuardrailFormat
from rootwarden.reports.render import OutputFormat


def register(app: typer.Typer) -> None:
    """Adds the group and its commands."""
    group = typer.Typer(
        no_args_is_help=True, help="Policies that narrow who can be root, each proven before it is shown."
    )
    for name, command in (("list", list_guardrails), ("render", render), ("check", check)):
        group.command(name, help=does(f"guardrails {name}"), epilog=needs(f"guardrails {name}"))(command)
    app.add_typer(group, name="guardrails")


def list_guardrails(context: typer.Context) -> None:
    """Asks AWS nothing."""
    Terminal(context).emit(run_guardrails_list())


@takes_selection
@takes_parameters
def render(
    context: typer.Context,
    name: NameArgument,
    selection: Selection,
    parameters: Given,
    output_format: Annotated[
        GuardrailFormat,
        typer.Option("--format", metavar="FORMAT", help=f"What to print: {', '.join(GuardrailFormat)}."),
    ] = GuardrailFormat.JSON,
    explain: Annotated[
        bool, typer.Option("--explain", help="Print every claim and its proof as well.")
    ] = False,
) -> None:
    """Accounts limit the policies of the operator roles; where none are chosen, they hold for every account."""
    terminal = Terminal(context)
    app = terminal.app()
    report, text = run_guardrails_render(app, name, selection, parameters, output_format)
    terminal.say_notes(app)
    if explain or terminal.globals.output is not OutputFormat.TABLE:
        terminal.emit(report)
    else:
        terminal.write(text)


def check(
    context: typer.Context,
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[FILE]...", help="Policies, or templates with policies in them: JSON or YAML."
        ),
    ] = None,
    live: Annotated[
        bool, typer.Option("--live", help="Check the organization's SCPs and RCPs instead.")
    ] = False,
    kind: Annotated[
        PolicyKind | None,
        typer.Option(
            "--type",
            metavar="TYPE",
            help=f"What the files are: {', '.join(PolicyKind)}; where it is left out, they are taken for what they look like.",
        ),
    ] = None,
    partition: PartitionOption = "aws",
) -> None:
    """Exit 1 where there are findings, 6 where a policy of the organization could not be read."""
    terminal = Terminal(context)
    if live == bool(files):
        raise BadInput(
            "name either files or --live",
            advice="'guardrails check --live' reads the organization's policies.",
        )
    if files:
        report, code = run_check_files(files, kind=kind, partition=partition)
    else:
        app = terminal.app()
        report, code = run_check_live(app)
        terminal.say_notes(app)
    terminal.emit(report)
    raise typer.Exit(code)
