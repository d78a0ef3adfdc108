"""Reading the root credentials of accounts, one after another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rootwarden.errors import AwsError, CredentialsExpired, CredentialsRefused, FeatureOff, Interrupted
from rootwarden.model.audit import Details
from rootwarden.model.reason import local, reason_of
from rootwarden.model.tasks import RootTask
from rootwarden.operations.audit.judge import judged, skip_reason, skipped, unreachable
from rootwarden.sessions.read_credentials import read_summary_first

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rootwarden.model.audit import AuditRow
    from rootwarden.model.ids import AccountId
    from rootwarden.model.organization import Account
    from rootwarden.model.reason import Reason
    from rootwarden.sessions.door import RootRun


@dataclass(frozen=True, slots=True)
class Rules:
    """What an audit leaves alone, and how closely it looks."""

    management: AccountId
    excluded: frozenset[AccountId] = frozenset()
    details: Details = Details.AUTO


def accounts_to_read(accounts: Iterable[Account], rules: Rules) -> tuple[AccountId, ...]:
    """The accounts in which an audit opens sessions."""
    return tuple(one.id for one in accounts if skip_reason(one, rules.management, rules.excluded) is None)


def skipped_rows(accounts: Iterable[Account], rules: Rules) -> Iterator[AuditRow]:
    """The rows of the accounts that an audit leaves alone."""
    for account in accounts:
        reason = skip_reason(account, rules.management, rules.excluded)
        if reason:
            yield skipped(account, reason)


def audit_accounts(run: RootRun, accounts: Iterable[Account], rules: Rules) -> Iterator[AuditRow]:
    """One row for every account given, in the order given; what was read, or could not be, is recorded.

    Raises CredentialsExpired, CredentialsRefused or FeatureOff when AWS says so before any session was given: every account
    would fail alike. When the caller's credentials fail later, or on Ctrl-C, the accounts that are left are unreachable for that
    reason; Ctrl-C raises Interrupted after the last row.
    """
    any_opened = False
    given_up: Reason | None = None
    interrupted: Interrupted | None = None
    for account in accounts:
        reason = skip_reason(account, rules.management, rules.excluded)
        if reason:
            yield skipped(account, reason)
            continue
        if given_up:
            row = unreachable(account, given_up)
        else:
            try:
                row = look_at(run, account, rules.details)
                any_opened = True
            except (CredentialsExpired, CredentialsRefused, FeatureOff) as error:
                if not any_opened:
                    raise
                row = unreachable(account, reason_of(error))
                given_up = None if isinstance(error, FeatureOff) else row.reason
            except AwsError as error:
                row = unreachable(account, reason_of(error))
            except KeyboardInterrupt:
                interrupted = Interrupted(
                    "interrupted", advice="Repeat the command for the accounts that are left."
                )
                given_up = local("interrupted", "interrupted before it was read")
                row = unreachable(account, given_up)
        run.record(account.id, row.outcome.value, task=RootTask.AUDIT, reason=row.reason)
        yield row
    if interrupted is not None:
        raise interrupted


def look_at(run: RootRun, account: Account, details: Details) -> AuditRow:
    """The row of one account, read in a session with the audit task. Raises AwsError when no session is given."""
    with run.open(account.id, RootTask.AUDIT) as session:
        try:
            return judged(account, read_summary_first(session.credentials, details))
        except AwsError as error:
            return unreachable(account, reason_of(error))
