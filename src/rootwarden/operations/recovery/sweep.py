"""What a sweep has to do, from the registers and from what every root user holds. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from rootwarden.model.audit import AuditOutcome
from rootwarden.model.canonical import rfc3339
from rootwarden.model.credential_item import exposing_items
from rootwarden.model.explanation import ExplanationKind, Standing
from rootwarden.model.organization import AccountState
from rootwarden.model.recovery_exception import ExceptionState

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from rootwarden.model.audit import AuditRow
    from rootwarden.model.ids import AccountId
    from rootwarden.model.organization import Account
    from rootwarden.model.recovery_exception import RecoveryException
    from rootwarden.model.sweep import LastSweep

SOON: Final = timedelta(hours=1)
"""An exception that ends within that time is due."""
_OVERLAP: Final = timedelta(hours=1)
"""A list that was read a moment ago may miss an account that joined just before."""


@dataclass(frozen=True, slots=True)
class Stray:
    """Root credentials of one account that nothing explains."""

    row: AuditRow
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Duties:
    """Everything there is to do and to tell."""

    settling: tuple[RecoveryException, ...]
    """Openings that did not come to their end."""
    closing: tuple[RecoveryException, ...]
    """Past their end, or with a close that did not come to its own."""
    due: tuple[RecoveryException, ...]
    strays: tuple[Stray, ...]
    joined: tuple[AuditRow, ...]
    """Accounts that joined since the last sweep and were read."""
    pending: tuple[AccountId, ...]
    """Accounts that joined and could not be read."""


def duties(
    exceptions: Iterable[RecoveryException],
    rows: Mapping[AccountId, AuditRow],
    last: LastSweep | None,
    now: datetime,
) -> Duties:
    """What a sweep has to do at this moment."""
    still = [one for one in exceptions if one.closed is None]
    settling = [one for one in still if one.state is ExceptionState.OPENING]
    closing = [
        one
        for one in still
        if one not in settling and (one.overdue(now) or one.state is ExceptionState.CLOSING)
    ]
    joined = [row for row in rows.values() if has_joined(row.account, last)]
    read = [row for row in joined if row.wholly_read]
    waiting = [
        row.account.id
        for row in joined
        if not row.wholly_read and row.account.state is not AccountState.CLOSED
    ]
    return Duties(
        settling=tuple(settling),
        closing=tuple(closing),
        due=tuple(one for one in still if one.is_open(now) and one.until - now <= SOON),
        strays=tuple(stray for row in rows.values() if (stray := stray_in(row)) is not None),
        joined=tuple(read),
        pending=tuple(waiting),
    )


def has_joined(account: Account, last: LastSweep | None) -> bool:
    """Whether an account came into the organization since the last sweep. Where there was none, none did: all of them are old."""
    if last is None:
        return False
    if account.id in last.pending:
        return True
    if account.joined is None or account.id in last.joined:
        return False
    return account.joined >= last.started - _OVERLAP


def sweep_blocker(last: LastSweep | None, within: timedelta | None, now: datetime) -> str | None:
    """Why ``status`` is not content with when the last sweep ran; None where it is, or where the configuration does not ask."""
    if within is None or (last is not None and now - last.ended <= within):
        return None
    hours = within // timedelta(hours=1)
    said = (
        f"the last one ended at {rfc3339(last.ended.replace(microsecond=0))}"
        if last
        else "none is in the ledger"
    )
    return f"no 'recovery sweep' ran within the last {hours} hour{'' if hours == 1 else 's'} (recovery.sweep_within_hours): {said}"


def stray_in(row: AuditRow) -> Stray | None:
    """What nothing explains in one account: neither an exception, be it overdue, nor a waiver that counts; None where there is nothing."""
    if row.outcome is not AuditOutcome.EXPOSED:
        return None
    explained = {
        name
        for one in row.explanations
        if one.standing is Standing.OPEN
        or (one.kind is ExplanationKind.EXCEPTION and one.standing is Standing.OVERDUE)
        for name in one.items
    }
    items = tuple(str(item) for item in exposing_items(row.credentials) if str(item) not in explained)
    return Stray(row, items) if items else None
