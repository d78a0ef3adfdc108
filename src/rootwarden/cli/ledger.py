"""``rootwarden ledger list``, ``show``, ``verify``, ``checkpoint`` and ``export``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rootwarden.app.ledger_commands import (
    run_checkpoint,
    run_export,
    run_list,
    run_show,
    run_verify,
    wanted_entries,
)
from rootwarden.cli.help_text import does, needs
from rootwarden.cli.moments import moment
from rootwarden.cli.terminal import Terminal


def register(app: typer.Typer) -> None:
    """Adds the group and its commands."""
    group = typer.Typer(
        no_args_is_help=True, help="What was done as root or to the set-up, by whom, and why."
    )
    for name, command in (
        ("list", list_entries),
        ("show", show),
        ("verify", verify),
        ("checkpoint", checkpoint),
        ("export", export),
    ):
        group.command(name, help=does(f"ledger {name}"), epilog=needs(f"ledger {name}"))(command)
    app.add_typer(group, name="ledger")


def list_entries(
    context: typer.Context,
    account: Annotated[str | None, typer.Option(help="Entries that name this account id.")] = None,
    person: Annotated[str | None, typer.Option(help="Part of the caller's ARN, in any case.")] = None,
    operation: Annotated[str | None, typer.Option(help="The command, or its first word.")] = None,
    since: Annotated[
        str | None, typer.Option(help="At or after this time: 2026-03-01 or 2026-03-01T09:30:00Z.")
    ] = None,
    until: Annotated[str | None, typer.Option(help="Before this time.")] = None,
    only_open: Annotated[
        bool, typer.Option("--open", help="Only intents of which no outcome tells the end.")
    ] = False,
) -> None:
    """Verifies the chain as it reads."""
    terminal = Terminal(context)
    app = terminal.app()
    wanted = wanted_entries(account, person, operation, moment("--since", since), moment("--until", until))
    report = run_list(app, wanted, only_open=only_open)
    terminal.say_notes(app)
    terminal.emit(report)


def show(
    context: typer.Context,
    number: Annotated[int, typer.Argument(help="The number that 'ledger list' shows.")],
) -> None:
    """One entry, whole."""
    terminal = Terminal(context)
    app = terminal.app()
    report = run_show(app, number)
    terminal.say_notes(app)
    terminal.emit(report)


def verify(
    context: typer.Context,
    checkpoint: Annotated[
        Path | None,
        typer.Option(help="A file of 'ledger checkpoint': finds a cut tail and a rewritten chain."),
    ] = None,
    public_key: Annotated[
        Path | None,
        typer.Option(help="The signing key's public half (PEM or DER): checks the checkpoint's signature."),
    ] = None,
) -> None:
    """Exit 5 with the first entry that does not hold, 4 for another organization's ledger."""
    terminal = Terminal(context)
    app = terminal.app()
    report = run_verify(app, checkpoint, public_key)
    terminal.say_notes(app)
    terminal.emit(report)


def checkpoint(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="Where to write the head.")],
    public_key: Annotated[
        Path | None, typer.Option(help="Also write the signing key's public half here (PEM).")
    ] = None,
) -> None:
    """Keep the file where nobody who can write the ledger can write it."""
    terminal = Terminal(context)
    app = terminal.app()
    report = run_checkpoint(app, file, public_key)
    terminal.say_notes(app)
    terminal.emit(report)


def export(
    context: typer.Context, file: Annotated[Path, typer.Argument(help="Where to write the JSON Lines.")]
) -> None:
    """One entry a line, as stored, behind a header; docs/ledger.md says how to verify it."""
    terminal = Terminal(context)
    app = terminal.app()
    report = run_export(app, file)
    terminal.say_notes(app)
    terminal.emit(report)
