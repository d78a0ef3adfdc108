"""The management account's own root user and use: what was read, and what is made of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from rootwarden.model.ids import AccountId
    from rootwarden.model.reading import Reading
    from rootwarden.model.reason import Reason


@dataclass(frozen=True, slots=True)
class SummaryFlags:
    """The root keys of GetAccountSummary; None where AWS did not give the key."""

    access_keys: bool | None
    signing_certificates: bool | None
    mfa: bool | None


@dataclass(frozen=True, slots=True)
class ReportedKey:
    """An access key in a credential report."""

    active: bool
    last_used: datetime | None
    """None where no use is on record."""


@dataclass(frozen=True, slots=True)
class ReportedUser:
    """A row of a credential report."""

    name: str
    password: bool | None
    """Whether a password signs in; None where the report does not say."""
    password_last_used: datetime | None
    """None where no use is on record."""
    mfa: bool
    keys: tuple[ReportedKey, ...] = ()

    @property
    def last_used(self) -> datetime | None:
        """The latest use on record, by password or key."""
        uses = [one for one in (self.password_last_used, *(key.last_used for key in self.keys)) if one]
        return max(uses, default=None)

    @property
    def is_long_term(self) -> bool:
        """Whether it can sign in or sign requests with what does not end by itself."""
        return bool(self.password) or any(key.active for key in self.keys)


@dataclass(frozen=True, slots=True)
class CredentialReport:
    """The credential report of one account."""

    generated: datetime
    root: ReportedUser | None
    """None where the report has no row for it."""
    users: tuple[ReportedUser, ...]


class ContactKind(StrEnum):
    """The alternate contacts of an account."""

    SECURITY = "SECURITY"
    OPERATIONS = "OPERATIONS"
    BILLING = "BILLING"


@dataclass(frozen=True, slots=True)
class Activity:
    """What one principal did, as far as CloudTrail was asked."""

    who: str
    what: str
    """``ConsoleLogin``, or the names of root's calls."""
    times: int
    last: datetime


@dataclass(frozen=True, slots=True)
class Alert:
    """A rule or an alarm that tells somebody of root activity."""

    name: str
    """``EventBridge rule NAME``, ``metric filter NAME``."""
    sign_in: bool
    """Whether it notices a root sign-in."""
    calls: bool
    """Whether it notices a call made by root."""
    tells: bool
    """Whether anything is told: a target of the rule, an action of the alarm."""


@dataclass(frozen=True, slots=True)
class ManagementReadings:
    """Everything ``management check`` looks at; each read stands for itself."""

    account: AccountId
    email: str | None
    """The root user's mailbox, as Organizations says."""
    now: datetime
    days: int
    """How far back use is looked for."""
    regions: tuple[str, ...]
    """The Regions whose event history was looked at."""
    alert_region: str
    """The Region in which root's sign-ins and IAM calls are recorded, so that alerts have to be there."""
    summary: Reading[SummaryFlags]
    report: Reading[CredentialReport]
    contacts: dict[ContactKind, Reading[bool]]
    """Whether there is one, by kind."""
    root_activity: Reading[tuple[Activity, ...]]
    human_activity: Reading[tuple[Activity, ...]]
    rules: Reading[tuple[Alert, ...]]
    """EventBridge."""
    filters: Reading[tuple[Alert, ...]]
    """Metric filters on the log groups of CloudTrail's trails, with their alarms."""


@dataclass(frozen=True, slots=True)
class DeployedAlerts:
    """What ``guardrails deploy`` brought into the management account, as it is now, Region by Region."""

    guardrail: str
    there: tuple[str, ...] = ()
    """Regions with its stack."""
    missing: tuple[str, ...] = ()
    """Enabled Regions without it."""
    changed: tuple[str, ...] = ()
    """What somebody changed by hand, or CloudFormation left undone, a sentence each."""
    silent: tuple[str, ...] = ()
    """Regions whose topic tells nobody: no subscription is confirmed."""
    unread: tuple[str, ...] = ()
    """What could not be read, with AWS's words."""
    reason: Reason | None = None
    """The first of AWS's reasons for that."""
    members: str | None = None
    """What is wrong with the stacks of members; None where nothing is, or where they have none of these."""


class Verdict(StrEnum):
    """How a check came out."""

    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "unknown"
    """It could not be measured; the reason says why."""
    BY_HAND = "by_hand"
    """AWS has no call that tells: somebody has to look."""


@dataclass(frozen=True, slots=True)
class ManagementCheck:
    """One check."""

    id: str
    title: str
    verdict: Verdict
    found: str
    """What was seen; for a check by hand where to look."""
    why: str
    """Why it matters."""
    advice: str = ""
    """What to do about it; empty where it passed."""
    page: str = ""
    """AWS's page about it."""
    reason: Reason | None = None
    """Why it is unknown."""
