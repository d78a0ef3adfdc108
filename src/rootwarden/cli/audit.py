"""``rootwarden audit``."""

from __future__ import annotations

import typer

from rootwarden.app.audit import WantedAudit, run_audit
from rootwarden.app.audit_files import FileChoices
from rootwarden.cli.audit_options import (
    AgeOption,
    DetailsOption,
    DiffOption,
    HandOffOption,
    OwnerOption,
    ResumeOption,
    SaveOption,
)
from rootwarden.cli.help_text import does, needs
from rootwarden.cli.pace_options import ConcurrencyOption, RateOption
from rootwarden.cli.progress import AuditProgress
from rootwarden.cli.selection_options import takes_selection
from rootwarden.cli.terminal import Terminal
from rootwarden.errors import BadInput
from rootwarden.model.duration import duration
from rootwarden.model.selection import Selection
from rootwarden.reports.render import OutputFormat


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("audit", help=does("audit"), epilog=needs("audit"))(audit)


@takes_selection
def audit(
    context: typer.Context,
    selection: Selection,
    details: DetailsOption = None,
    save: SaveOption = None,
    resume: ResumeOption = None,
    max_age: AgeOption = "24h",
    diff: DiffOption = None,
    hand_off: HandOffOption = None,
    by: OwnerOption = None,
    max_rate: RateOption = None,
    concurrency: ConcurrencyOption = None,
) -> None:
    """Exit 1 when an account is exposed, 6 when one could not be read."""
    terminal = Terminal(context)
    app = terminal.app()
    app.max_rate, app.at_once = max_rate, concurrency
    if by is not None and hand_off is None:
        raise BadInput("--by goes with --hand-off", advice="Name the folder for the owners' files.")
    files = FileChoices(save, resume, duration(max_age, "--max-age"), diff, hand_off, by or "ou")
    stream = terminal.line if terminal.globals.output is OutputFormat.JSONL else None
    with AuditProgress(quiet=terminal.globals.quiet, waiting=app.held_back) as progress:
        report, code = run_audit(
            app, WantedAudit(selection, details, files), progress=progress, stream=stream
        )
    terminal.say_notes(app)
    terminal.emit(report)
    if stream is not None:
        for line in report.lines:
            terminal.say(line.text)
    raise typer.Exit(code)
