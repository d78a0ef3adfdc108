"""What stands against opening or adopting an exception, from what was seen of the root user. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rootwarden.errors import BadInput, RefusedByRule
from rootwarden.model.audit import AuditOutcome
from rootwarden.model.canonical import rfc3339
from rootwarden.model.credential_item import all_items

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from rootwarden.model.audit import AuditRow
    from rootwarden.model.recovery_exception import RecoveryException
    from rootwarden.model.root_only_task import Places, RootOnlyTask


def check_task(task: RootOnlyTask, places: Places) -> None:
    """Raises RefusedByRule, with the better way, for a task for which nobody has to sign in."""
    if not task.needs_sign_in:
        raise RefusedByRule(
            f"{task.name} needs no sign-in as the root user: {places.fill(task.instead)}",
            advice=f"'rootwarden tasks {task.name}' prints every step.",
        )


def check_none_open(exceptions: Iterable[RecoveryException], now: datetime) -> None:
    """Raises RefusedByRule for the first of an account's exceptions that was not closed."""
    for one in exceptions:
        if one.closed is None:
            state = "overdue" if one.overdue(now) else one.state.value
            raise RefusedByRule(
                f"exception {one.id} of {one.owner} for {one.task} in {one.account} is {state}, until {rfc3339(one.until)}",
                advice=f"Close it first: rootwarden recovery close {one.id}.",
            )


def check_holds_nothing(row: AuditRow) -> None:
    """Raises RefusedByRule where the root user holds anything, so that what is there at the close came to be inside."""
    items = all_items(row.credentials)
    if not items:
        return
    held = ", ".join(map(str, items))
    account = row.account.id
    if row.outcome in {AuditOutcome.EXPOSED, AuditOutcome.EXCEPTED}:
        raise RefusedByRule(
            f"the root user of {account} holds credentials already: {held}",
            advice=f"Make an exception of what is there: rootwarden recovery adopt {account} --task NAME --for TIME. Or remove it "
            f"first: rootwarden remove plan --account {account} --out FILE.",
        )
    raise RefusedByRule(
        f"the root user of {account} was left with what cannot sign in: {held}",
        advice=f"Remove it first (rootwarden remove plan --account {account} --out FILE): an MFA device that nobody has any more "
        "would be asked for at the sign-in.",
    )


def check_holds_something(row: AuditRow) -> tuple[str, ...]:
    """The names of what the root user holds. Raises BadInput where that is nothing, so that there is nothing to adopt."""
    items = all_items(row.credentials)
    if not items:
        raise BadInput(
            f"the root user of {row.account.id} holds no credentials: there is nothing to adopt",
            advice="'rootwarden recovery open' allows password recovery for a root user without credentials.",
        )
    return tuple(map(str, items))
