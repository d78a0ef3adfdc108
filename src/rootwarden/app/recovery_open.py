"""Composing ``recovery open``: checks, a plan, password recovery allowed in one account, and the record of it."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from rootwarden.app.accounts import choose_account
from rootwarden.app.recovery_exemption import check_deployable, deploy_all, signed_in, take_all_back
from rootwarden.app.recovery_ground import account_lease, ground
from rootwarden.app.recovery_rules import check_wanted, limits_passed, note_break_glass
from rootwarden.app.recovery_settle import settle_openings
from rootwarden.app.recovery_tell import tell
from rootwarden.errors import CannotLook, RefusedByRule
from rootwarden.ledger.exception_notes import record_closed, record_opened, record_opening
from rootwarden.model.authority import ForException
from rootwarden.model.notification import NotificationKind
from rootwarden.model.outcome import Done, Failed, NothingToDo, Refused, Unknown
from rootwarden.model.reason import local, reason_of
from rootwarden.model.recovery import SignedInAnswer
from rootwarden.model.recovery_exception import ExceptionState, RecoveryException
from rootwarden.model.register_id import new_exception_id
from rootwarden.operations.recovery.allow import PAUSES, TASK, allow
from rootwarden.operations.recovery.opening import check_holds_nothing, check_none_open
from rootwarden.reports.recovery_open_report import OpeningFacts, opened_report, opening_plan_report
from rootwarden.sessions.door import Work

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rootwarden.app.context import App
    from rootwarden.app.recovery_ground import Ground
    from rootwarden.aws.clients import CallerClients
    from rootwarden.model.audit import AuditRow
    from rootwarden.model.organization import Account
    from rootwarden.model.outcome import Outcome
    from rootwarden.model.recovery import WantedException
    from rootwarden.model.recovery_close import ExemptionOutcome
    from rootwarden.reports.report import Report

COMMAND: Final = "recovery open"
_INCOMPLETE: Final = 6


@dataclass(frozen=True, slots=True)
class Opening:
    """An exception that is planned, and what is said of it before anybody confirms."""

    on: Ground
    account: Account
    wanted: WantedException
    draft: RecoveryException
    facts: OpeningFacts
    deployer: CallerClients | None = None
    """Who deploys the exemptions; None where none are needed."""
    already: RecoveryException | None = None
    """The exception that an earlier run opened without coming to its end: there is nothing left to do."""

    @property
    def pending(self) -> bool:
        """Whether there is anything to do."""
        return self.already is None

    def report(self) -> Report:
        """The plan."""
        return opening_plan_report(COMMAND, self.draft, self.facts)


def prepare_open(app: App, account: str, wanted: WantedException) -> Opening:
    """Everything that can be checked beforehand. Raises RefusedByRule, UnknownAccount, AwsError, LedgerError."""
    on = ground(app, COMMAND)
    chosen = choose_account(app, on.clients, account)
    one = chosen.account
    check_wanted(on, wanted, one.id)
    if chosen.against is not None:
        raise RefusedByRule(
            f"{one.id} {one.name}: {chosen.against.text}", advice="No exception is opened in such an account."
        )
    settled = settle_openings(on, only=one.id)
    now = app.clock()
    mine = [each for each in on.registers().exceptions if each.account == one.id]
    for each in mine:
        if each.id in settled and each.task == wanted.task.name and each.is_open(now):
            return Opening(on, one, wanted, each, _facts(on, one, wanted, ()), already=each)
    check_none_open(mine, now)
    passed = limits_passed(on, wanted, mine)
    met = signed_in(on, one.id, wanted.task.name)
    blocked = met.answer is SignedInAnswer.BLOCKED
    deployer = check_deployable(on, one.id, met) if blocked else None
    unseen = met.blocks_sessions and deployer is not None  # looked at once the exemption is there
    if not unseen:
        check_holds_nothing(_seen(on, one))
    draft = RecoveryException(
        id=new_exception_id(),
        account=one.id,
        task=wanted.task.name,
        owner=wanted.owner or on.caller_arn,
        reason=app.choices.reason or f"{wanted.task.name}: {wanted.task.title}",
        ticket=app.choices.ticket,
        opened=now,
        until=now.replace(microsecond=0) + wanted.lasts,
        break_glass=bool(passed),
        state=ExceptionState.OPENING,
        opener=on.caller_arn,
        exemptions=tuple(each.exemption for each in met.exemptions),
    )
    facts = replace(_facts(on, one, wanted, passed), met=met, unseen=unseen)
    return Opening(on, one, wanted, draft, facts, deployer)


def _seen(on: Ground, account: Account) -> AuditRow:
    row = on.look([account.id]).get(account.id)
    if row is None or not row.wholly_read:
        reason = row.reason if row else None
        why = f"{reason.code}: {reason.text}" if reason else "it has left the organization"
        raise CannotLook(
            f"what the root user of {account.id} holds could not be read, so nothing is opened: {why}",
            advice=f"'rootwarden doctor --account {account.id} --task audit --task create-password' shows what stands in the way.",
        )
    return row


def _facts(on: Ground, account: Account, wanted: WantedException, passed: tuple[str, ...]) -> OpeningFacts:
    return OpeningFacts(
        account=account,
        task=wanted.task,
        lasts=wanted.lasts,
        management_account=on.organization.management_account_id,
        partition=on.clients.partition.name,
        sts_region=on.app.settings.regions.sts or on.clients.region,
        delegate=on.caller_arn.split(":")[4],
        passed=passed,
    )


def open_exception(opening: Opening) -> tuple[Report, int]:
    """Allows recovery as planned and confirmed; the report and the exit code.

    Raises LeaseLost where another run works on the account, RefusedByRule where something changed since, and LedgerError.
    """
    if opening.already is not None:
        report = opened_report(COMMAND, opening.already, opening.facts, NothingToDo())
        return report, 0
    on, account = opening.on, opening.account.id
    with on.lease(account_lease(account)):
        now = on.app.clock()
        check_none_open([one for one in on.registers().exceptions if one.account == account], now)
        until = now.replace(microsecond=0) + opening.wanted.lasts
        exception = replace(opening.draft, opened=now, until=until)
        if opening.facts.passed:
            note_break_glass(on, account, opening.facts.passed)
        record_opening(on.recorder, exception)
        exception, outcome = _carry_out(opening, exception)
        exception, taken_back = _after(on, exception, outcome)
    if isinstance(outcome, Done):
        _tell_opened(opening, exception)
    report = opened_report(COMMAND, exception, opening.facts, outcome, taken_back)
    return report, 0 if isinstance(outcome, Done) else _INCOMPLETE


def _tell_opened(opening: Opening, exception: RecoveryException) -> None:
    name = opening.account.name
    tell(opening.on, NotificationKind.OPENED, exception, name=name)
    if opening.facts.passed:
        tell(opening.on, NotificationKind.BREAK_GLASS, exception, name=name, limits=opening.facts.passed)


def _carry_out(opening: Opening, exception: RecoveryException) -> tuple[RecoveryException, Outcome]:
    """The exemption first, for without it AWS may deny the rest; then, where it had to wait, the look; then recovery."""
    on = opening.on
    pauses: Sequence[float] = ()
    if opening.deployer is not None:
        exception, outcome = deploy_all(on, opening.deployer, exception)
        if not isinstance(outcome, Done):
            return exception, outcome
        pauses = PAUSES
    if opening.facts.unseen:
        refusal = _held_after_all(opening, pauses)
        if refusal is not None:
            return exception, refusal
    return exception, _allow(on, exception, pauses)


def _held_after_all(opening: Opening, pauses: Sequence[float]) -> Outcome | None:
    """Looks at a root user that could not be read before; why it is not opened, or None."""
    for pause in (*pauses, None):
        try:
            check_holds_nothing(_seen(opening.on, opening.account))
        except CannotLook as error:
            if pause is None:
                return Failed(reason_of(error))
            time.sleep(pause)
        except RefusedByRule as error:
            return Refused(local("holds_credentials", f"{error.message}. {error.advice}"))
        else:
            return None
    return None


def _allow(on: Ground, exception: RecoveryException, pauses: Sequence[float]) -> Outcome:
    authority = ForException(exception.id, exception.account, exception.reason, exception.ticket)
    work = Work(operation=COMMAND, accounts=(exception.account,), tasks=(TASK,), authority=authority)
    with on.app.door(on.clients, on.organization.id).begin(work) as run:
        return allow(run, exception.account, pauses)


def _after(
    on: Ground, exception: RecoveryException, outcome: Outcome
) -> tuple[RecoveryException, tuple[ExemptionOutcome, ...]]:
    """The exception as it stands then, and what came of taking its exemptions back where AWS refused it.

    What is not known the next run settles by looking; so does one whose exemption could not be taken back.
    """
    if isinstance(outcome, Done):
        record_opened(on.recorder, exception)
        return replace(exception, state=ExceptionState.OPEN), ()
    if isinstance(outcome, Unknown):
        return exception, ()
    exception, taken_back = take_all_back(on, exception)
    if not all(isinstance(one.outcome, Done | NothingToDo) for one in taken_back):
        return exception, taken_back
    end = record_closed(on.recorder, exception, how="not_opened", lasted=timedelta(0))
    return replace(exception, state=ExceptionState.CLOSED, closed=end.time, how="not_opened"), taken_back
