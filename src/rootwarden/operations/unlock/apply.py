"""Carrying out a confirmed plan, and reading back what AWS then holds."""

from __future__ import annotations

import dataclasses
import re
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from rootwarden.errors import AwsError, Unreachable
from rootwarden.ledger.results import result_of
from rootwarden.model.outcome import Done, Failed, Outcome, Refused, Unknown
from rootwarden.model.reading import NotSeen, Reading, Seen
from rootwarden.model.reason import Reason, local, reason_of
from rootwarden.model.unlock import UnlockOutcome, UnlockPlan
from rootwarden.operations.unlock.document import policy_hash, same_policy
from rootwarden.sessions.unlocking import policy_writer

if TYPE_CHECKING:
    from rootwarden.sessions.door import RootRun
    from rootwarden.sessions.unlocking import PolicyWriter

Wait = Callable[[float], None]

_PAUSES: Final = (1.0, 2.0, 4.0, 8.0)
"""Seconds between looks while AWS still shows the old policy: SQS says that changes may take up to a minute."""
_QUOTED: Final = re.compile(r"\{.*\}|\{.*", re.DOTALL)
"""A JSON document in a sentence, or the beginning of one that was cut off."""
_STALE: Final = local("stale", "the policy has changed since the plan was made")
_INTERRUPTED: Final = local("interrupted", "interrupted while the change was being made")


def apply_plan(run: RootRun, plan: UnlockPlan, *, wait: Wait = time.sleep) -> UnlockOutcome:
    """Changes the policy if it is still the one the plan was made for; the outcome is in the ledger when this returns.

    Never raises for what AWS or the network answers. Ctrl-C leaves Unknown. Raises LedgerError.
    """
    try:
        with run.open(plan.resource.account, plan.resource.kind.task) as session:
            found = _change_and_look(policy_writer(session, plan.resource.kind), plan, wait)
    except AwsError as error:  # no session was given
        found = UnlockOutcome(Failed(reason_of(error)), NotSeen(reason_of(error)))
    _record(run, plan, found)
    return found


def _change_and_look(writer: PolicyWriter, plan: UnlockPlan, wait: Wait) -> UnlockOutcome:
    where = plan.resource.located
    try:
        now = writer.policy(where)
    except AwsError as error:
        return UnlockOutcome(Failed(reason_of(error)), NotSeen(reason_of(error)))
    if not same_policy(now, plan.before):
        return UnlockOutcome(Refused(_STALE), Seen(now))
    outcome: Outcome
    request_id = None
    try:
        request_id = (
            writer.delete_policy(where) if plan.after is None else writer.put_policy(where, plan.after)
        )
        outcome = Done()
    except KeyboardInterrupt:
        return UnlockOutcome(Unknown(_INTERRUPTED), NotSeen(_INTERRUPTED), interrupted=True)
    except AwsError as error:
        # Where an answer was lost, on this try or an earlier one, the change may have taken effect.
        lost = isinstance(error, Unreachable) or error.answer_was_lost
        outcome = Unknown(_without_policy(error)) if lost else Failed(_without_policy(error))
    seen = _look(writer, plan, outcome, wait)
    return UnlockOutcome(_settled(outcome, seen, plan), seen, request_id)


def _without_policy(error: AwsError) -> Reason:
    """AWS's code and words without the document it may quote in them: the ledger and its readers get no policy."""
    reason = reason_of(error)
    return dataclasses.replace(reason, text=_QUOTED.sub("(document left out)", reason.text))


def _look(writer: PolicyWriter, plan: UnlockPlan, outcome: Outcome, wait: Wait) -> Reading[str | None]:
    """Reads back, several times where the change should show and does not."""
    pauses = iter(_PAUSES if isinstance(outcome, Done) else ())
    while True:
        try:
            now = writer.policy(plan.resource.located)
        except AwsError as error:
            return NotSeen(reason_of(error))
        pause = None if same_policy(now, plan.after) else next(pauses, None)
        if pause is None:
            return Seen(now)
        wait(pause)


def _settled(outcome: Outcome, seen: Reading[str | None], plan: UnlockPlan) -> Outcome:
    """The outcome held against what was read back."""
    if isinstance(seen, NotSeen):
        return outcome
    as_planned = same_policy(seen.value, plan.after)
    if isinstance(outcome, Unknown):
        if as_planned:
            return Done()
        return Failed(outcome.reason) if same_policy(seen.value, plan.before) else outcome
    if isinstance(outcome, Done) and not as_planned:
        text = "AWS took the change, and does not show it: look again in a minute"
        return Unknown(local("not_shown", text))
    return outcome


def _record(run: RootRun, plan: UnlockPlan, found: UnlockOutcome) -> None:
    line = result_of(found.outcome)
    seen = policy_hash(found.seen.value) if isinstance(found.seen, Seen) else None
    run.record(
        plan.resource.account,
        line.outcome,
        task=plan.resource.kind.task,
        item=plan.resource.arn,
        reason=line.reason,
        request_id=found.request_id,
        details={"policy_sha256": seen} if seen else None,
    )
    run.flush()
