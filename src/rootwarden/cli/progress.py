"""Progress: a line that moves on a terminal, plain lines every few seconds elsewhere."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

import typer

from rootwarden.reports.safe_text import printable

if TYPE_CHECKING:
    from rootwarden.model.audit import AuditRow

_SECONDS_BETWEEN_LINES = 5.0


class AuditProgress:
    """Counts accounts on stderr."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._moving = sys.stderr.isatty()
        self._last = time.monotonic()

    def __call__(self, number: int, total: int | None, row: AuditRow) -> None:
        """Hears of one row."""
        if self._quiet:
            return
        last = number == total
        of = f"{number}" if total is None else f"{number}/{total}"
        if self._moving:
            text = printable(f"{of} accounts, {row.account.id} {row.outcome.value}")
            typer.echo(f"\r\x1b[K{text}" if not last else "\r\x1b[K", err=True, nl=False)
        elif time.monotonic() - self._last >= _SECONDS_BETWEEN_LINES:
            self._last = time.monotonic()
            typer.echo(f"{of} accounts", err=True)
