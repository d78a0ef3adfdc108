"""From what was seen of a root user to an outcome. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rootwarden.model.audit import AuditOutcome, AuditRow, RootReading
from rootwarden.model.credentials import PRESENT, PresentOnly, RootCredentials
from rootwarden.model.organization import Account, AccountState
from rootwarden.model.reason import Reason, local

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rootwarden.model.credentials import AccessKey, SigningCertificate
    from rootwarden.model.ids import AccountId

_STATE_TEXTS = {
    AccountState.PENDING_ACTIVATION: "the account is not activated yet",
    AccountState.SUSPENDED: "the account is suspended",
    AccountState.PENDING_CLOSURE: "the account is being closed",
    AccountState.CLOSED: "the account is closed",
    AccountState.UNKNOWN: "AWS gave no account state this program knows",
}


def skip_reason(
    account: Account, management: AccountId, excluded: Mapping[AccountId, Reason]
) -> Reason | None:
    """Why an account is left alone, or None where it is to be read."""
    if account.id == management:
        return local(
            "management_account",
            "root sessions do not reach the management account: look after its root user by hand (MFA, no access keys)",
        )
    if account.id in excluded:
        return excluded[account.id]
    if account.state is not AccountState.ACTIVE:
        return local(f"account_{account.state.value.lower()}", _STATE_TEXTS[account.state])
    return None


def skipped(account: Account, reason: Reason) -> AuditRow:
    """The row of an account that was left alone."""
    return AuditRow(account, AuditOutcome.SKIPPED, RootCredentials(), reason)


def unreachable(account: Account, reason: Reason) -> AuditRow:
    """The row of an account of which nothing was seen."""
    return AuditRow(account, AuditOutcome.UNREACHABLE, RootCredentials(), reason, problems=(reason,))


def judged(account: Account, reading: RootReading) -> AuditRow:
    """The row of an account that was read, wholly or in part."""
    seen = reading.credentials
    reason = reading.problems[0] if reading.problems else None
    if _can_sign_in(seen):
        outcome = AuditOutcome.EXPOSED
    elif not seen.all_read or reading.problems:
        outcome = AuditOutcome.UNREACHABLE
        reason = reason or local("not_read", "AWS's summary left out some kinds of credentials")
    elif seen.none_left:
        outcome = AuditOutcome.CLEAN
    else:
        outcome = AuditOutcome.LEFTOVER
    return AuditRow(account, outcome, seen, reason, reading.conflicts, reading.problems)


def _can_sign_in(seen: RootCredentials) -> bool:
    return seen.password is True or _active(seen.access_keys) or _active(seen.signing_certificates)


def _active(items: tuple[AccessKey | SigningCertificate, ...] | PresentOnly | None) -> bool:
    if items is None:
        return False
    # Known only from the summary, an inactive one looks like an active one: the worse case counts.
    return items is PRESENT or any(item.status.can_sign for item in items)
