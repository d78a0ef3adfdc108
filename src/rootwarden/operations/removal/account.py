"""The removal in one account: its lease, its deletes, the look afterwards, and the word on it in the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rootwarden.errors import AwsError, CredentialsExpired, CredentialsRefused, LedgerError, RootwardenError
from rootwarden.ledger.entry import format_time
from rootwarden.ledger.leases import Held
from rootwarden.model.reason import Reason, local, reason_of
from rootwarden.model.removal_outcome import AccountOutcome, ItemOutcome, ItemResult, Verification
from rootwarden.model.tasks import RootTask
from rootwarden.operations.removal.deletion import Deletion
from rootwarden.operations.removal.earlier import COMPLETE
from rootwarden.operations.removal.stop import INTERRUPTED, Stop
from rootwarden.operations.removal.verification import verified

if TYPE_CHECKING:
    from rootwarden.ledger.lease_keeper import HeldByUs
    from rootwarden.model.removal import AccountRemoval
    from rootwarden.operations.removal.terms import Terms
    from rootwarden.sessions.door import RootRun

_BY_AN_EARLIER_RUN = local("earlier_run", "an earlier run of this plan saw to it")


class AccountWork:
    """Carries the plan out in one account at a time. Shared by all threads; gives an outcome whatever happens."""

    def __init__(self, run: RootRun, terms: Terms, stop: Stop) -> None:
        self._run = run
        self._terms = terms
        self._stop = stop

    def __call__(self, removal: AccountRemoval) -> AccountOutcome:
        """The account's outcome; what ends the whole run is in ``stop`` as well."""
        try:
            outcome = self._under_lease(removal)
        except LedgerError as error:  # not even the lease: nothing was begun
            self._stop.because(reason_of(error), error)
            return refused(removal, reason_of(error))
        try:
            self._record(outcome)
        except LedgerError as error:  # what was done was done, whether or not it can be written down
            self._stop.because(reason_of(error), error)
        if outcome.went_wrong:
            self._stop.failed()
        return outcome

    def _under_lease(self, removal: AccountRemoval) -> AccountOutcome:
        reason = self._terms.refusals.get(removal.account) or self._stop.reason
        if reason:
            return refused(removal, reason)
        taken = self._terms.leases.take(f"account:{removal.account}")
        if isinstance(taken, Held):
            return refused(removal, _held(taken))
        with taken as lease:
            if removal.account in self._terms.earlier.complete:
                return self._look(removal, _done_before(removal))
            return self._carry_out(removal, lease)

    def _carry_out(self, removal: AccountRemoval, lease: HeldByUs) -> AccountOutcome:
        deletion = Deletion(self._run, removal, self._terms, self._stop, lease)
        try:
            deletion.carry_out()
        except KeyboardInterrupt:
            self._stop.interrupt()
            return _broken_off(removal, deletion.done)
        except (CredentialsExpired, CredentialsRefused) as error:
            text = f"the caller's credentials failed before it: {error.message}"
            self._stop.because(local("not_tried", text))
            return _ended(removal, deletion.done, reason_of(error), ItemResult.REFUSED)
        except AwsError as error:
            # No session was given, so the items that are left were not touched.
            done = _ended(removal, deletion.done, reason_of(error), ItemResult.FAILED)
            return self._look(removal, done.items) if deletion.done else done
        except (
            RootwardenError
        ) as error:  # the ledger or the evidence cannot be written: what is known is told, and the run ends
            self._stop.because(reason_of(error), error)
            return _ended(removal, deletion.done, reason_of(error), ItemResult.REFUSED)
        if self._stop.reason == INTERRUPTED:
            return _ended(removal, deletion.done, INTERRUPTED, ItemResult.REFUSED)
        return self._look(removal, tuple(deletion.done))

    def _look(self, removal: AccountRemoval, items: tuple[ItemOutcome, ...]) -> AccountOutcome:
        try:
            after = self._terms.look(removal.account)
        except (AwsError, KeyboardInterrupt) as error:
            if isinstance(error, KeyboardInterrupt):
                self._stop.interrupt()
            reason = reason_of(error) if isinstance(error, AwsError) else INTERRUPTED
            return AccountOutcome(
                removal.account, removal.name, items, Verification.NOT_VERIFIED, reason=reason
            )
        return verified(removal, items, after)

    def _record(self, outcome: AccountOutcome) -> None:
        """The word on the account as a whole, which closes it, unless something is unknown and was not seen since."""
        if isinstance(self._stop.error, LedgerError):
            return
        open_end = any(one.result is ItemResult.UNKNOWN for one in outcome.items)
        word = ItemResult.UNKNOWN.value if open_end else outcome.verification.value
        self._run.record(
            outcome.account,
            word,
            task=RootTask.AUDIT,
            reason=outcome.reason,
            details={COMPLETE: outcome.complete},
        )


def refused(removal: AccountRemoval, reason: Reason) -> AccountOutcome:
    """The outcome of an account in which nothing was done."""
    return _ended(removal, [], reason, ItemResult.REFUSED)


def _ended(
    removal: AccountRemoval, done: list[ItemOutcome], reason: Reason, rest: ItemResult
) -> AccountOutcome:
    """What was done until then, and the same result for all that is left."""
    left = tuple(ItemOutcome(item, rest, reason) for item in removal.items[len(done) :])
    return AccountOutcome(
        removal.account, removal.name, (*done, *left), Verification.NOT_VERIFIED, reason=reason
    )


def _broken_off(removal: AccountRemoval, done: list[ItemOutcome]) -> AccountOutcome:
    """Ctrl-C met one item in the middle: whether it is gone, nobody knows. Those after it were not tried."""
    met = [ItemOutcome(item, ItemResult.UNKNOWN, INTERRUPTED) for item in removal.items[len(done) :][:1]]
    return _ended(removal, [*done, *met], INTERRUPTED, ItemResult.REFUSED)


def _done_before(removal: AccountRemoval) -> tuple[ItemOutcome, ...]:
    return tuple(ItemOutcome(item, ItemResult.ALREADY_ABSENT, _BY_AN_EARLIER_RUN) for item in removal.items)


def _held(taken: Held) -> Reason:
    return local(
        "lease_held", f"{taken.by.owner} works on it, until {format_time(taken.by.ends)} at the latest"
    )
