"""What entitles a command to open a root session."""

from __future__ import annotations

from dataclasses import dataclass

from rootwarden.model.ids import AccountId
from rootwarden.model.tasks import RootTask


@dataclass(frozen=True, slots=True)
class ForReading:
    """A reason is enough to look."""

    reason: str
    ticket: str | None = None


@dataclass(frozen=True, slots=True)
class ForPlan:
    """A confirmed plan, named by its hash, entitles to change what it lists."""

    plan_hash: str
    reason: str
    ticket: str | None = None
    tasks: tuple[RootTask, ...] = (RootTask.DELETE,)
    """What the plan needs besides looking with the audit task."""
    only: AccountId | None = None
    """The one account it is used for, where a session is handed to a person."""
    exception_id: str | None = None
    """The exception at whose end it is carried out."""


@dataclass(frozen=True, slots=True)
class ForException:
    """An open exception entitles to look at, create and delete the root credentials of its account."""

    exception_id: str
    account: AccountId
    reason: str
    ticket: str | None = None


@dataclass(frozen=True, slots=True)
class ForPerson:
    """A reason is enough to hand a session to a person, for tasks that neither create nor delete root credentials."""

    reason: str
    ticket: str | None = None


@dataclass(frozen=True, slots=True)
class ForGrant:
    """A grant that is current entitles to hand over sessions for its one task in its one account.

    What the task needs besides (an exception, a plan) entitled whoever added the grant.
    """

    grant_id: str
    account: AccountId
    task: RootTask
    reason: str
    ticket: str | None = None
    exception_id: str | None = None
    plan_hash: str | None = None


@dataclass(frozen=True, slots=True)
class ForBreakGlass:
    """Somebody answers for it, where the configuration allows that; it stands in the ledger by that name."""

    account: AccountId
    reason: str
    ticket: str | None = None


Authority = ForReading | ForPlan | ForException | ForPerson | ForGrant | ForBreakGlass
