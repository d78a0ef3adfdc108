"""Composing the command ``recovery close``: which exception is meant, a look, a plan, the close."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rootwarden.app.accounts import choose_account
from rootwarden.app.recovery_close import CloseChoice, Closing, carry_out, plan_close
from rootwarden.app.recovery_ground import Ground, ground
from rootwarden.app.recovery_tell import tell
from rootwarden.app.register_names import named
from rootwarden.errors import BadInput, RefusedByRule
from rootwarden.model.ids import looks_like_account_id
from rootwarden.model.notification import NotificationKind
from rootwarden.model.recovery_close import CloseOutcome, CloseResult
from rootwarden.reports.recovery_close_report import close_plan_report, closed_report

if TYPE_CHECKING:
    from collections.abc import Callable

    from rootwarden.app.context import App
    from rootwarden.model.recovery_exception import RecoveryException
    from rootwarden.model.removal_outcome import AccountOutcome
    from rootwarden.reports.report import Report

COMMAND: Final = "recovery close"
_INCOMPLETE: Final = 6
_ID: Final = "e-"


def prepare_close(app: App, text: str, choice: CloseChoice) -> Closing:
    """Finds the exception by its id or its account, looks at the root user and plans. Raises BadInput, AwsError, LedgerError."""
    app.require_why(COMMAND)
    on = ground(app, COMMAND)
    exception = _meant(on, text)
    if exception.closed is not None:
        return plan_close(on, exception, None, choice)
    rows = on.look([exception.account])
    return plan_close(on, exception, rows.get(exception.account), choice)


def plan_report(closing: Closing) -> Report:
    """What will be removed, before anybody is asked."""
    return close_plan_report(COMMAND, closing.exception, closing.row, closing.planned.plan, gone=closing.gone)


def close_exception(closing: Closing, progress: Callable[[AccountOutcome], None]) -> tuple[Report, int]:
    """Closes as planned and confirmed; the report and the exit code. Raises as ``recovery_close.carry_out`` does."""
    if closing.exception.closed is not None:
        return closed_report(COMMAND, CloseOutcome(closing.exception, CloseResult.ALREADY_CLOSED)), 0
    outcome = carry_out(closing, progress)
    if outcome.result in {CloseResult.CLOSED, CloseResult.ACCOUNT_GONE}:
        name = closing.row.account.name if closing.row else None
        tell(closing.on, NotificationKind.CLOSED, outcome.exception, name=name, items=outcome.remaining)
    incomplete = _INCOMPLETE if outcome.result is CloseResult.NOT_CLOSED else 0
    return closed_report(COMMAND, outcome), outcome.stopped or incomplete


def _meant(on: Ground, text: str) -> RecoveryException:
    """The exception of an id, or the one of an account that was not closed; of closed ones the latest."""
    found = on.registers().exceptions
    if text.startswith(_ID) and not looks_like_account_id(text):
        by_id = [one for one in found if one.id == text]
        if by_id:
            return by_id[0]
        known_name = any(one.id.startswith(_ID) for one in found)
        if known_name or not found:
            return named(text, found, "exception", lambda one: f"account {one.account}, {one.task}")
    ids = {one.account for one in found}
    account = text if text in ids else choose_account(on.app, on.clients, text).account.id
    mine = [one for one in found if one.account == account]
    if not mine:
        raise BadInput(
            f"the ledger knows no exception for account {account}",
            advice="'rootwarden recovery list' shows those there are. Where AWS shows credentials nevertheless, "
            f"'rootwarden recovery adopt {account}' makes an exception of them.",
        )
    still = [one for one in mine if one.closed is None]
    if len(still) > 1:
        raise RefusedByRule(
            f"account {account} has {len(still)} exceptions that are not closed: {', '.join(one.id for one in still)}",
            advice="Name one by its id.",
        )
    return (still or mine)[-1]
