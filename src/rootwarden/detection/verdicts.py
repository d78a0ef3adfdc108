"""A verdict for every event of root and every AssumeRoot."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

from rootwarden.detection.allowed import outside_of_opening, outside_of_place
from rootwarden.detection.excepted import end_of
from rootwarden.detection.gathering import account_of, is_by_service, is_recovery, is_sign_in
from rootwarden.detection.tasks import action_of, is_within_task, task_of
from rootwarden.detection.words import ended
from rootwarden.model.detection import Evidence, SessionKind, Verdict

if TYPE_CHECKING:
    from datetime import datetime

    from rootwarden.detection.excepted import Exceptions
    from rootwarden.detection.gathering import Gathered
    from rootwarden.detection.ledger_index import LedgerIndex
    from rootwarden.model.detection_event import Event
    from rootwarden.model.detection_known import Expected, LedgerRun
    from rootwarden.model.ids import AccountId
    from rootwarden.model.tasks import RootTask


@dataclass(frozen=True, slots=True)
class Ruling:
    """What is to be thought of one event."""

    verdict: Verdict
    reason: str
    exception_id: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How a session came about, as far as it is known."""

    ruling: Ruling
    run: LedgerRun | None = None
    task: RootTask | None = None
    evidence: Evidence | None = None


class Verdicts:
    """Judges sessions and events by the ledger, the exceptions and the configuration."""

    def __init__(self, ledger: LedgerIndex, exceptions: Exceptions, expected: Expected) -> None:
        self._ledger = ledger
        self._exceptions = exceptions
        self._expected = expected

    def standing(self, session: Gathered) -> Standing:
        """How a session came about."""
        if session.kind is not SessionKind.ASSUME_ROOT:
            reason = _AMBIGUOUS if session.is_ambiguous else _UNEXPLAINED[session.kind]
            return Standing(Ruling(Verdict.UNEXPLAINED, reason))
        if session.opening is not None:
            return self._opened(session.opening, session.account, is_used=bool(session.events))
        run = next((run for run in map(self._ledger.of_member, session.events) if run is not None), None)
        if run is None:
            return Standing(Ruling(Verdict.UNEXPLAINED, _UNEXPLAINED[session.kind]))
        task = run.tasks[0] if len(run.tasks) == 1 else None
        return Standing(Ruling(Verdict.EXPLAINED, _why(run)), run, task, Evidence.LEDGER_KEY)

    def of_refused(self, event: Event) -> Ruling:
        """For an AssumeRoot that gave no session."""
        return self._opened(event, account_of(event), is_used=False).ruling

    def of_member(self, event: Event, session: Gathered, standing: Standing) -> Ruling:
        """For a call as root in a session."""
        if session.kind is not SessionKind.ASSUME_ROOT:
            ruling = self.of_person(event, session.kind, session.began)
            return standing.ruling if session.is_ambiguous and ruling.exception_id is None else ruling
        ruling = standing.ruling
        if standing.task is not None and not is_within_task(event, standing.task):
            text = f"{action_of(event)} is no action of the task {standing.task} that the session was opened for."
            return Ruling(Verdict.UNEXPECTED, text)
        if ruling.verdict is not Verdict.EXPLAINED:
            return ruling
        outside = outside_of_place(event, self._expected)
        return Ruling(Verdict.UNEXPECTED, _sentence(outside)) if outside else ruling

    def of_person(self, event: Event, kind: SessionKind, began: datetime | None = None) -> Ruling:
        """For what a person did who signed in as root, or has its keys: an exception explains it, or nothing does.

        ``began`` is when the person's session did.
        """
        covered = self._exceptions.covering(event)
        if covered is None:
            return self._outliving(event, kind, began) or Ruling(
                Verdict.UNEXPLAINED, _unexplained(event, kind)
            )
        one = covered.exception
        by_key = kind is SessionKind.ACCESS_KEY
        if covered.explains(by_key=by_key):
            text = f"The exception for {one.task}, open until {_minute(end_of(one))}, covers it: {one.reason}"
            return Ruling(Verdict.EXPLAINED, ended(text), one.id)
        what = f"{action_of(event)} with an access key" if by_key else action_of(event)
        text = f"The exception open at that time is for {one.task}, of which {what} is no part."
        return Ruling(Verdict.UNEXPECTED, text, one.id)

    def _outliving(self, event: Event, kind: SessionKind, began: datetime | None) -> Ruling | None:
        if began is None or kind is SessionKind.ACCESS_KEY:
            return None
        over = self._exceptions.ended_before(event.account, event.time, open_at=began)
        if over is None:
            return None
        text = (
            f"The session began under the exception for {over.task}, which ended at {_minute(end_of(over))}."
        )
        return Ruling(Verdict.UNEXPECTED, text, over.id)

    def of_event(self, event: Event) -> Ruling:
        """For an event of root outside of any session: a sign-in that failed, a step of recovery, a service's call."""
        if is_by_service(event):
            who = event.invoked_by or "AWS itself"
            return Ruling(Verdict.AWS_SERVICE, f"{who} did it in the account's name.")
        return self.of_person(event, SessionKind.CONSOLE)

    def _opened(self, opening: Event, account: AccountId, *, is_used: bool) -> Standing:
        run, evidence = self._ledger.of_opening(opening, account) or (None, None)
        missing = _NOT_IN_LEDGER if self._ledger.was_read else _NO_LEDGER
        by_time_alone = evidence is Evidence.LEDGER_WINDOW and opening.issued_key_id is not None
        # An AssumeRoot whose answer was lost is sent again, and gave out a key that nobody has. One that is used somebody has.
        if run is not None and by_time_alone and is_used and self._ledger.has_every_key(run, account):
            run, evidence, missing = None, None, _ANOTHER_KEY
        outside = outside_of_opening(opening, account, self._expected)
        if outside:
            ruling = Ruling(Verdict.UNEXPECTED, _sentence(outside))
        elif run is None:
            ruling = Ruling(Verdict.UNEXPECTED, missing)
        else:
            ruling = Ruling(Verdict.EXPLAINED, _why(run))
        return Standing(ruling, run, task_of(opening.task_policy), evidence)


