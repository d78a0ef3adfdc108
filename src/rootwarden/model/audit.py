"""What an audit of root credentials found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from rootwarden.model.credentials import CredentialKind, RootCredentials
from rootwarden.model.diagnosis import TaskDiagnosis
from rootwarden.model.explanation import Explanation
from rootwarden.model.organization import Account
from rootwarden.model.reason import Reason, local


class Details(StrEnum):
    """When an audit reads more than the account summary."""

    ALWAYS = "always"
    AUTO = "auto"
    """Where the summary shows that something is there."""
    NEVER = "never"


class AuditOutcome(StrEnum):
    """The contract's outcomes of one account, worst first."""

    EXPOSED = "exposed"
    """A password, an active key or certificate, or a key or certificate known only from the summary."""
    UNREACHABLE = "unreachable"
    """Not or not wholly read; nothing is said about what was not seen."""
    EXCEPTED = "excepted"
    """An open exception or a waiver explains it."""
    LEFTOVER = "leftover"
    """Only things that cannot sign in: MFA devices, inactive keys and certificates."""
    SKIPPED = "skipped"
    """Left alone because of its state or a rule."""
    CLEAN = "clean"
    """All four kinds were read, and none is there."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """The summary and the details of one kind disagree, as they may while a change spreads."""

    kind: CredentialKind
    text: str


@dataclass(frozen=True, slots=True)
class RootReading:
    """What one look at a root user gave, and what went wrong on the way."""

    credentials: RootCredentials
    conflicts: tuple[Conflict, ...] = ()
    problems: tuple[Reason, ...] = ()
    """Reads that failed, each with AWS's answer; the kinds they would have told of are None or PRESENT."""


INTERRUPTED: Final = local("interrupted", "interrupted before it was read")
"""Why an account is unreachable that nobody came to before Ctrl-C."""


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One account of an audit. Every account of the selection has exactly one."""

    account: Account
    outcome: AuditOutcome
    credentials: RootCredentials
    reason: Reason | None = None
    conflicts: tuple[Conflict, ...] = ()
    problems: tuple[Reason, ...] = ()
    """Reads that failed; an account can be known to be exposed and still not be wholly read."""
    explanations: tuple[Explanation, ...] = ()
    """The waivers and exceptions that are about what exposes the account, those that are over too."""
    read: datetime | None = None
    """When it was looked at; None where it was not."""
    our_reading: TaskDiagnosis | None = None
    """What doctor makes of the policies where AWS denied the session: ours, and not AWS's word on why."""

    @property
    def wholly_read(self) -> bool:
        """Whether everything that was asked for was seen, so that nothing is left to guess."""
        return self.outcome is not AuditOutcome.SKIPPED and self.credentials.all_read and not self.problems

    @property
    def broken_off(self) -> bool:
        """Whether it was not come to before Ctrl-C, which says nothing about the account."""
        return self.reason is not None and self.reason == INTERRUPTED

    @property
    def incomplete(self) -> bool:
        """Whether it was to be read, and was not or not wholly."""
        return self.outcome is not AuditOutcome.SKIPPED and not self.wholly_read


class Tally:
    """What came out of an audit, counted row by row, so that nobody has to keep the rows to know."""

    def __init__(self, rows: Iterable[AuditRow] = ()) -> None:
        self._counts: Counter[AuditOutcome] = Counter()
        self.incomplete = False
        """Whether an account was to be read, and was not or not wholly."""
        for row in rows:
            self.see(row)

    def see(self, row: AuditRow) -> None:
        """Takes a row."""
        self._counts[row.outcome] += 1
        self.incomplete = self.incomplete or row.incomplete

    def count(self, outcome: AuditOutcome) -> int:
        """How many accounts came out so."""
        return self._counts[outcome]

    @property
    def total(self) -> int:
        """How many accounts there were."""
        return self._counts.total()


@dataclass(frozen=True, slots=True)
class Audit:
    """A whole audit, bound to the organization and endpoint it was made at."""

    organization_id: str
    endpoint: str
    taken: datetime
    rows: tuple[AuditRow, ...]
    interrupted: bool = False
    """Whether it was broken off; the accounts that were left are unreachable for that reason."""
    unlisted: Reason | None = None
    """Why not all accounts could be listed; of those that are missing nothing is known, not even that they exist."""
