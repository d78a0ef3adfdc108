"""Exceptions in documents and sentences."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from rootwarden.model.canonical import rfc3339
from rootwarden.model.outcome import Done, Failed, NothingToDo, Outcome, Refused, Unknown
from rootwarden.reports.audit_report import reason_text
from rootwarden.reports.report import Cell, Tone
from rootwarden.reports.standing import second

if TYPE_CHECKING:
    from datetime import datetime

    from rootwarden.model.recovery_close import ExemptionOutcome
    from rootwarden.model.recovery_exception import RecoveryException, TemporaryExemption

STATES: Final = {
    "overdue": Tone.BAD,
    "opening": Tone.WARN,
    "closing": Tone.WARN,
    "open": Tone.GOOD,
    "closed": Tone.FAINT,
}
"""In the order they are listed."""


_OUTCOMES: Final[dict[type[Outcome], tuple[str, Tone]]] = {
    Done: ("done", Tone.GOOD),
    NothingToDo: ("nothing_to_do", Tone.GOOD),
    Refused: ("refused", Tone.WARN),
    Failed: ("failed", Tone.BAD),
    Unknown: ("unknown", Tone.BAD),
}


def outcome_word(outcome: Outcome) -> str:
    """``done``, ``nothing_to_do``, ``refused``, ``failed``, ``unknown``."""
    return _OUTCOMES[type(outcome)][0]


def outcome_tone(outcome: Outcome) -> Tone:
    """How it should strike the reader."""
    return _OUTCOMES[type(outcome)][1]


def reason_document(outcome: Outcome) -> dict[str, Any] | None:
    """The reason an outcome carries."""
    reason = None if isinstance(outcome, Done) else outcome.reason
    return reason.as_json() if reason else None


def exception_document(one: RecoveryException, state: str) -> dict[str, Any]:
    """One exception with everything the ledger says of it."""
    return {
        "id": one.id,
        "state": state,
        "account": one.account,
        "task": one.task,
        "owner": one.owner,
        "reason": one.reason,
        "ticket": one.ticket,
        "opened": rfc3339(one.opened),
        "opened_by": one.opener,
        "until": rfc3339(one.until),
        "adopted": one.adopted,
        "break_glass": one.break_glass,
        "known": list(one.known),
        "exemptions": [_exemption(each) for each in one.exemptions],
        "closed": rfc3339(one.closed) if one.closed else None,
        "how": one.how,
        "open_seconds": int((one.closed - one.opened).total_seconds()) if one.closed else None,
        "remaining": list(one.remaining),
    }


def _exemption(one: TemporaryExemption) -> dict[str, Any]:
    return {
        "policy_id": one.policy_id,
        "policy_name": one.policy_name,
        "deployed": rfc3339(one.deployed) if one.deployed else None,
        "removed": rfc3339(one.removed) if one.removed else None,
    }


def why(one: RecoveryException) -> str:
    """The reason, with the ticket."""
    return f"{one.reason} [{one.ticket}]" if one.ticket else one.reason


def when(one: RecoveryException) -> str:
    """The end, as a person reads it."""
    return second(one.until)


def length(span: timedelta) -> str:
    """``4 h``, ``1 h 30 min``, ``45 s``."""
    seconds = int(span.total_seconds())
    hours, minutes = seconds // 3600, seconds % 3600 // 60
    if not hours and not minutes:
        return f"{seconds} s"
    parts = [f"{hours} h"] if hours else []
    return " ".join([*parts, *([f"{minutes} min"] if minutes else [])])


def left(one: RecoveryException, now: datetime) -> str:
    """How long it still lasts, or how long it has been overdue."""
    span = one.until - now
    return f"{length(span)} left" if span > timedelta(0) else f"overdue by {length(-span)}"


_TAKEN: Final = {
    "done": "taken back, and seen to be gone",
    "nothing_to_do": "not there any more",
    "refused": "NOT taken back",
    "failed": "NOT taken back",
    "unknown": "perhaps not taken back",
}


def exemption_line(one: ExemptionOutcome) -> Cell:
    """How taking one exemption back came out, in a sentence."""
    word = outcome_word(one.outcome)
    reason = None if isinstance(one.outcome, Done | NothingToDo) else one.outcome.reason
    why_not = f": {reason_text(reason)}" if reason else ""
    what = f"Exemption in {one.exemption.policy_name} ({one.exemption.policy_id})"
    return Cell(f"{what}: {_TAKEN[word]}{why_not}.", outcome_tone(one.outcome))


def exemption_document(one: ExemptionOutcome) -> dict[str, Any]:
    """The same for programs."""
    return {
        "policy_id": one.exemption.policy_id,
        "policy_name": one.exemption.policy_name,
        "outcome": outcome_word(one.outcome),
        "reason": reason_document(one.outcome),
    }
