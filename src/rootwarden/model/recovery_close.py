"""How the close of an exception came out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import timedelta

    from rootwarden.model.audit import AuditRow
    from rootwarden.model.outcome import Outcome
    from rootwarden.model.reason import Reason
    from rootwarden.model.recovery_exception import RecoveryException, TemporaryExemption
    from rootwarden.model.removal_outcome import AccountOutcome


class CloseResult(StrEnum):
    """The end of one close."""

    CLOSED = "closed"
    """Nothing is left but what a waiver keeps, and that was seen."""
    ALREADY_CLOSED = "already_closed"
    ACCOUNT_GONE = "account_gone"
    """The account is closed for good or belongs to another organization: nothing of ours reaches its root user."""
    NOT_CLOSED = "not_closed"
    """Something is left, or was not seen; the exception stays, and the same command again goes on."""


@dataclass(frozen=True, slots=True)
class ExemptionOutcome:
    """How one temporary exemption was deployed or taken back."""

    exemption: TemporaryExemption
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class CloseOutcome:
    """How the close of one exception came out."""

    exception: RecoveryException
    result: CloseResult
    removal: AccountOutcome | None = None
    """What was removed; None where there was nothing to remove, or nothing could be."""
    row: AuditRow | None = None
    """The root user at the last look."""
    exemptions: tuple[ExemptionOutcome, ...] = ()
    remaining: tuple[str, ...] = ()
    """What is still there, ``KIND:IDENTIFIER``."""
    reason: Reason | None = None
    """Why it is not closed."""
    stopped: int | None = None
    """The exit code of what ended the removal before its time: Ctrl-C, or a ledger that could not be written."""
    lasted: timedelta | None = None
    """How long it was open."""