_NOT_IN_LEDGER = "The ledger has no entry about it, so nobody wrote down who opened it and why."
_ANOTHER_KEY = "The ledger has a run of this caller at that time, which recorded another key for the account than this session's."
_NO_LEDGER = "No ledger was read, so nothing says who opened it and why."
_AMBIGUOUS = "Several sessions began in that account in the same second, and the record does not say to which it belongs."
_UNEXPLAINED = {
    SessionKind.ASSUME_ROOT: "CloudTrail marks it as a session of AssumeRoot, and that call was not seen.",
    SessionKind.CONSOLE: "A person signed in as root, and no exception was open.",
    SessionKind.ACCESS_KEY: "It was signed with a long-term access key of the root user.",
    SessionKind.UNKNOWN: "Neither an AssumeRoot nor a sign-in was seen that leads to it.",
}


def _unexplained(event: Event, kind: SessionKind) -> str:
    if is_recovery(event):
        return "Somebody meant to recover the root password, and no exception was open."
    if is_sign_in(event) and event.failed:
        return "Somebody tried to sign in as root, and no exception was open."
    return _UNEXPLAINED[kind]


def _why(run: LedgerRun) -> str:
    ticket = f" ({run.ticket})" if run.ticket else ""
    return ended(f"{run.caller} opened it with '{run.operation}'{ticket}: {run.reason or 'no reason given'}")


def _sentence(parts: tuple[str, ...]) -> str:
    text = ", and ".join(parts)
    return ended(text[:1].upper() + text[1:])


def _minute(when: datetime) -> str:
    return f"{when.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
