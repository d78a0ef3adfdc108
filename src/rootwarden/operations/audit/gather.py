"""Reading the root credentials of many accounts at once."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Sized
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rootwarden.errors import (
    AwsError,
    CredentialsExpired,
    CredentialsRefused,
    FeatureOff,
    Interrupted,
    ListBrokeOff,
    NoConnection,
    RegionOff,
)
from rootwarden.model.audit import INTERRUPTED, Details
from rootwarden.model.reason import reason_of
from rootwarden.model.tasks import RootTask
from rootwarden.operations.audit.explain import Explanations
from rootwarden.operations.audit.judge import judged, skip_reason, skipped, unreachable
from rootwarden.sessions.announce import announced
from rootwarden.sessions.fan_out import fan_out
from rootwarden.sessions.read_credentials import read_summary_first

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from rootwarden.model.audit import AuditRow
    from rootwarden.model.ids import AccountId
    from rootwarden.model.organization import Account
    from rootwarden.model.reason import Reason
    from rootwarden.sessions.door import RootRun

_ALIKE = (CredentialsExpired, CredentialsRefused, FeatureOff, RegionOff, NoConnection)
"""What is wrong with the caller, the organization or the Region, and so with every account, where it is so from the start."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Rules:
    """What an audit leaves alone, and how closely it looks."""

    management: AccountId
    excluded: Mapping[AccountId, Reason] = field(default_factory=dict)
    details: Details = Details.AUTO
    explanations: Explanations = field(default_factory=Explanations)
    """The waivers and exceptions there are."""
    clock: Callable[[], datetime] = _utc_now

    def skip_reason(self, account: Account) -> Reason | None:
        """Why the account is left alone, or None where it is to be read."""
        return skip_reason(account, self.management, self.excluded)

    def explained(self, row: AuditRow) -> AuditRow:
        """The row with what explains it now."""
        return self.explanations.explain(row, self.clock())


def audit_accounts(
    run: RootRun, accounts: Iterable[Account], rules: Rules, *, at_once: int
) -> Iterator[AuditRow]:
    """One row for every account given, as they come; what was read, or could not be, is recorded.

    Raises CredentialsExpired, CredentialsRefused, FeatureOff, RegionOff or NoConnection when it is so with the first account: every
    one would fail alike. When the caller's credentials fail later, or on Ctrl-C, the accounts that are left are unreachable for that
    reason; Ctrl-C raises Interrupted after the last row. Where AWS fails the listing of ``accounts`` in its midst, ListBrokeOff
    comes after the rows of those it gave.
    """
    look = _Look(run, rules)
    whole = accounts if isinstance(accounts, Sized) else _to_its_end(accounts)
    source = announced(run, whole, look.opens)
    try:
        yield from fan_out(look.first_alone(source), look, at_once=at_once)
    except Interrupted:
        look.interrupted()
        with suppress(ListBrokeOff, Interrupted):  # nobody waits for the rest of the list
            yield from map(look, source)
    if look.given_up == INTERRUPTED:
        raise Interrupted("interrupted", advice="Repeat the command for the accounts that are left.")


def _to_its_end(accounts: Iterable[Account]) -> Iterator[Account]:
    try:
        yield from accounts
    except AwsError as error:
        raise ListBrokeOff(error) from error


class _Look:
    """The work on one account. Shared by all threads."""

    def __init__(self, run: RootRun, rules: Rules) -> None:
        self._run = run
        self._rules = rules
        self._first_tried = threading.Event()
        self._closed: AwsError | None = None
        self.given_up: Reason | None = None
        """Why nothing further is opened."""

    def interrupted(self) -> None:
        """Nothing further is opened, since somebody pressed Ctrl-C."""
        self.given_up = INTERRUPTED

    def opens(self, account: Account) -> bool:
        """Whether a session is going to be opened in the account."""
        return self.given_up is None and self._rules.skip_reason(account) is None

    def first_alone(self, accounts: Iterable[Account]) -> Iterator[Account]:
        """The same, the second to be opened not before the first was: what would fail in all of them fails once."""
        rest = iter(accounts)
        for account in rest:
            yield account
            if self.opens(account):
                self._first_tried.wait()
                break
        yield from rest

    def __call__(self, account: Account) -> AuditRow:
        """The account's row."""
        left_alone = self._rules.skip_reason(account)
        if left_alone:
            return skipped(account, left_alone)
        if self._closed is not None:
            raise self._closed
        given_up = self.given_up
        try:
            row = unreachable(account, given_up) if given_up else self._rules.explained(self._try(account))
        finally:
            self._first_tried.set()
        if self._run.covers(account.id):
            self._run.record(account.id, row.outcome.value, task=RootTask.AUDIT, reason=row.reason)
        return row

    def _try(self, account: Account) -> AuditRow:
        try:
            row = look_at(self._run, account, self._rules.details)
            return dataclasses.replace(row, read=self._rules.clock())
        except _ALIKE as error:
            if not self._first_tried.is_set():
                self._closed = error
                raise
            if isinstance(error, CredentialsExpired | CredentialsRefused):
                self.given_up = reason_of(error)
            return unreachable(account, reason_of(error))
        except AwsError as error:
            return unreachable(account, reason_of(error))
        except (KeyboardInterrupt, Interrupted):
            self.interrupted()
            return unreachable(account, INTERRUPTED)


def look_at(run: RootRun, account: Account, details: Details) -> AuditRow:
    """The row of one account, read in a session with the audit task. Raises AwsError when no session is given."""
    with run.open(account.id, RootTask.AUDIT) as session:
        try:
            return judged(account, read_summary_first(session.credentials, details))
        except AwsError as error:
            return unreachable(account, reason_of(error))
