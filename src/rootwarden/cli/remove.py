"""``rootwarden remove``, ``remove plan`` and ``remove apply``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rootwarden.app.context import App, on_terminal
from rootwarden.app.removal import PlannedRemoval, apply_removal, check_before_asking, load_plan, make_plan
from rootwarden.cli.help_text import does, needs
from rootwarden.cli.progress import AuditProgress
from rootwarden.cli.selection_options import (
    AccountOption,
    AllOption,
    ExcludeOption,
    FileOption,
    OuOption,
    TagOption,
    selection_of,
)
from rootwarden.cli.terminal import Terminal
from rootwarden.errors import BadInput, Unconfirmed
from rootwarden.model.credentials import CredentialKind
from rootwarden.model.removal import AccountOutcome

OnlyOption = Annotated[
    str | None,
    typer.Option(
        help=f"Kinds to remove, separated by commas: {', '.join(CredentialKind)}. All, when left out."
    ),
]


def register(app: typer.Typer) -> None:
    """Adds the group and its commands."""
    group = typer.Typer(
        invoke_without_command=True,
        no_args_is_help=False,
        help=does("remove"),
        epilog=needs("remove"),
        callback=remove,
    )
    group.command("plan", help=does("remove plan"), epilog=needs("remove plan"))(plan)
    group.command("apply", help=does("remove apply"), epilog=needs("remove apply"))(apply)
    app.add_typer(group, name="remove")


def remove(
    context: typer.Context,
    account: AccountOption = None,
    ou: OuOption = None,
    tag: TagOption = None,
    accounts_file: FileOption = None,
    everything: AllOption = False,
    exclude: ExcludeOption = None,
    only: OnlyOption = None,
) -> None:
    """Plans, shows the plan, asks and applies it: on a terminal only."""
    if context.invoked_subcommand is not None:
        if account or ou or tag or accounts_file or everything or exclude or only:
            raise BadInput(
                f"options before '{context.invoked_subcommand}' would be forgotten",
                advice=f"Write them after it: rootwarden remove {context.invoked_subcommand} --account ...",
            )
        return
    terminal = Terminal(context)
    if not on_terminal():
        raise Unconfirmed(
            "remove asks before it deletes, and there is no terminal to ask at",
            advice="Write a plan with 'rootwarden remove plan --out FILE', read it, then 'rootwarden remove apply FILE --yes'.",
        )
    app = terminal.app()
    selection = selection_of(account, ou, tag, accounts_file, everything, exclude)
    progress = AuditProgress(quiet=terminal.globals.quiet)
    planned = make_plan(app, selection, _kinds(only), command="remove", progress=progress)
    terminal.say_notes(app)
    _confirm_and_apply(terminal, app, planned, command="remove", yes=False, stated=False)


def plan(
    context: typer.Context,
    out: Annotated[Path, typer.Option(help="File to write the plan to (mode 0600).")],
    account: AccountOption = None,
    ou: OuOption = None,
    tag: TagOption = None,
    accounts_file: FileOption = None,
    everything: AllOption = False,
    exclude: ExcludeOption = None,
    only: OnlyOption = None,
) -> None:
    """Exit 6 when an account could not be read; it is left out of the plan, with the reason."""
    terminal = Terminal(context)
    app = terminal.app()
    kinds = _kinds(only)
    selection = selection_of(account, ou, tag, accounts_file, everything, exclude)
    progress = AuditProgress(quiet=terminal.globals.quiet)
    planned = make_plan(app, selection, kinds, command="remove plan", progress=progress)
    terminal.say_notes(app)
    planned.save(out)
    terminal.emit(planned.report("remove plan"))
    apply_it = f" Apply it with: rootwarden remove apply {out}" if planned.plan.accounts else ""
    terminal.say(f"Written to {out}.{apply_it}")
    raise typer.Exit(planned.exit_code)


def apply(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A plan that 'remove plan' wrote.")],
    plan_hash: Annotated[
        str | None, typer.Option(help="The hash of the plan you read; any other is refused.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Apply the plan without asking.")] = False,
) -> None:
    """Exit 6 when an item was not removed or an account not verified clean."""
    terminal = Terminal(context)
    app = terminal.app()
    planned = load_plan(file, plan_hash)
    _confirm_and_apply(terminal, app, planned, command="remove apply", yes=yes, stated=plan_hash is not None)


def _confirm_and_apply(
    terminal: Terminal, app: App, planned: PlannedRemoval, *, command: str, yes: bool, stated: bool
) -> None:
    app.require_why(command)
    check_before_asking(app, planned, stated=stated)
    terminal.say_notes(app)
    terminal.show(planned.report(command), will_ask=not yes)
    if planned.plan.accounts:
        count = planned.plan.item_count
        terminal.confirm(f"Delete {count} root credential{'' if count == 1 else 's'} for good?", yes=yes)

    def progress(outcome: AccountOutcome) -> None:
        terminal.say(f"{outcome.account} {outcome.name}: {outcome.verification.value}")

    report, code = apply_removal(app, planned, command=command, stated=stated, progress=progress)
    terminal.say_notes(app)
    terminal.emit(report)
    raise typer.Exit(code)


def _kinds(only: str | None) -> frozenset[CredentialKind]:
    if only is None:
        return frozenset(CredentialKind)
    names = [part.strip() for part in only.split(",") if part.strip()]
    unknown = [name for name in names if name not in set(CredentialKind)]
    if unknown or not names:
        raise BadInput(
            f"--only does not know {', '.join(map(repr, unknown)) or 'an empty list'}",
            advice=f"The kinds are {', '.join(CredentialKind)}.",
        )
    return frozenset(CredentialKind(name) for name in names)
