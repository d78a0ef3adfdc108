"""Allowing one root user to recover its password, in a session with the create-password task."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rootwarden.errors import AwsError
from rootwarden.ledger.results import result_of
from rootwarden.model.outcome import Failed
from rootwarden.model.reason import reason_of
from rootwarden.model.tasks import RootTask
from rootwarden.sessions.create_password import allow_recovery

if TYPE_CHECKING:
    from rootwarden.model.ids import AccountId
    from rootwarden.model.outcome import Outcome
    from rootwarden.sessions.door import RootRun

TASK: Final = RootTask.CREATE_PASSWORD


def allow(run: RootRun, account: AccountId) -> Outcome:
    """Opens the session, creates the login profile and reads it back. Unknown leaves the intent open. Raises LedgerError."""
    request_id = None
    try:
        with run.open(account, TASK) as session:
            outcome, request_id = allow_recovery(session.credentials)
    except AwsError as error:  # no session was given, so nothing was done in one
        outcome = Failed(reason_of(error))
    line = result_of(outcome, account=account)
    run.record(account, line.outcome, task=TASK, reason=line.reason, request_id=request_id)
    run.flush()
    return outcome
