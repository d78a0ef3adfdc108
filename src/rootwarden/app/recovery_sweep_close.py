"""Closing and settling one exception inside a sweep: whatever goes wrong is the line of its account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rootwarden.app.recovery_close import CloseChoice, Closing, carry_out, plan_close
from rootwarden.app.recovery_settle import settle_opening
from rootwarden.app.recovery_tell import tell
from rootwarden.errors import Interrupted, LeaseLost, LedgerError, RootwardenError
from rootwarden.model.notification import NotificationKind
from rootwarden.model.reason import reason_of
from rootwarden.model.recovery_close import CloseOutcome, CloseResult
from rootwarden.model.sweep import SweepRow, SweepWord
from rootwarden.operations.recovery.standing import Settling
from rootwarden.reports.recovery_close_report import close_sentence

if TYPE_CHECKING:
    from collections.abc import Callable

    from rootwarden.app.recovery_ground import Ground
    from rootwarden.model.audit import AuditRow
    from rootwarden.model.recovery_exception import RecoveryException

_BROKEN_OFF: Final = "interrupted while an exception was closed"
_WORDS = {
    CloseResult.CLOSED: SweepWord.CLOSED,
    CloseResult.ALREADY_CLOSED: SweepWord.CLOSED,
    CloseResult.ACCOUNT_GONE: SweepWord.ACCOUNT_GONE,
    CloseResult.NOT_CLOSED: SweepWord.NOT_CLOSED,
}


def close_one(closing: Closing, say: Callable[[str], None]) -> SweepRow:
    """Closes one exception. Raises LedgerError and Interrupted alone."""
    exception = closing.exception
    name = closing.row.account.name if closing.row else ""
    try:
        outcome = _carry_out(closing, say)
    except (LedgerError, Interrupted):
        raise
    except LeaseLost as error:
        return SweepRow(exception.account, name, SweepWord.BUSY, error.message, exception.id)
    except RootwardenError as error:
        return SweepRow(
            exception.account,
            name,
            SweepWord.NOT_CLOSED,
            error.message,
            exception.id,
            reason=reason_of(error),
        )
    _tell_closed(closing.on, outcome, name)
    text, _ = close_sentence(outcome)
    return SweepRow(
        exception.account,
        name,
        _WORDS[outcome.result],
        text.rstrip("."),
        exception.id,
        outcome.remaining,
        reason=outcome.reason,
    )


def _carry_out(closing: Closing, say: Callable[[str], None]) -> CloseOutcome:
    outcome = carry_out(closing, lambda one: say(f"{one.account} {one.name}: {one.verification.value}"))
    if outcome.stopped == Interrupted.exit_code:
        raise Interrupted(_BROKEN_OFF, advice="Give the same command again: it goes on.")
    return outcome


def _tell_closed(on: Ground, outcome: CloseOutcome, name: str) -> None:
    if outcome.result in {CloseResult.CLOSED, CloseResult.ACCOUNT_GONE}:
        tell(on, NotificationKind.CLOSED, outcome.exception, name=name or None, items=outcome.remaining)


def settle_one(
    on: Ground, exception: RecoveryException, row: AuditRow | None, say: Callable[[str], None]
) -> SweepRow:
    """Settles one opening by what AWS shows; one that is open and past its end is closed at once. Raises LedgerError."""
    name = row.account.name if row else ""
    try:
        found = settle_opening(on, exception)
        if found is Settling.OPENED and exception.overdue(on.app.clock()):
            now = next(one for one in on.not_closed() if one.id == exception.id)
            look = on.look([exception.account]).get(exception.account)
            return close_one(plan_close(on, now, look, CloseChoice(how="swept")), say)
    except (LedgerError, Interrupted):
        raise
    except RootwardenError as error:
        return SweepRow(
            exception.account,
            name,
            SweepWord.NOT_SETTLED,
            error.message,
            exception.id,
            reason=reason_of(error),
        )
    texts = {
        Settling.OPENED: f"exception {exception.id} was opened by a run that did not come to its end: it is open",
        Settling.NOT_OPENED: f"exception {exception.id} was never opened: it is over",
        Settling.UNSEEN: f"whether exception {exception.id} was opened could not be seen, or another run works on it",
    }
    word = SweepWord.NOT_SETTLED if found is Settling.UNSEEN else SweepWord.SETTLED
    return SweepRow(exception.account, name, word, texts[found], exception.id)
