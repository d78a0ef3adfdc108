"""Reading the root credentials of accounts, one after another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rootwarden.errors import AwsError, CredentialsExpired, CredentialsRefused, FeatureOff
from rootwarden.model.audit import Details
from rootwarden.model.reason import reason_of
from rootwarden.model.tasks import RootTask
from rootwarden.operations.audit.judge import judged, skip_reason, skipped, unreachable
from rootwarden.sessions.read_credentials import read_summary_first

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rootwarden.model.audit import AuditRow
    from rootwarden.model.authority import Authority
    from rootwarden.model.ids import AccountId
    from rootwarden.model.organization import Account
    from rootwarden.sessions.door import RootDoor, RootSession


@dataclass(frozen=True, slots=True)
class Rules:
    """What an audit leaves alone, and how closely it looks."""

    management: AccountId
    excluded: frozenset[AccountId] = frozenset()
    details: Details = Details.AUTO


def audit_accounts(
    door: RootDoor, accounts: Iterable[Account], rules: Rules, authority: Authority
) -> Iterator[AuditRow]:
    """One row for every account given, in the order given.

    Raises CredentialsExpired or CredentialsRefused when the caller's own credentials fail, and FeatureOff when AWS says so before
    any session was given: every further account would fail alike.
    """
    any_opened = False
    for account in accounts:
        reason = skip_reason(account, rules.management, rules.excluded)
        if reason:
            yield skipped(account, reason)
            continue
        try:
            with door.open(account.id, RootTask.AUDIT, authority) as session:
                any_opened = True
                row = _read(account, session, rules.details)
        except (CredentialsExpired, CredentialsRefused):
            raise
        except FeatureOff as error:
            if not any_opened:
                raise
            row = unreachable(account, reason_of(error))
        except AwsError as error:
            row = unreachable(account, reason_of(error))
        yield row


def _read(account: Account, session: RootSession, details: Details) -> AuditRow:
    try:
        return judged(account, read_summary_first(session.credentials, details))
    except AwsError as error:
        return unreachable(account, reason_of(error))
