"""Composing ``recovery list``: what the ledger says of exceptions, and what their root users hold now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from rootwarden.app.exceptions import registers_in
from rootwarden.app.ledger import open_store_for_reading
from rootwarden.app.recovery_ground import ground
from rootwarden.errors import Interrupted, LedgerError, RootwardenError
from rootwarden.ledger.store import entries
from rootwarden.model.reason import local, reason_of
from rootwarden.operations.recovery.standing import held, state_word
from rootwarden.reports.recovery_list_report import recovery_list_report

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rootwarden.app.context import App
    from rootwarden.model.audit import AuditRow
    from rootwarden.model.ids import AccountId
    from rootwarden.model.reason import Reason
    from rootwarden.model.recovery_exception import RecoveryException
    from rootwarden.reports.report import Report

_COMMAND: Final = "recovery list"
_FINDINGS: Final = 1
_INCOMPLETE: Final = 6
_GONE: Final = local("not_in_organization", "the account is not in the organization any more")

_NOT_READ: Final = local("not_read", "it was not read as a whole")


@dataclass(frozen=True, slots=True)
class Listed:
    """One exception of the list."""

    exception: RecoveryException
    state: str
    row: AuditRow | None = None
    """What its root user holds; None where it is closed, or was not read."""
    reason: Reason | None = None
    """Why it was not read."""
    conflict: str | None = None
    """Where AWS and the ledger do not say the same."""


def run_recovery_list(app: App) -> tuple[Report, int]:
    """The report and the exit code: 6 where a root user could not be read, 1 where an exception is overdue. Raises LedgerError."""
    store = open_store_for_reading(app)
    found = registers_in(entries(store)).exceptions
    still = dict.fromkeys(one.account for one in found if one.closed is None)
    rows, reason = _look(app, still) if still else ({}, None)
    now = app.clock()
    listed = [_listed(one, state_word(one, now), rows, reason) for one in found]
    report = recovery_list_report(listed, now, location=store.location)
    if any(one.reason for one in listed):
        return report, _INCOMPLETE
    return report, _FINDINGS if any(one.state == "overdue" for one in listed) else 0


def _look(app: App, accounts: Iterable[AccountId]) -> tuple[Mapping[AccountId, AuditRow], Reason | None]:
    """What these root users hold, or why nobody could be asked: the list is told all the same."""
    try:
        return ground(app, _COMMAND).look(accounts), None
    except (LedgerError, Interrupted):
        raise
    except RootwardenError as error:
        app.notes.append(f"the root users could not be read: {error.message}")
        return {}, reason_of(error)


def _listed(
    one: RecoveryException, state: str, rows: Mapping[AccountId, AuditRow], reason: Reason | None
) -> Listed:
    if one.closed is not None:
        return Listed(one, state)
    row = rows.get(one.account)
    if reason is not None:
        return Listed(one, state, reason=reason)
    why = _GONE if row is None else None if row.wholly_read else row.reason or _NOT_READ
    return Listed(one, state, row, why, held(one, row).conflict)
