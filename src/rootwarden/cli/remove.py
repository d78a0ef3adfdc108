"""``rootwarden remove``, ``remove plan`` and ``remove apply``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rootwarden.app.context import App, on_terminal
from rootwarden.app.removal import ApplyChoice, Applying
from rootwarden.app.removal_plan import PlanChoice, PlannedRemoval, load_plan, make_plan
from rootwarden.cli.help_text import does, needs
from rootwarden.cli.pace_options import ConcurrencyOption, RateOption
from rootwarden.cli.picker import picked
from rootwarden.cli.progress import AuditProgress
from rootwarden.cli.selection_options import takes_selection
from rootwarden.cli.terminal import Terminal
from rootwarden.errors import BadInput, Unconfirmed
from rootwarden.model.credentials import CredentialKind
from rootwarden.model.removal_outcome import AccountOutcome
from rootwarden.model.selection import Selection

OnlyOption = Annotated[
    str | None,
    typer.Option(
        help=f"Kinds to remove, separated by commas: {', '.join(CredentialKind)}. All, when left out."
    ),
]
KeepOption = Annotated[
    int | None,
    typer.Option(
        "--keep-used-within",
        metavar="DAYS",
        min=0,
        help="Keep what was used within so many days; 0 keeps nothing for that. By default limits.keep_used_within_days, 90.",
    ),
]
OverrideOption = Annotated[
    list[str] | None,
    typer.Option(
        "--override",
        metavar="ID",
        help="Remove this however lately it was used: an access key id, or ACCOUNT:password; repeat it, or separate with commas.",
    ),
]
MaxAccountsOption = Annotated[
    int | None,
    typer.Option(
        "--max-accounts",
        metavar="N",
        min=1,
        help="Refuse a plan of more accounts. By default limits.max_accounts, 50.",
    ),
]
CanaryOption = Annotated[
    int | None,
    typer.Option(
        "--canary",
        metavar="N",
        min=1,
        help="Remove in the plan's first N accounts, verify them, then ask; without a terminal stop there, and the same command again goes on.",
    ),
]
EvidenceOption = Annotated[
    Path | None,
    typer.Option(
        "--evidence",
        metavar="DIR",
        help="Folder (0700) for what an auditor can file: before and after, plan, outcomes, ledger excerpt, hashes.",
    ),
]
StopAfterOption = Annotated[
    int | None,
    typer.Option(
        "--stop-after", metavar="N", min=1, help="Begin nothing further once N accounts have gone wrong."
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


@takes_selection
def remove(
    context: typer.Context,
    selection: Selection,
    only: OnlyOption = None,
    keep_used_within: KeepOption = None,
    override: OverrideOption = None,
    max_accounts: MaxAccountsOption = None,
    canary: CanaryOption = None,
    stop_after: StopAfterOption = None,
    evidence: EvidenceOption = None,
    max_rate: RateOption = None,
    concurrency: ConcurrencyOption = None,
) -> None:
    """Plans, shows the plan, asks and applies it: on a terminal only."""
    if context.invoked_subcommand is not None:
        _refuse_forgotten(context, context.invoked_subcommand)
        return
    terminal = Terminal(context)
    if not on_terminal():
        raise Unconfirmed(
            "remove asks before it deletes, and there is no terminal to ask at",
            advice="Write a plan with 'rootwarden remove plan --out FILE', read it, then 'rootwarden remove apply FILE --yes'.",
        )
    app = terminal.app()
    app.max_rate, app.at_once = max_rate, concurrency
    wishes = PlanChoice(_kinds(only), keep_used_within, _names(override))
    selection = picked(terminal, app, selection, command="remove")
    with AuditProgress(quiet=terminal.globals.quiet, waiting=app.held_back) as progress:
        planned = make_plan(app, selection, wishes, command="remove", progress=progress)
    terminal.say_notes(app)
    choice = ApplyChoice(
        "remove", max_accounts=max_accounts, canary=canary, stop_after=stop_after, evidence=evidence
    )
    _confirm_and_apply(terminal, app, planned, choice, yes=False)


def _refuse_forgotten(context: typer.Context, command: str) -> None:
    """``remove --account A plan --all`` must not forget that only A was meant."""
    sources = (context.get_parameter_source(name) for name in context.params)
    if any(source is not None and source.name == "COMMANDLINE" for source in sources):
        raise BadInput(
            f"options before '{command}' would be forgotten",
            advice=f"Write them after it: rootwarden remove {command} --account ...",
        )


@takes_selection
def plan(
    context: typer.Context,
    out: Annotated[Path, typer.Option(help="File to write the plan to (mode 0600).")],
    selection: Selection,
    only: OnlyOption = None,
    keep_used_within: KeepOption = None,
    override: OverrideOption = None,
    saved: Annotated[
        Path | None,
        typer.Option(
            "--from",
            metavar="AUDIT",
            help="Plan from a file of 'audit --save --details always' instead of a new audit; all it looked at, where nothing is selected.",
        ),
    ] = None,
    max_rate: RateOption = None,
    concurrency: ConcurrencyOption = None,
) -> None:
    """Exit 6 when an account could not be read, or an item was used too lately; both are left out, with the reason."""
    terminal = Terminal(context)
    app = terminal.app()
    app.max_rate, app.at_once = max_rate, concurrency
    wishes = PlanChoice(_kinds(only), keep_used_within, _names(override), saved)
    if saved is None:
        selection = picked(terminal, app, selection, command="remove plan")
    with AuditProgress(quiet=terminal.globals.quiet, waiting=app.held_back) as progress:
        planned = make_plan(app, selection, wishes, command="remove plan", progress=progress)
    terminal.say_notes(app)
    planned.save(out)
    terminal.emit(planned.report("remove plan"))
    apply_it = f" Apply it with: rootwarden remove apply {out}" if planned.plan.accounts else ""
    terminal.say(f"Written to {out}.{apply_it}")
    limit, count = app.settings.limits.max_accounts, len(planned.plan.accounts)
    if count > limit:
        terminal.say(
            f"It is about {count} accounts: applying it takes --max-accounts {count}; the limit is {limit}."
        )
    raise typer.Exit(planned.exit_code)


def apply(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A plan that 'remove plan' wrote.")],
    plan_hash: Annotated[
        str | None, typer.Option(help="The hash of the plan you read; any other is refused.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Apply the plan without asking.")] = False,
    max_accounts: MaxAccountsOption = None,
    canary: CanaryOption = None,
    stop_after: StopAfterOption = None,
    evidence: EvidenceOption = None,
    max_rate: RateOption = None,
    concurrency: ConcurrencyOption = None,
) -> None:
    """Exit 6 when an item was not removed or an account not verified. The same command again finishes what was broken off."""
    terminal = Terminal(context)
    app = terminal.app()
    app.max_rate, app.at_once = max_rate, concurrency
    planned = load_plan(file, plan_hash)
    choice = ApplyChoice(
        "remove apply",
        stated=plan_hash is not None,
        max_accounts=max_accounts,
        canary=canary,
        stop_after=stop_after,
        evidence=evidence,
    )
    _confirm_and_apply(terminal, app, planned, choice, yes=yes)


def _confirm_and_apply(
    terminal: Terminal, app: App, planned: PlannedRemoval, choice: ApplyChoice, *, yes: bool
) -> None:
    applying = Applying(app, planned, choice)
    terminal.say_notes(app)
    terminal.show(planned.report(choice.command), will_ask=not yes)
    if planned.plan.accounts:
        count = planned.plan.item_count
        terminal.confirm(f"Delete {count} root credential{'' if count == 1 else 's'} for good?", yes=yes)

    def progress(outcome: AccountOutcome) -> None:
        terminal.say(f"{outcome.account} {outcome.name}: {outcome.verification.value}")

    def ask(question: str) -> bool:
        try:
            return terminal.ask(question)
        except typer.Abort:  # what was done is to be told all the same
            return False

    report, code = applying.carry_out(ask=ask if on_terminal() else None, progress=progress)
    terminal.say_notes(app)
    terminal.emit(report)
    raise typer.Exit(code)


def _names(override: list[str] | None) -> frozenset[str]:
    names = frozenset(part.strip() for text in override or () for part in text.split(",") if part.strip())
    if override and not names:
        raise BadInput("--override names nothing", advice="Name an access key id, or ACCOUNT:password.")
    return names


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
