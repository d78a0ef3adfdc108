"""Allowing one root user to recover its password, in a session with the create-password task."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from rootwarden.errors import AwsError
from rootwarden.ledger.results import result_of
from rootwarden.model.outcome import Failed
from rootwarden.model.reason import reason_of
from rootwarden.model.tasks import RootTask
from rootwarden.sessions.create_password import allow_recovery

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rootwarden.model.ids import AccountId
    from rootwarden.model.outcome import Outcome
    from rootwarden.sessions.door import RootRun

_DENIALS: Final = frozenset({"AccessDenied", "AccessDeniedException"})
TASK: Final = RootTask.CREATE_PASSWORD


PAUSES: Final = (2.0, 4.0, 8.0, 15.0)
"""Seconds before each further attempt where AWS denies what a policy that was changed a moment ago allows."""


def allow(
    run: RootRun,
    account: AccountId,
    pauses: Sequence[float] = (),
    *,
    wait: Callable[[float], None] = time.sleep,
) -> Outcome:
    """Opens the session, creates the login profile and reads it back. Unknown leaves the intent open. Raises LedgerError.

    ``pauses`` are for a denial, which a change of policies that is still spreading may be behind.
    """
    for pause in (*pauses, None):
        outcome, request_id = _attempt(run, account)
        denied = isinstance(outcome, Failed) and outcome.reason.code in _DENIALS
        if pause is None or not denied:
            break
        wait(pause)
    line = result_of(outcome, account=account)
    run.record(account, line.outcome, task=TASK, reason=line.reason, request_id=request_id)
    run.flush()
    return outcome


def _attempt(run: RootRun, account: AccountId) -> tuple[Outcome, str | None]:
    try:
        with run.open(account, TASK) as session:
            return allow_recovery(session.credentials)
    except AwsError as error:  # no session was given, so nothing was done in one
        return Failed(reason_of(error)), None
