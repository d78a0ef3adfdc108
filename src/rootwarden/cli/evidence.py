"""``rootwarden evidence verify`` and ``evidence complete``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rootwarden.app.evidence import MemberAccess, run_complete, run_verify
from rootwarden.cli.help_text import does, needs
from rootwarden.cli.terminal import Terminal

FolderArgument = Annotated[Path, typer.Argument(help="A folder that 'remove apply --evidence' wrote.")]


def register(app: typer.Typer) -> None:
    """Adds the group and its commands."""
    group = typer.Typer(no_args_is_help=True, help="What an auditor can file of a removal.")
    for name, command in (("verify", verify), ("complete", complete)):
        group.command(name, help=does(f"evidence {name}"), epilog=needs(f"evidence {name}"))(command)
    app.add_typer(group, name="evidence")


def verify(
    context: typer.Context,
    folder: FolderArgument,
    manifest_hash: Annotated[
        str | None,
        typer.Option(help="The manifest's SHA-256 as it was noted elsewhere; the ledger has it."),
    ] = None,
    public_key: Annotated[
        Path | None,
        typer.Option(help="The signing key's public half (PEM or DER): checks the checkpoint's signature."),
    ] = None,
) -> None:
    """Exit 1 when a file is altered, missing or extra, or what they say does not fit together."""
    terminal = Terminal(context)
    report, code = run_verify(folder, manifest_hash=manifest_hash, public_key=public_key)
    terminal.emit(report)
    raise typer.Exit(code)


def complete(
    context: typer.Context,
    folder: FolderArgument,
    member_role: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="A role in each member account that may read its CloudTrail history."
        ),
    ] = None,
    member_profile: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="A profile for each member account instead, with {account} in its name."
        ),
    ] = None,
) -> None:
    """Exit 6 while a call has no event; run it again later. Secrets are taken out of what is kept."""
    terminal = Terminal(context)
    app = terminal.app()
    report, code = run_complete(app, folder, MemberAccess(member_role, member_profile))
    terminal.say_notes(app)
    terminal.emit(report)
    raise typer.Exit(code)
