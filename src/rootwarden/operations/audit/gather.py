"""Reading the root credentials of accounts, one after another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rootwarden.errors import AwsError, CredentialsExpired, CredentialsRefused
from rootwarden.model.reason import reason_of
from rootwarden.model.tasks import RootTask
from rootwarden.operations.audit.judge import judged, skip_reason, skipped, unreachable
from rootwarden.sessions.read_credentials import read_summary_first

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rootwarden.model.audit import AuditRow, Details
    from rootwarden.model.authority import Authority
    from rootwarden.model.ids import AccountId
    from rootwarden.model.organization import Account
    from rootwarden.sessions.door import RootDoor


def audit_accounts(
    door: RootDoor,
    accounts: Iterable[Account],
    *,
    management: AccountId,
    details: Details,
    authority: Authority,
) -> Iterator[AuditRow]:
    """One row for every account given, in the order given.

    Raises CredentialsExpired or CredentialsRefused when the caller's own credentials fail: every further account would fail alike.
    """
    for account in accounts:
        reason = skip_reason(account, management)
        yield (
            skipped(account, reason)
            if reason
            else audit_account(door, account, details=details, authority=authority)
        )


def audit_account(door: RootDoor, account: Account, *, details: Details, authority: Authority) -> AuditRow:
    """The row of one account that is to be read."""
    opened = False
    try:
        with door.open(account.id, RootTask.AUDIT, authority) as session:
            opened = True
            return judged(account, read_summary_first(session.credentials, details))
    except (CredentialsExpired, CredentialsRefused) as error:
        if not opened:
            raise
        return unreachable(account, reason_of(error))
    except AwsError as error:
        return unreachable(account, reason_of(error))
