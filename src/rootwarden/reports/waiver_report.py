"""Waivers: one that was added or ended, and all there are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rootwarden.model.canonical import rfc3339
from rootwarden.reports.report import Cell, Report, Table, cell
from rootwarden.reports.standing import STANDINGS, by_standing, counted, counts, second, standing

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from rootwarden.model.waiver import Waiver


def waiver_report(
    command: str, waiver: Waiver, now: datetime, *, outcome: str, name: str | None = None
) -> Report:
    """What came of adding or ending one."""
    row = waiver_document(waiver, now)
    account = f"{waiver.account} ({name})" if name else waiver.account
    what = f"{waiver.id}: {', '.join(waiver.items)} of {account}"
    state = standing(waiver, now)
    if state == "open":
        done = "Added" if outcome == "done" else "There already"
        text = f"{done}: {what} may stay until {rfc3339(waiver.until)}; {waiver.owner} answers for it."
    elif state == "ended":
        done = "Ended" if outcome == "done" else f"Ended already, at {second(waiver.ended)}"
        text = f"{done}: {what}. It explains nothing in an audit any more."
    else:
        text = f"Expired at {rfc3339(waiver.until)}: {what}; there is nothing to end."
    return Report(command, {"outcome": outcome, "waiver": row}, (), (Cell(text),), (row,))


def waiver_list_report(waivers: Sequence[Waiver], now: datetime, *, location: str) -> Report:
    """Open ones first, then expired and ended ones, each by their end."""
    listed = by_standing(waivers, now)
    documents = tuple(waiver_document(one, now) for one in listed)
    table = Table(
        title="",
        columns=("Waiver", "Account", "Items", "State", "Until", "Owner", "Why"),
        rows=tuple(
            (
                cell(one.id),
                cell(one.account),
                cell(", ".join(one.items)),
                cell(standing(one, now), STANDINGS[standing(one, now)]),
                cell(rfc3339(one.until)),
                cell(one.owner),
                cell(f"{one.reason} [{one.ticket}]" if one.ticket else one.reason),
            )
            for one in listed
        ),
    )
    document = {"location": location, "waivers": list(documents), "summary": counts(waivers, now)}
    return Report("waiver list", document, (table,), (Cell(counted(waivers, now, "waiver")),), documents)


def waiver_document(waiver: Waiver, now: datetime) -> dict[str, Any]:
    """One waiver with everything the ledger says of it."""
    return {
        "id": waiver.id,
        "state": standing(waiver, now),
        "account": waiver.account,
        "items": list(waiver.items),
        "owner": waiver.owner,
        "until": rfc3339(waiver.until),
        "reason": waiver.reason,
        "ticket": waiver.ticket,
        "added": rfc3339(waiver.added),
        "added_by": waiver.added_by,
        "ended": rfc3339(waiver.ended) if waiver.ended else None,
        "ended_by": waiver.ended_by,
        "end_reason": waiver.end_reason,
    }
