"""What CloudTrail shows of root, judged: every event with a verdict, the sessions it belongs to, and what to look into."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from rootwarden.model.detection_event import Event
    from rootwarden.model.detection_known import LedgerRun, Suppression
    from rootwarden.model.ids import AccountId


class Verdict(StrEnum):
    """Whether somebody can say why root did it."""

    EXPLAINED = "explained"
    """The ledger, or an open exception, says who and why, and it is within what is allowed."""
    UNEXPECTED = "unexpected"
    """It is known how it came about, and it is outside of what is allowed, or nobody wrote down why."""
    UNEXPLAINED = "unexplained"
    """Nothing known leads to it: a sign-in, a root key, or a session whose opening nobody saw."""
    AWS_SERVICE = "aws_service"
    """A service of AWS did it in the account's name."""


class Severity(StrEnum):
    """How soon somebody should look, the least first."""

    INFO = "info"
    LOW = "low"
    MEDIUM = "medium"
    """From here on a run ends with findings (exit 1)."""
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """Its place, from 0."""
        return tuple(Severity).index(self)


class Evidence(StrEnum):
    """What ties the two sides of a session, or the session and the ledger, together."""

    ACCESS_KEY = "access_key"
    """The key that AssumeRoot issued is the one that was used."""
    TIME = "time"
    """The session began when AssumeRoot was called."""
    TARGET = "target"
    """The account that AssumeRoot named is the one that recorded the call."""
    ASSUMED_ROOT = "assumed_root"
    """CloudTrail says ``assumedRoot``, on one side or the other."""
    LEDGER_KEY = "ledger_key"
    """The ledger has the key."""
    LEDGER_REQUEST = "ledger_request"
    """The ledger has the id of the request."""
    LEDGER_WINDOW = "ledger_window"
    """The ledger has a run of the same caller about the account and the task at that time."""


class SessionKind(StrEnum):
    """How root came to act."""

    ASSUME_ROOT = "assume_root"
    """A root session of AssumeRoot."""
    CONSOLE = "console"
    """A sign-in."""
    ACCESS_KEY = "access_key"
    """A long-term access key of the root user."""
    UNKNOWN = "unknown"
    """Short-lived keys, and neither AssumeRoot nor a sign-in was seen."""


@dataclass(frozen=True, slots=True)
class JudgedEvent:
    """One event of root, and what is to be thought of it."""

    event: Event
    verdict: Verdict
    reason: str
    """One sentence."""
    session_id: str | None = None
    exception_id: str | None = None
    """The exception that explains it, or that it goes beyond."""


@dataclass(frozen=True, slots=True)
class RootSession:
    """One session as root, from both sides as far as they were seen."""

    id: str
    """The access key id where one is known; else made of the account and the time it began."""
    kind: SessionKind
    account: AccountId
    """The account whose root user it is."""
    began: datetime
    opening: Event | None
    """The AssumeRoot, or the sign-in; None where it was not seen."""
    events: tuple[Event, ...]
    """What was done in it, in the order of time."""
    verdict: Verdict
    """The worst of its events' verdicts."""
    reason: str
    task: str | None = None
    """The task of the command line, or the name of a policy that is none of ours."""
    caller: str | None = None
    """ARN of whoever called AssumeRoot."""
    run: LedgerRun | None = None
    """The ledger's entry about it."""
    exception_id: str | None = None
    evidence: tuple[Evidence, ...] = ()

    @property
    def ledger_reason(self) -> str | None:
        """Why, in the words of whoever opened it."""
        return self.run.reason if self.run else None

    @property
    def ticket(self) -> str | None:
        """Under which ticket."""
        return self.run.ticket if self.run else None


@dataclass(frozen=True, slots=True)
class Finding:
    """Something for a person to look into."""

    id: str
    """The same for the same rule and the same events, run after run."""
    rule: str
    severity: Severity
    title: str
    description: str
    next_step: str
    """What to do next."""
    techniques: tuple[str, ...]
    """ATT&CK ids."""
    event_ids: tuple[str, ...]
    accounts: tuple[AccountId, ...]
    """Whose root, or whose settings, it is about."""
    regions: tuple[str, ...]
    first: datetime
    last: datetime
    session_id: str | None = None
    """Where all of it happened in one session."""


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A finding that somebody answers for, until a day."""

    finding: Finding
    suppression: Suppression


@dataclass(frozen=True, slots=True)
class Judged:
    """Everything one run came to."""

    events: tuple[JudgedEvent, ...]
    """Every event of root and every AssumeRoot, once, in the order of time."""
    sessions: tuple[RootSession, ...]
    findings: tuple[Finding, ...]
    """The most severe first."""
    suppressed: tuple[Suppressed, ...] = ()
    notices: tuple[str, ...] = ()
    """What there is to say about the judging itself: suppressions that have ended, times in the future."""
    repeated: int = 0
    """How many events were there more than once."""

    @property
    def worst(self) -> Severity | None:
        """The highest severity of what is not suppressed."""
        return max((one.severity for one in self.findings), key=lambda one: one.rank, default=None)
