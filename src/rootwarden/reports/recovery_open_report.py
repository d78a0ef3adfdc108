"""What opening an exception will do, and what came of it, with the steps for the person who signs in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from rootwarden.model.outcome import Done, NothingToDo, Unknown
from rootwarden.model.root_only_task import Places
from rootwarden.reports.audit_report import reason_text
from rootwarden.reports.recovery_words import (
    exception_document,
    length,
    outcome_tone,
    outcome_word,
    reason_document,
    when,
    why,
)
from rootwarden.reports.report import Cell, Report, Table, Tone, cell

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import timedelta

    from rootwarden.model.organization import Account
    from rootwarden.model.outcome import Outcome
    from rootwarden.model.recovery_exception import RecoveryException
    from rootwarden.model.root_only_task import RootOnlyTask

_SIGN_IN: Final = "https://signin.aws.amazon.com/"


@dataclass(frozen=True, slots=True)
class OpeningFacts:
    """What is known round an exception that is to be opened."""

    account: Account
    task: RootOnlyTask
    lasts: timedelta
    management_account: str
    partition: str
    sts_region: str
    delegate: str
    passed: tuple[str, ...] = ()
    """The limits that are passed by breaking the glass."""

    @property
    def places(self) -> Places:
        """This organization's ids for the catalogue's texts."""
        return Places(
            self.account.id, self.management_account, self.delegate, self.sts_region, self.partition
        )


def opening_plan_report(command: str, draft: RecoveryException, facts: OpeningFacts) -> Report:
    """What will be done, before anybody is asked."""
    document = {**_document(draft, facts, "planned"), "outcome": "planned", "reason": None}
    lines = [
        Cell(
            f"An exception for {facts.account.id} {facts.account.name}: its root user may sign in for {facts.task.name}, for "
            f"{length(facts.lasts)}, until about {when(draft)}."
        ),
        Cell(f"Task: {facts.task.title}."),
        Cell(f"{draft.owner} answers for it: {why(draft)}"),
        *_considered(facts),
        *(Cell(f"BREAK GLASS: {one}.", Tone.BAD) for one in facts.passed),
        Cell(
            "A login profile will be created for the root user in a root session (IAMCreateRootUserPassword). It has no password; "
            "the holder of the root mailbox sets one."
        ),
        *_mailbox(facts),
    ]
    return Report(command, document, (), tuple(lines), (document,))


def opened_report(
    command: str, exception: RecoveryException, facts: OpeningFacts, outcome: Outcome
) -> Report:
    """What came of it, and what the person does now."""
    state = exception.state.value
    document = {
        **_document(exception, facts, state),
        "outcome": outcome_word(outcome),
        "reason": reason_document(outcome),
    }
    good = isinstance(outcome, Done | NothingToDo) and exception.closed is None
    lines = [Cell(_told(exception, facts, outcome), outcome_tone(outcome))]
    if good:
        lines += [
            *_mailbox(facts),
            Cell(
                f"When the task is done, or at the latest at {when(exception)}: rootwarden recovery close {exception.id}"
            ),
        ]
    tables = (_steps_table(facts),) if good else ()
    return Report(command, document, tables, tuple(lines), (document,))


def _told(exception: RecoveryException, facts: OpeningFacts, outcome: Outcome) -> str:
    account = f"{facts.account.id} {facts.account.name}"
    if isinstance(outcome, Done):
        return f"Exception {exception.id} is open: the root user of {account} may recover its password until {when(exception)}."
    if isinstance(outcome, NothingToDo) and exception.closed is None:
        return (
            f"Exception {exception.id} is open already, until {when(exception)}: an earlier run allowed recovery for {account} "
            "and did not come to its end."
        )
    text = reason_text(outcome.reason) if outcome.reason else ""
    if isinstance(outcome, Unknown):
        return (
            f"Whether recovery was allowed for {account} is not known ({text}). Exception {exception.id} is recorded; the same "
            "command again, or the next sweep, looks."
        )
    if isinstance(outcome, NothingToDo):
        return (
            f"Not opened: somebody else gave the root user of {account} a login profile meanwhile ({text}). "
            f"'rootwarden recovery adopt {facts.account.id}' makes an exception of it."
        )
    return f"Not opened: {text}. Nothing is allowed for {account}."


def _considered(facts: OpeningFacts) -> Iterator[Cell]:
    if facts.task.consider:
        yield Cell(f"Consider first: {facts.places.fill(facts.task.consider)}", Tone.WARN)


def _mailbox(facts: OpeningFacts) -> Iterator[Cell]:
    yield Cell(
        f"Root mailbox: {facts.account.email or 'AWS gave no address'}. The mail to set a password goes there."
    )
    yield Cell(
        f"Does nobody read it any more? Change the address first: {_change_of_address(facts)}", Tone.FAINT
    )


def _change_of_address(facts: OpeningFacts) -> str:
    return (
        f"aws account start-primary-email-update --account-id {facts.account.id} --primary-email NEW_ADDRESS, from the management "
        f"account {facts.management_account} ('rootwarden tasks root-email' has every step; up to 4 hours)"
    )


def _steps(facts: OpeningFacts) -> list[dict[str, str]]:
    """The steps for the person: the catalogue's, but for the opening, which is this command."""
    return [
        {"text": facts.places.fill(one.text), "command": facts.places.fill(one.command)}
        for one in facts.task.steps
        if "recovery open" not in one.command
    ]


def _steps_table(facts: OpeningFacts) -> Table:
    rows = tuple(
        (cell(number), cell(one["text"]), cell(one["command"]))
        for number, one in enumerate(_steps(facts), start=1)
    )
    return Table("For the person who signs in", ("", "Step", "Command"), rows)


def _document(exception: RecoveryException, facts: OpeningFacts, state: str) -> dict[str, Any]:
    return {
        "exception": exception_document(exception, state),
        "account": {"id": facts.account.id, "name": facts.account.name, "ou_path": facts.account.ou_path},
        "mailbox": facts.account.email or None,
        "change_of_address": _change_of_address(facts),
        "sign_in": _SIGN_IN,
        "steps": _steps(facts),
        "limits_passed": list(facts.passed),
    }
