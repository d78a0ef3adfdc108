"""``rootwarden emulator start``."""

from __future__ import annotations

import json
import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rootwarden.app.emulator import start_document, start_emulator, write_profiles
from rootwarden.cli.help_text import does, needs
from rootwarden.cli.terminal import Terminal
from rootwarden.errors import BadInput, Interrupted
from rootwarden.reports.render import OutputFormat

if TYPE_CHECKING:
    from collections.abc import Mapping

_SHOWN_PROFILES = 4


def register(app: typer.Typer) -> None:
    """Adds the group and its command."""
    group = typer.Typer(no_args_is_help=True, help="A local AWS with an organization, to rehearse in.")
    group.command("start", help=does("emulator start"), epilog=needs("emulator start"))(start)
    # A group of one command would be folded into it without this.
    group.callback()(_group)
    app.add_typer(group, name="emulator")


def _group() -> None:
    pass


def start(
    context: typer.Context,
    org: Annotated[
        str, typer.Option(metavar="small|large|FILE", help="The organization to emulate.")
    ] = "small",
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1; 0 takes a free one.")] = 0,
    write_aws_config: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Write AWS config and credentials files with the profiles into this folder."
        ),
    ] = None,
) -> None:
    """Runs until Ctrl-C or SIGTERM."""
    terminal = Terminal(context)
    if terminal.globals.output not in {OutputFormat.TABLE, OutputFormat.JSON}:
        raise BadInput("emulator start prints text or JSON", advice="Use -o json, or leave -o out.")
    ended = threading.Event()
    signals: list[int] = []

    def end(number: int, _frame: Any) -> None:
        signals.append(number)
        ended.set()

    with start_emulator(org, port) as emulator:
        previous = {each: signal.signal(each, end) for each in (signal.SIGTERM, signal.SIGINT)}
        try:
            variables = write_profiles(emulator, write_aws_config) if write_aws_config else {}
            document = start_document(emulator)
            if terminal.globals.output is OutputFormat.JSON:
                typer.echo(json.dumps(document))
            else:
                _introduce(document, variables)
            ended.wait()
        finally:
            for each, handler in previous.items():
                signal.signal(each, handler)
    if signal.SIGINT in signals:
        if terminal.globals.output is OutputFormat.JSON:  # the one document is printed already
            raise typer.Exit(Interrupted.exit_code)
        raise Interrupted("the emulator was interrupted and has ended")


def _introduce(document: Mapping[str, Any], variables: Mapping[str, str]) -> None:
    profiles = document["profiles"]
    more = f" and {len(profiles) - _SHOWN_PROFILES} more" if len(profiles) > _SHOWN_PROFILES else ""
    lines = [
        f"Emulated organization {document['organization_id']} answers at {document['endpoint_url']}",
        f"  management account {document['management_account_id']}, security account {document['security_account_id']}",
        f"  profiles {', '.join(profiles[:_SHOWN_PROFILES])}{more}",
        f"  control endpoint {document['control']['url']}, token {document['control']['token']}",
        "",
    ]
    if variables:
        lines += ["In another terminal:", *(f"  export {name}={value}" for name, value in variables.items())]
        lines.append("  rootwarden status --profile emulator-management")
    else:
        lines.append("--write-aws-config DIR writes these profiles for AWS tools and for rootwarden.")
    lines += ["", "Ctrl-C ends it; nothing is kept."]
    typer.echo("\n".join(lines))
