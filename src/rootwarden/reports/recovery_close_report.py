"""What closing an exception will remove, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from rootwarden.model.credentials import CredentialKind
from rootwarden.model.recovery_close import CloseOutcome, CloseResult
from rootwarden.model.removal_outcome import ItemResult
from rootwarden.reports.audit_report import reason_text
from rootwarden.reports.credentials_text import as_document, in_words
from rootwarden.reports.recovery_words import (
    exception_document,
    exemption_document,
    exemption_line,
    length,
)
from rootwarden.reports.removal_plan_report import item_name
from rootwarden.reports.report import Cell, Report, Table, Tone, cell

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rootwarden.model.audit import AuditRow
    from rootwarden.model.recovery_exception import RecoveryException
    from rootwarden.model.removal import RemovalItem, RemovalPlan

OUTLIVES: Final = (
    "A console session may outlive its password: whoever is signed in stays so until they sign out, or for up to 12 hours. "
    "'rootwarden recovery sweep' watches for what is done as root after the close."
)


def close_plan_report(
    command: str, exception: RecoveryException, row: AuditRow | None, plan: RemovalPlan, *, gone: bool
) -> Report:
    """What goes and what stays, before anybody is asked."""
    going = [item for one in plan.accounts for item in one.items]
    kept = [one for *_, one in plan.kept]
    unread = [one for one in plan.left_out if one.unread]
    lines = [Cell(f"Closing exception {exception.id}: {exception.task} in {exception.account}.")]
    if gone:
        lines.append(
            Cell("The account is not ours to reach any more: nothing can be removed in it.", Tone.BAD)
        )
    elif unread:
        lines.append(Cell(f"The root user could not be read: {reason_text(unread[0].reason)}", Tone.BAD))
    elif not going and not kept:
        lines.append(Cell("The root user holds nothing: there is nothing to remove."))
    lines += [Cell(f"{_name(one.item)} stays: {reason_text(one.reason)}", Tone.WARN) for one in kept]
    lines += [
        Cell(f"Its exemption in {one.policy_name} ({one.policy_id}) will be taken back.")
        for one in exception.exemptions
        if one.removed is None
    ]
    document = {
        "exception": exception_document(exception, exception.state.value),
        "outcome": "planned",
        "holds": as_document(row.credentials) if row else None,
        "items": [_planned(one) for one in going],
        "kept": [{**_planned(one.item), "reason": one.reason.as_json()} for one in kept],
    }
    table = Table(
        "What goes",
        ("Item", "Identifier", "Made", "Last-use rule"),
        tuple(
            (
                cell(item_name(one)),
                cell("" if one.kind is CredentialKind.PASSWORD else one.identifier),
                cell(one.created.strftime("%Y-%m-%d %H:%M:%SZ") if one.created else "?"),
                cell("does not hold: named, or made inside the exception" if one.overridden else "kept to"),
            )
            for one in going
        ),
    )
    return Report(command, document, (table,), tuple(lines), (document,))


def closed_report(command: str, outcome: CloseOutcome) -> Report:
    """What came of it."""
    document = close_document(outcome)
    return Report(command, document, (_items(outcome),), tuple(_lines(outcome)), (document,))


def close_document(outcome: CloseOutcome) -> dict[str, Any]:
    """One close, for programs."""
    exception, removal = outcome.exception, outcome.removal
    return {
        "exception": exception_document(exception, exception.state.value),
        "outcome": outcome.result.value,
        "reason": outcome.reason.as_json() if outcome.reason else None,
        "items": [
            {
                **_planned(one.item),
                "result": one.result.value,
                "reason": one.reason.as_json() if one.reason else None,
            }
            for one in (removal.items if removal else ())
        ],
        "verification": removal.verification.value if removal else None,
        "holds": as_document(outcome.row.credentials) if outcome.row else None,
        "remaining": list(outcome.remaining),
        "exemptions": [exemption_document(one) for one in outcome.exemptions],
        "open_seconds": int(outcome.lasted.total_seconds()) if outcome.lasted else None,
    }


def close_sentence(outcome: CloseOutcome) -> tuple[str, Tone]:
    """How one close came out, in a sentence."""
    one = outcome.exception
    reason = f": {reason_text(outcome.reason)}" if outcome.reason else ""
    match outcome.result:
        case CloseResult.CLOSED:
            lasted = f"; it was open for {length(outcome.lasted)}" if outcome.lasted else ""
            return (
                f"Exception {one.id} is closed, and the root user of {one.account} was seen again{lasted}.",
                Tone.GOOD,
            )
        case CloseResult.ALREADY_CLOSED:
            return f"Exception {one.id} is closed already: there is nothing to do.", Tone.GOOD
        case CloseResult.ACCOUNT_GONE:
            return (
                f"Exception {one.id} has ended, and NOTHING WAS REMOVED in {one.account}{reason}. Whoever owns it now has to see to it.",
                Tone.BAD,
            )
        case CloseResult.NOT_CLOSED:
            return (
                f"Exception {one.id} is NOT closed{reason}. The same command again goes on with what is left.",
                Tone.BAD,
            )


def _lines(outcome: CloseOutcome) -> Iterator[Cell]:
    yield Cell(*close_sentence(outcome))
    if outcome.row is not None and outcome.row.wholly_read:
        yield Cell(f"The root user holds now: {in_words(outcome.row.credentials)}.")
    if outcome.remaining:
        yield Cell(f"Still there: {', '.join(outcome.remaining)}.", Tone.WARN)
        if outcome.result is CloseResult.NOT_CLOSED:
            yield Cell("--override ACCOUNT:KIND:IDENTIFIER lets go what was used lately.", Tone.FAINT)
    yield from map(exemption_line, outcome.exemptions)
    if outcome.result is CloseResult.CLOSED:
        yield Cell(OUTLIVES, Tone.WARN)


def _items(outcome: CloseOutcome) -> Table:
    items = outcome.removal.items if outcome.removal else ()
    return Table(
        "Items",
        ("Item", "Identifier", "Result", "Reason"),
        tuple(
            (
                cell(item_name(one.item)),
                cell("" if one.item.kind is CredentialKind.PASSWORD else one.item.identifier),
                cell(one.result.value, _RESULTS[one.result]),
                cell(reason_text(one.reason) if one.reason and one.result is not ItemResult.REMOVED else ""),
            )
            for one in items
        ),
    )


_RESULTS: Final = {
    ItemResult.REMOVED: Tone.GOOD,
    ItemResult.ALREADY_ABSENT: Tone.GOOD,
    ItemResult.REFUSED: Tone.WARN,
    ItemResult.FAILED: Tone.BAD,
    ItemResult.UNKNOWN: Tone.BAD,
}


def _name(item: RemovalItem) -> str:
    return item_name(item) if item.kind is CredentialKind.PASSWORD else f"{item_name(item)} {item.identifier}"


def _planned(item: RemovalItem) -> dict[str, Any]:
    return {"kind": item.kind.value, "identifier": item.identifier}
