"""Deleting the items of one account, in sessions with the delete task."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rootwarden.errors import AwsError, Conflict, CredentialsExpired, LeaseLost
from rootwarden.model.credentials import CredentialKind
from rootwarden.model.reason import Reason, reason_of
from rootwarden.model.removal_outcome import GONE, ItemOutcome, ItemResult
from rootwarden.model.tasks import RootTask
from rootwarden.operations.removal.plan import BARE_PASSWORD
from rootwarden.operations.removal.recheck import still_due
from rootwarden.sessions.delete_credentials import delete_item
from rootwarden.sessions.read_credentials import read_again, read_all

if TYPE_CHECKING:
    from rootwarden.aws.root_credentials import RootCredentialsApi
    from rootwarden.ledger.lease_keeper import HeldByUs
    from rootwarden.model.removal import AccountRemoval, RemovalItem
    from rootwarden.operations.removal.stop import Stop
    from rootwarden.operations.removal.terms import Terms
    from rootwarden.sessions.door import RootRun

_PAUSES: Final = (0.5, 1.0, 2.0)
"""Seconds before each further attempt at an item, after which its outcome stands."""
_BARREN_SESSIONS: Final = 2
"""Sessions in a row that may end before one item is done."""


class Deletion:
    """The deletes of one account. ``done`` grows item by item, and holds what is known however the work ends."""

    def __init__(
        self, run: RootRun, removal: AccountRemoval, terms: Terms, stop: Stop, lease: HeldByUs
    ) -> None:
        """Opens nothing yet."""
        self._run = run
        self._removal = removal
        self._terms = terms
        self._stop = stop
        self._lease = lease
        self._kept_before = terms.before is None
        self._barren = 0
        self.done: list[ItemOutcome] = []

    def carry_out(self) -> None:
        """Deletes item by item, each after another look at it; a session that ends on the way is followed by a new one.

        Raises AwsError when a session is not given, BadInput when the evidence cannot be written (then nothing was deleted), and
        LedgerError.
        """
        while self._left():
            over = self._in_one_session()
            if over is None:
                break
            self._barren += 1
            if self._barren == _BARREN_SESSIONS:
                for item in self._left():
                    self._note(ItemOutcome(item, ItemResult.FAILED, over))
        self._run.flush()

    def _left(self) -> tuple[RemovalItem, ...]:
        return self._removal.items[len(self.done) :]

    def _in_one_session(self) -> Reason | None:
        """None when all items are done; AWS's answer when the session was over before."""
        with self._run.open(self._removal.account, RootTask.DELETE) as session:
            try:
                self._keep_before(session.credentials)
                for item in self._left():
                    self._note(self._refusal(item) or self._one(session.credentials, item))
                    self._barren = 0
            except CredentialsExpired as error:
                return reason_of(error)
        return None

    def _keep_before(self, api: RootCredentialsApi) -> None:
        """Hands the evidence what is there before the first delete; where that cannot be seen as a whole, nothing goes."""
        if self._kept_before or self._terms.before is None:
            return
        seen = read_all(api)
        if seen.credentials.all_read:
            self._terms.before(self._removal.account, seen)
            self._kept_before = True
        else:
            for item in self._left():
                self._note(ItemOutcome(item, ItemResult.REFUSED, seen.problems[0]))

    def _refusal(self, item: RemovalItem) -> ItemOutcome | None:
        """Why an item is not even looked at."""
        reason = self._stop.reason or self._terms.protection.of_item(self._removal.account, item)
        if reason is None:
            try:
                self._lease.keep()
            except LeaseLost as error:
                reason = reason_of(error)
        return ItemOutcome(item, ItemResult.REFUSED, reason) if reason else None

    def _one(self, api: RootCredentialsApi, item: RemovalItem) -> ItemOutcome:
        """Looks and deletes; what may come out better by waiting is tried again, after another look."""
        lost: Reason | None = None
        for pause in (*_PAUSES, None):
            one, may_pass = self._attempt(api, item, lost)
            if pause is None or not may_pass or self._stop.reason:
                break
            lost = one.reason if one.result is ItemResult.UNKNOWN else lost
            self._terms.wait(pause)
        return one

    def _attempt(
        self, api: RootCredentialsApi, item: RemovalItem, lost: Reason | None
    ) -> tuple[ItemOutcome, bool]:
        """The outcome, and whether another attempt may come out better. ``lost`` is why an earlier attempt got no answer."""
        days = self._terms.keep_used_within_days
        try:
            seen = read_again(api, item, last_use=bool(days))
        except CredentialsExpired:
            raise
        except AwsError as error:  # not seen is not gone
            result = ItemResult.UNKNOWN if lost else ItemResult.REFUSED
            return ItemOutcome(item, result, lost or reason_of(error)), bool(lost)
        verdict = still_due(item, seen, keep_used_within_days=days, now=self._terms.now())
        if verdict is not None:
            return _told(verdict, lost), verdict.reason == BARE_PASSWORD and self._password_went()
        try:
            one = delete_item(api, item)
        except Conflict as error:
            return ItemOutcome(item, ItemResult.FAILED, reason_of(error)), True
        return _told(one, lost), one.result is ItemResult.UNKNOWN

    def _password_went(self) -> bool:
        """Whether we deleted the password, so that one that is still shown is an old answer."""
        return any(one.item.kind is CredentialKind.PASSWORD and one.result in GONE for one in self.done)

    def _note(self, one: ItemOutcome) -> None:
        self.done.append(one)
        self._run.record(
            self._removal.account,
            one.result.value,
            task=RootTask.DELETE,
            item=one.item.name,
            reason=one.reason,
            request_id=one.request_id,
        )


def _told(one: ItemOutcome, lost: Reason | None) -> ItemOutcome:
    """An item that is gone after a call of ours whose answer was lost was removed by that call."""
    if lost and one.result is ItemResult.ALREADY_ABSENT:
        return ItemOutcome(one.item, ItemResult.REMOVED, lost)
    return one
