"""Settling what a crash left between the first word of an opening and the last: AWS is looked at, and its state wins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rootwarden.app.recovery_exemption import none_deployed, take_all_back
from rootwarden.app.recovery_ground import account_lease
from rootwarden.errors import LeaseLost
from rootwarden.ledger.exception_notes import record_closed, record_opened
from rootwarden.model.outcome import Done, NothingToDo
from rootwarden.model.recovery_exception import ExceptionState
from rootwarden.operations.recovery.standing import Settling, settling

if TYPE_CHECKING:
    from rootwarden.app.recovery_ground import Ground
    from rootwarden.model.ids import AccountId
    from rootwarden.model.recovery_exception import RecoveryException


def settle_openings(on: Ground, *, only: AccountId) -> frozenset[str]:
    """The ids of an account's exceptions whose opening was not over, and that a look settled. Raises AwsError, LedgerError."""
    found = [one for one in on.not_closed() if one.account == only and one.state is ExceptionState.OPENING]
    if not found:
        return frozenset()
    return frozenset(one.id for one in found if settle_opening(on, one) is not Settling.UNSEEN)


def settle_opening(on: Ground, exception: RecoveryException) -> Settling:
    """Looks, and records what AWS shows of one opening. UNSEEN too where the run that opens it is still at work.

    Raises AwsError and LedgerError.
    """
    try:
        with on.lease(account_lease(exception.account)):
            now = next((one for one in on.not_closed() if one.id == exception.id), None)
            if now is None or now.state is not ExceptionState.OPENING:
                return Settling.UNSEEN  # somebody was faster
            # Read only now: whoever held the lease until then may have done something since.
            found = settling(on.look([now.account]).get(now.account))
            if found is Settling.UNSEEN and _never_exempted(on, now):
                found = Settling.NOT_OPENED  # the exemption comes first, and it never came
            if found is Settling.OPENED:
                record_opened(on.recorder, now)
            elif found is Settling.NOT_OPENED:
                now, taken_back = take_all_back(on, now)
                if not all(isinstance(one.outcome, Done | NothingToDo) for one in taken_back):
                    on.app.problems.append(f"the exemption of exception {now.id} could not be taken back yet")
                    return Settling.UNSEEN
                record_closed(on.recorder, now, how="not_opened")
    except LeaseLost as error:
        on.app.problems.append(error.message)
        return Settling.UNSEEN
    return found


def _never_exempted(on: Ground, exception: RecoveryException) -> bool:
    return not any(one.deployed for one in exception.exemptions) and none_deployed(on, exception)
