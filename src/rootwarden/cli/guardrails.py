"""``rootwarden guardrails``: ``list``, ``render``, ``check``, ``deploy`` and ``undeploy``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rootwarden.app.guardrail_parameters import Given
from rootwarden.app.guardrails import run_guardrails_list, run_guardrails_render
from rootwarden.app.guardrails_check import PolicyKind, run_check_files, run_check_live
from rootwarden.app.guardrails_deploy import GuardrailRun, prepare_deploy, prepare_undeploy
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
    for name, command in (
        ("list", list_guardrails),
        ("render", render),
        ("check", check),
        ("deploy", deploy),
        ("undeploy", undeploy),
    ):
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


PlanOption = Annotated[bool, typer.Option("--plan", help="Print the plan and stop.")]
YesOption = Annotated[bool, typer.Option("--yes", help="Carry the plan out without asking.")]
OverwriteOption = Annotated[
    bool, typer.Option("--overwrite", help="Also where somebody changed it by hand since it was deployed.")
]


@takes_selection
@takes_parameters
def deploy(
    context: typer.Context,
    name: NameArgument,
    selection: Selection,
    parameters: Given,
    target: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ID|/PATH",
            help="A root, OU or account that the SCP is attached to, or a root or OU whose accounts get alerts; repeat it.",
        ),
    ] = None,
    plan: PlanOption = False,
    yes: YesOption = False,
    overwrite: OverwriteOption = False,
    lock_me_out: Annotated[
        bool,
        typer.Option(
            "--lock-me-out", help="Also where the caller in use will open no root sessions any more."
        ),
    ] = False,
) -> None:
    """Shows the plan and the difference, asks, and looks again after each step."""
    terminal = Terminal(context)
    app = terminal.app()
    run = prepare_deploy(app, name, target or (), selection, parameters, lock_me_out=lock_me_out)
    terminal.say_notes(app)
    _finish(terminal, run, plan=plan, yes=yes, overwrite=overwrite)


def undeploy(
    context: typer.Context,
    name: NameArgument,
    plan: PlanOption = False,
    yes: YesOption = False,
    overwrite: OverwriteOption = False,
) -> None:
    """What it denied is not denied any more as soon as it is detached."""
    terminal = Terminal(context)
    app = terminal.app()
    run = prepare_undeploy(app, name)
    terminal.say_notes(app)
    _finish(terminal, run, plan=plan, yes=yes, overwrite=overwrite)


def _finish(terminal: Terminal, run: GuardrailRun, *, plan: bool, yes: bool, overwrite: bool) -> None:
    if plan:
        terminal.emit(run.shown)
        raise typer.Exit(run.code_of_plan)
    if run.plan.changes:
        terminal.show(run.shown, will_ask=not yes)
        run.check_may_apply(overwrite=overwrite)
        terminal.confirm("Carry out this plan?", yes=yes)
    report, code = run.apply()
    terminal.emit(report)
    raise typer.Exit(code)
