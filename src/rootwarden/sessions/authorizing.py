"""Whether what entitles a command covers the root sessions it wants. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, assert_never

from rootwarden.errors import RefusedByRule
from rootwarden.model.authority import (
    Authority,
    ForBreakGlass,
    ForException,
    ForGrant,
    ForPerson,
    ForPlan,
    ForReading,
)
from rootwarden.model.tasks import RootTask

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rootwarden.model.ids import AccountId

REASON_IS_ENOUGH: Final = frozenset({RootTask.AUDIT, RootTask.S3_UNLOCK, RootTask.SQS_UNLOCK})
"""Tasks that neither create nor delete root credentials; no other task of AWS's reads bucket and queue policies."""
_ABOUT_CREDENTIALS: Final = frozenset({RootTask.AUDIT, RootTask.DELETE, RootTask.CREATE_PASSWORD})


def check_tasks(authority: Authority, tasks: Iterable[RootTask]) -> None:
    """Raises RefusedByRule for a task that is not covered, and where no reason is given."""
    if not authority.reason.strip():
        raise RefusedByRule("a root session needs a reason", advice="Give --reason TEXT.")
    for task in tasks:
        if task not in _entitled(authority):
            raise RefusedByRule(
                f"nothing authorizes a root session with the task {task.value}",
                advice="Deleting needs a confirmed plan ('rootwarden remove plan') or an open exception, creating a password an "
                "open exception.",
            )


def check_accounts(authority: Authority, accounts: Iterable[AccountId]) -> None:
    """Raises RefusedByRule for an account that is not covered."""
    only = account_of(authority)
    others = [one for one in accounts if only not in {None, one}]
    if others:
        raise RefusedByRule(
            f"what authorizes a root session in {only} does not do so in {', '.join(others)}",
            advice="Please report this: it is a bug.",
        )


def account_of(authority: Authority) -> AccountId | None:
    """The one account it is about; None where it is bound to none."""
    if isinstance(authority, ForPlan):
        return authority.only
    return authority.account if isinstance(authority, ForException | ForGrant | ForBreakGlass) else None


def may_hand_over(authority: Authority) -> bool:
    """Whether a session's keys may leave the program. A reason to look is none to change, and keys can change things.

    Those of a plan may, where it is bound to the one account it is used for.
    """
    if isinstance(authority, ForPlan):
        return authority.only is not None
    return not isinstance(authority, ForReading)


def may_change(authority: Authority) -> bool:
    """Whether it is for changing something, with what this program does itself inside a session."""
    return isinstance(authority, ForPlan | ForException)


def named_in_intent(authority: Authority) -> dict[str, str | None]:
    """The plan and the exception as an intent names them."""
    match authority:
        case ForPlan(plan_hash=plan_hash, exception_id=exception_id):
            named: dict[str, str | None] = {"plan_hash": plan_hash}
            return named if exception_id is None else {**named, "exception_id": exception_id}
        case ForException(exception_id=exception_id):
            return {"exception_id": exception_id}
        case ForGrant(plan_hash=plan_hash, exception_id=exception_id):
            return {"plan_hash": plan_hash, "exception_id": exception_id}
        case _:
            return {}


def _entitled(authority: Authority) -> frozenset[RootTask]:
    match authority:
        case ForReading() | ForPerson():
            return REASON_IS_ENOUGH
        case ForPlan(tasks=tasks):
            return frozenset({RootTask.AUDIT, *tasks})
        case ForException() | ForBreakGlass():
            return _ABOUT_CREDENTIALS
        case ForGrant(task=task):
            return frozenset({task})
        case _:
            assert_never(authority)
