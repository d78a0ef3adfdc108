"""Every exception there is and was, and what the root users of the open ones hold now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from rootwarden.reports.audit_report import reason_text
from rootwarden.reports.credentials_text import as_document, in_words
from rootwarden.reports.recovery_words import STATES, exception_document, left, why
from rootwarden.reports.report import Cell, Report, Table, Tone, cell
from rootwarden.reports.standing import second

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from rootwarden.model.audit import AuditRow
    from rootwarden.model.reason import Reason
    from rootwarden.model.recovery_exception import RecoveryException


class ListedException(Protocol):
    """One exception, its state in a word, and what AWS shows."""

    @property
    def exception(self) -> RecoveryException: ...
    @property
    def state(self) -> str: ...
    @property
    def row(self) -> AuditRow | None: ...
    @property
    def reason(self) -> Reason | None: ...
    @property
    def conflict(self) -> str | None: ...


def recovery_list_report(found: Sequence[ListedException], now: datetime, *, location: str) -> Report:
    """Those that need somebody first, then open ones, then closed ones, the latest first."""
    order = list(STATES)
    listed = sorted(
        found, key=lambda one: (order.index(one.state), -one.exception.until.timestamp(), one.exception.id)
    )
    documents = tuple(_document(one) for one in listed)
    counts = {state: sum(1 for one in listed if one.state == state) for state in STATES}
    document = {"location": location, "exceptions": list(documents), "summary": counts}
    lines = [
        Cell(f"{one.exception.id} in {one.exception.account}: {one.conflict}.", Tone.WARN)
        for one in listed
        if one.conflict
    ]
    shown = ", ".join(f"{count} {state}" for state, count in counts.items() if count)
    noun = "exception" if len(listed) == 1 else "exceptions"
    lines.append(Cell(f"{len(listed)} {noun}{f': {shown}' if shown else ''}"))
    return Report("recovery list", document, (_table(listed, now),), tuple(lines), documents)


def _table(listed: Sequence[ListedException], now: datetime) -> Table:
    return Table(
        title="",
        columns=("Exception", "Account", "Task", "State", "Until", "Owner", "Root user now", "Why"),
        rows=tuple(
            (
                cell(one.exception.id),
                cell(f"{one.exception.account} {_name(one) or ''}".rstrip()),
                cell(one.exception.task),
                cell(one.state, STATES[one.state]),
                cell(_until(one, now)),
                cell(one.exception.owner),
                _now(one),
                cell(why(one.exception)),
            )
            for one in listed
        ),
    )


def _name(one: ListedException) -> str | None:
    """The account's name, where it was looked at."""
    return one.row.account.name if one.row else None


def _until(one: ListedException, now: datetime) -> str:
    if one.exception.closed is not None:
        return f"closed {second(one.exception.closed)}"
    return f"{second(one.exception.until)} ({left(one.exception, now)})"


def _now(one: ListedException) -> Cell:
    if one.exception.closed is not None:
        remaining = ", ".join(one.exception.remaining)
        return cell(f"left: {remaining}" if remaining else "", Tone.WARN if remaining else Tone.PLAIN)
    if one.row is not None and one.row.wholly_read:
        return cell(in_words(one.row.credentials))
    return cell(f"not read: {reason_text(one.reason)}" if one.reason else "not read", Tone.BAD)


def _document(one: ListedException) -> dict[str, Any]:
    return {
        **exception_document(one.exception, one.state),
        "account_name": _name(one),
        "holds": as_document(one.row.credentials) if one.row else None,
        "not_read": one.reason.as_json() if one.reason else None,
        "conflict": one.conflict,
    }
