"""Writing the notes that the register of recovery exceptions is rebuilt from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rootwarden.ledger.entry import format_time
from rootwarden.ledger.recovery_exceptions import (
    ADOPTED,
    CLOSED,
    CLOSING,
    EMPTIED,
    EXEMPTED,
    EXTENDED,
    OPENED,
    OPENING,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime, timedelta

    from rootwarden.ledger.canonical import Json
    from rootwarden.ledger.entry import Entry
    from rootwarden.ledger.recorder import Recorder
    from rootwarden.model.recovery_exception import RecoveryException, TemporaryExemption


def record_opening(recorder: Recorder, exception: RecoveryException) -> Entry:
    """Records an exception before AWS is called; its ``opened`` is the time of the entry. Raises LedgerError."""
    return _begin(recorder, OPENING, exception)


def record_adopted(recorder: Recorder, exception: RecoveryException) -> Entry:
    """Records an exception for credentials that are there already; it is open at once. Raises LedgerError."""
    return _begin(recorder, ADOPTED, exception)


def record_opened(recorder: Recorder, exception: RecoveryException) -> Entry:
    """Records that AWS shows what the opening was to bring about. Raises LedgerError."""
    return _note(recorder, OPENED, exception, {})


def record_extended(
    recorder: Recorder, exception: RecoveryException, *, until: datetime, reason: str, ticket: str | None
) -> Entry:
    """Moves the end. Raises LedgerError."""
    details = {"until": format_time(until)}
    return _note(recorder, EXTENDED, exception, details, reason=reason, ticket=ticket)


def record_exempted(
    recorder: Recorder, exception: RecoveryException, exemptions: Iterable[TemporaryExemption]
) -> Entry:
    """Records how the temporary exemptions stand, all of them. Raises LedgerError."""
    return _note(recorder, EXEMPTED, exception, {"exemptions": [_exemption(one) for one in exemptions]})


def record_closing(recorder: Recorder, exception: RecoveryException, *, reason: str | None = None) -> Entry:
    """Records that the removal begins, before AWS is called. Raises LedgerError."""
    return _note(recorder, CLOSING, exception, {}, reason=reason)


def record_emptied(recorder: Recorder, exception: RecoveryException, *, remaining: Iterable[str]) -> Entry:
    """Records that nothing is left but what ``remaining`` names, before exemptions are taken back. Raises LedgerError."""
    return _note(recorder, EMPTIED, exception, {"remaining": list(remaining)})


def record_closed(
    recorder: Recorder,
    exception: RecoveryException,
    *,
    how: str,
    remaining: Iterable[str] = (),
    reason: str | None = None,
    lasted: timedelta | None = None,
) -> Entry:
    """Records the end, which is final. ``how`` is ``closed``, ``swept``, ``not_opened`` or ``account_gone``. Raises LedgerError."""
    details: dict[str, Json] = {"how": how, "remaining": list(remaining)}
    if lasted is not None:
        details["open_seconds"] = int(lasted.total_seconds())
    return _note(recorder, CLOSED, exception, details, reason=reason)


def _begin(recorder: Recorder, operation: str, exception: RecoveryException) -> Entry:
    details: dict[str, Json] = {
        "task": exception.task,
        "owner": exception.owner,
        "until": format_time(exception.until),
        "break_glass": exception.break_glass,
        "known": list(exception.known),
        "exemptions": [_exemption(one) for one in exception.exemptions],
    }
    return _note(recorder, operation, exception, details, reason=exception.reason, ticket=exception.ticket)


def _note(
    recorder: Recorder,
    operation: str,
    exception: RecoveryException,
    details: Mapping[str, Json],
    *,
    reason: str | None = None,
    ticket: str | None = None,
) -> Entry:
    return recorder.note(
        operation=operation,
        accounts=(exception.account,),
        reason=reason,
        ticket=ticket,
        details={"exception_id": exception.id, **details},
    )


def _exemption(one: TemporaryExemption) -> dict[str, Json]:
    said: dict[str, Json] = {
        "policy_id": one.policy_id,
        "policy_name": one.policy_name,
        "before": one.before,
        "after": one.after,
        "deployed": format_time(one.deployed) if one.deployed else None,
        "removed": format_time(one.removed) if one.removed else None,
    }
    return {key: value for key, value in said.items() if value is not None}
