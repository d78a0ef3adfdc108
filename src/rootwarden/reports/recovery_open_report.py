"""What opening an exception will do, and what came of it, with the steps for the person who signs in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from rootwarden.model.outcome import Done, NothingToDo, Unknown
from rootwarden.model.recovery import SignedInAnswer
from rootwarden.model.root_only_task import Places
from rootwarden.reports.audit_report import reason_text
from rootwarden.reports.recovery_words import (
    exception_document,
    exemption_document,
    exemption_line,
    length,
    outcome_tone,
    outcome_word,
    reason_document,
    when,
    why,
)
from rootwarden.reports.report import Block, Cell, Report, Table, Tone, cell

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import timedelta

    from rootwarden.model.organization import Account
    from rootwarden.model.outcome import Outcome
    from rootwarden.model.recovery import SignedIn
    from rootwarden.model.recovery_close import ExemptionOutcome
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
    met: SignedIn | None = None
    """What the root user would meet once it has signed in; None where that was not judged again."""
    unseen: bool = False
    """Whether what it holds can be read only once an exemption is there."""

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
        *_met(facts),
        Cell(
            "A login profile will be created for the root user in a root session (IAMCreateRootUserPassword). It has no password; "
            "the holder of the root mailbox sets one."
        ),
        *_mailbox(facts),
    ]
    return Report(command, document, (), tuple(lines), (document,), _diffs(facts))


def opened_report(
    command: str,
    exception: RecoveryException,
    facts: OpeningFacts,
    outcome: Outcome,
    taken_back: Sequence[ExemptionOutcome] = (),
) -> Report:
    """What came of it, and what the person does now."""
    state = exception.state.value
    document = {
        **_document(exception, facts, state),
        "outcome": outcome_word(outcome),
        "reason": reason_document(outcome),
    }
    document["exemptions_taken_back"] = [exemption_document(one) for one in taken_back]
    good = isinstance(outcome, Done) or (isinstance(outcome, NothingToDo) and exception.closed is None)
    lines = [Cell(_told(exception, facts, outcome), outcome_tone(outcome))]
    lines += [exemption_line(one) for one in taken_back]
    if good:
        lines += [
            *(
                Cell(
                    f"{one.policy_name} ({one.policy_id}) exempts the root user of {facts.account.id} until the close takes that back.",
                    Tone.WARN,
                )
                for one in exception.exemptions
            ),
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
    still = (
        ""
        if exception.closed
        else f" Exception {exception.id} is not settled yet: the next sweep looks again."
    )
    return f"Not opened: {text}. Nothing is allowed for {account}.{still}"


def _met(facts: OpeningFacts) -> Iterator[Cell]:
    """What a signed-in root user would meet, and what is done about it."""
    met = facts.met
    if met is None or met.answer is SignedInAnswer.ALLOWED:
        return
    if met.answer is SignedInAnswer.DEPENDS:
        yield Cell("Whether a signed-in root user can do the task was not seen to the end:", Tone.WARN)
        for one in met.why:
            yield Cell(f"  {one}", Tone.WARN)
        return
    yield Cell("Without an exemption signing in would be useless:", Tone.BAD)
    for one in met.why:
        yield Cell(f"  {one}", Tone.BAD)
    for change in met.exemptions:
        where = ", ".join(change.targets)
        yield Cell(
            f"A temporary exemption in {change.exemption.policy_name} ({change.exemption.policy_id}, attached to {where}), shown "
            f"above, spares the root user of {facts.account.id} and nobody else. It is deployed first, and taken back at the close.",
            Tone.WARN,
        )
    if facts.unseen:
        yield Cell(
            "What the root user holds can be read only then; where it holds anything, all is taken back.",
            Tone.WARN,
        )


def _diffs(facts: OpeningFacts) -> tuple[Block, ...]:
    changes = facts.met.exemptions if facts.met else ()
    return tuple(
        Block(
            f"Exemption in {one.exemption.policy_name} ({one.exemption.policy_id})",
            tuple(Cell(line, _diff_tone(line)) for line in one.diff.rstrip().split("\n")),
            "diff",
        )
        for one in changes
    )


def _diff_tone(line: str) -> Tone:
    if line.startswith(("---", "+++", "@@")):
        return Tone.FAINT
    return Tone.GOOD if line.startswith("+") else Tone.BAD if line.startswith("-") else Tone.PLAIN


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
        "signed_in": _signed_in(facts.met) if facts.met else None,
    }


def _signed_in(met: SignedIn) -> dict[str, Any]:
    return {
        "answer": met.answer.value,
        "why": list(met.why),
        "actions": list(met.actions),
        "blocks_sessions": met.blocks_sessions,
        "exemptions": [
            {
                "policy_id": one.exemption.policy_id,
                "policy_name": one.exemption.policy_name,
                "targets": list(one.targets),
                "diff": one.diff,
            }
            for one in met.exemptions
        ],
    }
