"""Root credentials that become an exception."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rootwarden.reports.credentials_text import as_document, in_words
from rootwarden.reports.recovery_words import exception_document, left, when, why
from rootwarden.reports.report import Cell, Report, Tone

if TYPE_CHECKING:
    from datetime import datetime

    from rootwarden.model.audit import AuditRow
    from rootwarden.model.recovery_exception import RecoveryException


def adopt_report(
    command: str, exception: RecoveryException, row: AuditRow, *, outcome: str, now: datetime
) -> Report:
    """What will be, or was, recorded; nothing changes at AWS."""
    account = f"{row.account.id} {row.account.name}"
    holds = in_words(row.credentials)
    done = outcome == "done"
    first = (
        f"Exception {exception.id} is open: what the root user of {account} holds ({holds}) may stay until {when(exception)}, "
        f"{left(exception, now)}."
        if done
        else f"What the root user of {account} holds ({holds}) becomes an exception for {exception.task}, until about "
        f"{when(exception)}. Nothing changes at AWS."
    )
    lines = [
        Cell(first, Tone.GOOD if done else Tone.PLAIN),
        Cell(f"{exception.owner} answers for it: {why(exception)}"),
    ]
    if done:
        lines.append(
            Cell(
                f"At its end, or before: rootwarden recovery close {exception.id}. What was used lately stays then, unless --override "
                "names it: it was there before the exception."
            )
        )
    document = {
        "exception": exception_document(exception, exception.state.value if done else "planned"),
        "outcome": outcome,
        "holds": as_document(row.credentials),
    }
    return Report(command, document, (), tuple(lines), (document,))
