"""What the configuration and the user's words allow of an exception."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from rootwarden.app.entitling import BREAK_GLASS
from rootwarden.errors import BadInput, RefusedByRule
from rootwarden.model.duration import duration
from rootwarden.model.recovery import WantedException
from rootwarden.model.root_only_task import Places
from rootwarden.model.root_only_tasks import root_only_task_named
from rootwarden.operations.recovery.limits import Limits, beyond
from rootwarden.operations.recovery.opening import check_task

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rootwarden.app.context import App
    from rootwarden.app.recovery_ground import Ground
    from rootwarden.model.ids import AccountId
    from rootwarden.model.recovery_exception import RecoveryException


def wanted_exception(
    app: App, command: str, *, task: str, lasts: str, owner: str | None, break_glass: bool
) -> WantedException:
    """The exception these options mean, before AWS is asked. Raises BadInput, and RefusedByRule where the glass is not to be broken."""
    app.require_why(command)
    found = root_only_task_named(task)
    span = duration(lasts, "--for")
    if not span:
        raise BadInput(f"--for {lasts} is no time at all", advice="Give it a length, such as 4h.")
    if owner is not None and not owner.strip():
        raise BadInput("--owner is empty", advice="Name who answers for it, or leave it out for the caller.")
    if break_glass and not app.settings.recovery.break_glass:
        raise RefusedByRule(
            "the configuration does not allow --break-glass",
            advice="Keep to the limits; or recovery.break_glass = true, if your rules allow that.",
        )
    if break_glass and not (app.choices.reason or "").strip():
        raise BadInput("--break-glass needs a reason", advice="Give --reason TEXT.")
    wanted = WantedException(found, span, owner.strip() if owner else None, break_glass)
    if found.needs_sign_in and not break_glass:
        _check_longest(app, wanted, lasts)
    return wanted


def _check_longest(app: App, wanted: WantedException, lasts: str) -> None:
    hours = app.settings.recovery.longest_hours
    if wanted.lasts > timedelta(hours=hours):
        raise RefusedByRule(
            f"--for {lasts} is longer than the {hours} hours an exception may last",
            advice="Give a shorter time, and open another one then; recovery.longest_hours in the configuration sets the limit.",
        )


def check_wanted(on: Ground, wanted: WantedException, account: AccountId) -> None:
    """Raises RefusedByRule for a task that needs no sign-in, with the better way and this organization's ids in it."""
    places = Places(
        account=account,
        management_account=on.organization.management_account_id,
        delegate=on.caller_arn.split(":")[4],
        sts_region=on.app.settings.regions.sts or on.clients.region,
        partition=on.clients.partition.name,
    )
    check_task(wanted.task, places)


def limits_passed(
    on: Ground, wanted: WantedException, leaving_out: Iterable[RecoveryException] = ()
) -> tuple[str, ...]:
    """The limits that breaking the glass lets pass; empty where all are kept. Raises RefusedByRule where they are not, and it is whole."""
    settings = on.app.settings.recovery
    known = {one.id for one in leaving_out}
    limits = Limits(timedelta(hours=settings.longest_hours), settings.openers, settings.open_at_once)
    passed = beyond(
        limits,
        lasts=wanted.lasts,
        caller_arn=on.caller_arn,
        already_open=sum(1 for one in on.not_closed() if one.id not in known),
    )
    if passed and not wanted.break_glass:
        raise RefusedByRule(
            f"the configuration does not allow it: {'; '.join(passed)}",
            advice="Close what is not needed any more, ask somebody who may, or shorten it. --break-glass passes the limits where "
            "the configuration allows that.",
        )
    return passed


def note_break_glass(on: Ground, account: AccountId, passed: Sequence[str]) -> None:
    """Writes the note that stands out, before anything is done, and says so on the terminal. Raises LedgerError."""
    choices = on.app.choices
    on.recorder.note(
        operation=BREAK_GLASS,
        accounts=(account,),
        reason=choices.reason,
        ticket=choices.ticket,
        details={"command": on.command, "passed": list(passed)},
    )
    on.app.problems.append(f"BREAK GLASS in {account}: {'; '.join(passed)}; the ledger says who and why")
