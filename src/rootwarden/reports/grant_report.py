"""Grants: one that was added or ended, and all there are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rootwarden.model.canonical import rfc3339
from rootwarden.reports.report import Cell, Report, Table, Tone, cell
from rootwarden.reports.standing import STANDINGS, by_standing, counted, counts, second, standing

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from rootwarden.model.grant import Grant


def grant_report(
    command: str, grant: Grant, now: datetime, *, outcome: str, name: str | None = None
) -> Report:
    """What came of adding or ending one."""
    row = grant_document(grant, now)
    account = f"{grant.account} ({name})" if name else grant.account
    what = f"{grant.id}: {grant.task} in {account}"
    state = standing(grant, now)
    lines = []
    if state == "open":
        done = "Added" if outcome == "done" else "There already"
        rests = rests_on(grant)
        lines.append(Cell(f"{done}: {what} until {rfc3339(grant.until)}{f', on {rests}' if rests else ''}."))
        lines.append(
            Cell(
                f"A profile for it: rootwarden session {grant.account} --task {grant.task} --print-profile",
                Tone.FAINT,
            )
        )
    elif state == "ended":
        done = "Ended" if outcome == "done" else f"Ended already, at {second(grant.ended)}"
        lines.append(
            Cell(f"{done}: {what}. Sessions given before last to their own end, 15 minutes at the most.")
        )
    else:
        lines.append(Cell(f"Expired at {rfc3339(grant.until)}: {what}; there is nothing to end."))
    return Report(command, {"outcome": outcome, "grant": row}, (), tuple(lines), (row,))


def grant_list_report(grants: Sequence[Grant], now: datetime, *, location: str) -> Report:
    """Open ones first, then expired and ended ones, each by their end."""
    listed = by_standing(grants, now)
    documents = tuple(grant_document(one, now) for one in listed)
    table = Table(
        title="",
        columns=("Grant", "Account", "Task", "State", "Until", "Rests on", "Why"),
        rows=tuple(
            (
                cell(one.id),
                cell(one.account),
                cell(one.task),
                cell(standing(one, now), STANDINGS[standing(one, now)]),
                cell(rfc3339(one.until)),
                cell(rests_on(one), Tone.WARN if one.break_glass else Tone.PLAIN),
                cell(f"{one.reason} [{one.ticket}]" if one.ticket else one.reason),
            )
            for one in listed
        ),
    )
    document = {"location": location, "grants": list(documents), "summary": counts(grants, now)}
    return Report("grant list", document, (table,), (Cell(counted(grants, now, "grant")),), documents)


def rests_on(grant: Grant) -> str:
    """What entitled to it besides the reason; empty for nothing."""
    if grant.break_glass:
        return "BREAK GLASS"
    if grant.exception_id:
        return f"exception {grant.exception_id}"
    return f"plan {grant.plan_hash[:12]}" if grant.plan_hash else ""


def grant_document(grant: Grant, now: datetime) -> dict[str, Any]:
    """One grant with everything the ledger says of it."""
    return {
        "id": grant.id,
        "state": standing(grant, now),
        "account": grant.account,
        "task": grant.task,
        "until": rfc3339(grant.until),
        "reason": grant.reason,
        "ticket": grant.ticket,
        "exception_id": grant.exception_id,
        "plan_hash": grant.plan_hash,
        "break_glass": grant.break_glass,
        "added": rfc3339(grant.added),
        "added_by": grant.added_by,
        "ended": rfc3339(grant.ended) if grant.ended else None,
        "ended_by": grant.ended_by,
        "end_reason": grant.end_reason,
    }
