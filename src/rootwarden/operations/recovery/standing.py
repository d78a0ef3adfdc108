"""What AWS shows of an exception, held against what the ledger says of it: AWS's state wins. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from rootwarden.model.credential_item import all_items
from rootwarden.model.recovery_exception import ExceptionState

if TYPE_CHECKING:
    from datetime import datetime

    from rootwarden.model.audit import AuditRow
    from rootwarden.model.recovery_exception import RecoveryException


class Settling(StrEnum):
    """What a look says of an opening that a crash left open."""

    OPENED = "opened"
    NOT_OPENED = "not_opened"
    UNSEEN = "unseen"


def settling(row: AuditRow | None) -> Settling:
    """Whether password recovery was allowed, as AWS shows it."""
    if row is None or row.credentials.password is None:
        return Settling.UNSEEN
    return Settling.OPENED if row.credentials.password else Settling.NOT_OPENED


@dataclass(frozen=True, slots=True)
class Held:
    """One exception beside what the root user holds."""

    exception: RecoveryException
    row: AuditRow | None
    """None where the account is not in the organization any more."""
    conflict: str | None = None
    """Where the ledger and AWS do not say the same."""

    @property
    def seen(self) -> bool:
        """Whether it is known what the root user holds."""
        return self.row is not None and self.row.wholly_read


def held(exception: RecoveryException, row: AuditRow | None) -> Held:
    """An exception that was not closed beside what AWS shows."""
    return Held(exception, row, _conflict(exception, row))


def state_word(exception: RecoveryException, now: datetime) -> str:
    """``open``, ``overdue``, ``closed``; ``opening`` and ``closing`` where a run did not come to its end."""
    if exception.closed is not None:
        return ExceptionState.CLOSED.value
    if exception.overdue(now):
        return "overdue"
    return exception.state.value


def _conflict(exception: RecoveryException, row: AuditRow | None) -> str | None:
    if row is None:
        return "the account is not in the organization any more: nothing of ours reaches its root user"
    if not row.wholly_read:
        return None
    items = all_items(row.credentials)
    if exception.state is ExceptionState.OPENING:
        there = "AWS shows the password" if row.credentials.password else "AWS shows no password"
        return f"the run that opened it did not come to its end; {there}, and the next sweep settles it"
    if not items:
        return "the ledger says that it is open, and the root user holds nothing"
    return None
