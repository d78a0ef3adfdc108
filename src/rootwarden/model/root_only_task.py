"""A task that AWS keeps, or kept, for an account's root user: how it is done today, and what CloudTrail shows of it.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user.html#root-user-tasks
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rootwarden.model.tasks import RootTask


class Way(StrEnum):
    """How a task is done in a member account today."""

    ROOT_SESSION = "root-session"
    """By the delegated administrator, in a root session for one task; nobody signs in."""
    ACCOUNT_API = "account-api"
    """By the management account, or a delegated administrator of the service, with a call that names the member account."""
    AWS_SUPPORT = "aws-support"
    """By AWS Support, who ask somebody for a proof."""
    RECOVERY = "recovery"
    """By a person who signs in as the root user, for which password recovery is allowed and taken back again."""


class RecordedIn(StrEnum):
    """The account whose trail has the record; an organization trail has it in either case."""

    CALLER = "caller"
    """The account that acts on the member account: the delegated administrator's, or the management account."""
    MEMBER = "member"
    """The account whose root user, or whose setting, it is about."""


@dataclass(frozen=True, slots=True)
class TrailEvent:
    """One kind of record that CloudTrail is left with."""

    source: str | None
    """``eventSource``; None where AWS's records of this name carry different ones."""
    name: str
    """``eventName``."""
    recorded_in: RecordedIn


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a runbook. Both texts may hold the places of ``Places``, in braces."""

    text: str
    command: str = ""
    """What to type, where something is to be typed."""


@dataclass(frozen=True, slots=True)
class RootOnlyTask:
    """One row of the catalogue."""

    name: str
    """Its name on the command line and in the ledger; never changed once published."""
    title: str
    way: Way
    steps: tuple[Step, ...]
    """Everything there is to do, the procedure of the way included."""
    page: str
    """AWS's page about the task."""
    procedure_events: tuple[TrailEvent, ...]
    """What the way leaves in CloudTrail."""
    task_events: tuple[TrailEvent, ...]
    """What the task itself leaves."""
    management_account: str
    """What is different where the management account's own root user is meant, which no root session reaches."""
    instead: str = ""
    """Where nobody has to sign in: what to do, in one sentence for whoever was about to."""
    consider: str = ""
    """Where somebody has to: what may save the sign-in."""
    events_note: str = ""
    """What there is to know about ``task_events``; says why where there are none."""
    root_task: RootTask | None = None
    """The task of the root session, where one does it."""

    @property
    def needs_sign_in(self) -> bool:
        """Whether a person has to sign in as the root user of the member account."""
        return self.way is Way.RECOVERY

    @property
    def events(self) -> tuple[TrailEvent, ...]:
        """Everything CloudTrail may be expected to show of it, each once."""
        return tuple(dict.fromkeys((*self.procedure_events, *self.task_events)))


@dataclass(frozen=True, slots=True)
class Places:
    """What the steps leave open: this organization's ids where they are known, a word in capitals where not."""

    account: str = "ACCOUNT_ID"
    management_account: str = "MANAGEMENT_ACCOUNT_ID"
    delegate: str = "DELEGATE_ACCOUNT_ID"
    sts_region: str = "REGION"
    partition: str = "aws"

    def fill(self, text: str) -> str:
        """A text of a step with its places filled in."""
        return text.format(
            account=self.account,
            management_account=self.management_account,
            delegate=self.delegate,
            sts_region=self.sts_region,
            partition=self.partition,
        )
