"""Composing ``recovery close``: everything the root user holds is removed and seen to be gone, then the exception ends."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from rootwarden.app.recovery_exemption import take_all_back, taken_back_unsaid
from rootwarden.app.recovery_ground import account_lease
from rootwarden.app.removal import ApplyChoice, Applying
from rootwarden.app.removal_plan import PlanChoice, PlannedRemoval, plan_from, record_plan
from rootwarden.errors import Interrupted, LedgerError
from rootwarden.ledger.exception_notes import record_closed, record_closing, record_emptied
from rootwarden.model.audit import Audit
from rootwarden.model.canonical import rfc3339
from rootwarden.model.organization import AccountState
from rootwarden.model.outcome import Failed, Refused, Unknown
from rootwarden.model.reason import Reason, local
from rootwarden.model.recovery_close import CloseOutcome, CloseResult
from rootwarden.model.recovery_exception import ExceptionState
from rootwarden.operations.recovery.inside import made_inside
from rootwarden.operations.removal.items import items_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from rootwarden.app.recovery_ground import Ground
    from rootwarden.model.audit import AuditRow
    from rootwarden.model.recovery_exception import RecoveryException
    from rootwarden.model.removal import KeptItem
    from rootwarden.model.removal_outcome import AccountOutcome

_ELSEWHERE: Final = local(
    "account_gone", "the account is closed for good, or not in the organization any more"
)


@dataclass(frozen=True, slots=True)
class CloseChoice:
    """How an exception is to be closed."""

    how: str = "closed"
    """``closed`` by somebody, ``swept`` past its time."""
    overrides: frozenset[str] = frozenset()
    """Old credentials that go however lately they were used."""
    evidence: Path | None = None


@dataclass(frozen=True, slots=True)
class Closing:
    """The close of one exception, planned from a look at its root user."""

    on: Ground
    exception: RecoveryException
    row: AuditRow | None
    """None where the account is not in the organization any more."""
    planned: PlannedRemoval
    choice: CloseChoice

    @property
    def gone(self) -> bool:
        """Whether nothing of ours reaches the root user, and never will."""
        return self.row is None or self.row.account.state is AccountState.CLOSED

    @property
    def kept(self) -> tuple[KeptItem, ...]:
        """What stays, with the reasons."""
        return tuple(one for *_, one in self.planned.plan.kept)


def plan_close(
    on: Ground, exception: RecoveryException, row: AuditRow | None, choice: CloseChoice
) -> Closing:
    """Plans the removal of all that the root user holds. What came to be inside the exception goes however lately it was used.

    Raises BadInput for an override that names nothing there is, and LedgerError.
    """
    rows = () if row is None else (row,)
    inside = frozenset(
        f"{exception.account}:{item.name}"
        for one in rows
        for item in items_of(one.credentials)
        if made_inside(exception, item)
    )
    audit = Audit(on.organization.id, on.clients.endpoint, on.app.clock(), rows)
    wishes = PlanChoice(overrides=inside | choice.overrides)
    planned = plan_from(on.app, audit, wishes, closing=exception.id, keep=False)
    return Closing(on, exception, row, planned, choice)


def carry_out(closing: Closing, progress: Callable[[AccountOutcome], None]) -> CloseOutcome:
    """Closes as planned. Raises LeaseLost where another run works on the account, LedgerError, and what refuses the removal."""
    on, exception = closing.on, closing.exception
    with on.lease(account_lease(exception.account)):
        now = next((one for one in on.registers().exceptions if one.id == exception.id), exception)
        if now.closed is not None:
            return CloseOutcome(now, CloseResult.ALREADY_CLOSED, row=closing.row)
        if closing.gone:
            return _end(closing, CloseOutcome(now, CloseResult.ACCOUNT_GONE, reason=_ELSEWHERE))
        if now.state is not ExceptionState.CLOSING:
            record_closing(on.recorder, now, reason=on.app.choices.reason)
            now = replace(now, state=ExceptionState.CLOSING)
        outcome = _remove(closing, now, progress)
        return _end(closing, outcome)


def _remove(
    closing: Closing, exception: RecoveryException, progress: Callable[[AccountOutcome], None]
) -> CloseOutcome:
    kept = closing.kept
    remaining = tuple(one.item.name for one in kept)
    removal = None
    row = closing.row
    if closing.planned.plan.accounts:
        record_plan(closing.on.app, closing.planned)
        applying = Applying(
            closing.on.app,
            closing.planned,
            ApplyChoice(closing.on.command, evidence=closing.choice.evidence, closing=exception.id),
        )
        _, code = applying.carry_out(ask=None, progress=progress)
        stopped = code if code in {Interrupted.exit_code, LedgerError.exit_code} else None
        (removal,) = applying.outcomes
        row = removal.after or row
        if not removal.complete:
            reason = removal.reason or local("not_removed", "not all of it could be removed")
            left = tuple(dict.fromkeys((*remaining, *removal.unexpected)))
            return CloseOutcome(
                exception,
                CloseResult.NOT_CLOSED,
                removal,
                row,
                remaining=left,
                reason=reason,
                stopped=stopped,
            )
    elif (row is None or not row.wholly_read) and taken_back_unsaid(closing.on, exception):
        assert exception.emptied is not None  # noqa: S101 - asked before
        closing.on.app.notes.append(
            f"what the root user of {exception.account} holds cannot be read now that the exemption is taken back; it was "
            f"seen at {rfc3339(exception.emptied)}, before that"
        )
        remaining = exception.remaining
    else:
        unread = next(
            (one.reason for one in closing.planned.plan.left_out if one.unread or not one.kept), None
        )
        if unread is not None or row is None or not row.wholly_read:
            return CloseOutcome(exception, CloseResult.NOT_CLOSED, row=row, reason=unread or _not_read(row))
    refused = next((one.reason for one in kept if one.refused), None)
    if refused is not None:
        return CloseOutcome(
            exception, CloseResult.NOT_CLOSED, removal, row, remaining=remaining, reason=refused
        )
    return CloseOutcome(exception, CloseResult.CLOSED, removal, row, remaining=remaining)


def _not_read(row: AuditRow | None) -> Reason:
    return (row.reason if row else None) or local("not_read", "the root user could not be read as a whole")


def _end(closing: Closing, outcome: CloseOutcome) -> CloseOutcome:
    """Takes back the exemptions, and writes the last word, where there is one."""
    if outcome.result is CloseResult.NOT_CLOSED:
        return outcome
    on = closing.on
    exception = outcome.exception
    seen = outcome.row is not None and outcome.row.wholly_read
    if seen and any(one.removed is None for one in exception.exemptions):
        record_emptied(on.recorder, exception, remaining=outcome.remaining)
    exception, taken_back = take_all_back(on, exception)
    outcome = replace(outcome, exception=exception, exemptions=taken_back)
    left = [
        (one.exemption, one.outcome.reason)
        for one in taken_back
        if isinstance(one.outcome, Refused | Failed | Unknown)
    ]
    if left:
        stays, why = left[0]
        text = f"the exemption in {stays.policy_name} ({stays.policy_id}) could not be taken back: {why.code}: {why.text}"
        return replace(outcome, result=CloseResult.NOT_CLOSED, reason=local("exemption_stays", text))
    gone = outcome.result is CloseResult.ACCOUNT_GONE
    lasted = on.app.clock() - exception.opened
    entry = record_closed(
        on.recorder,
        exception,
        how="account_gone" if gone else closing.choice.how,
        remaining=outcome.remaining,
        reason=on.app.choices.reason,
        lasted=lasted,
    )
    ended = replace(
        exception,
        state=ExceptionState.CLOSED,
        closed=entry.time,
        how="account_gone" if gone else closing.choice.how,
        remaining=outcome.remaining,
    )
    return replace(outcome, exception=ended, lasted=lasted)
