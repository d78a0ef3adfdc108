"""Plans to remove root credentials, and how they came out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from rootwarden.model.audit import AuditOutcome, AuditRow
from rootwarden.model.credentials import CredentialKind, LastUse
from rootwarden.model.ids import AccountId
from rootwarden.model.reason import Reason, Source


@dataclass(frozen=True, slots=True)
class RemovalItem:
    """One credential to remove: the password, a key, a certificate, or the assignment of an MFA device."""

    kind: CredentialKind
    identifier: str
    """Access key id, certificate id or MFA serial; ``login-profile`` for the password."""
    status: str | None = None
    created: datetime | None = None
    last_use: LastUse | None = None
    """None where it was not read, or does not apply."""

    @property
    def name(self) -> str:
        """``KIND:IDENTIFIER``, as the ledger names it."""
        return f"{self.kind.value}:{self.identifier}"


@dataclass(frozen=True, slots=True)
class AccountRemoval:
    """What goes in one account, in the order it goes."""

    account: AccountId
    name: str
    ou_path: str | None
    items: tuple[RemovalItem, ...]
    stays_behind: tuple[str, ...] = ()
    """What the task cannot remove: the objects of virtual MFA devices."""
    kept: tuple[str, ...] = ()
    """Items that were seen and not chosen, by name; they stay."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An account of the selection in which nothing will be removed, and why."""

    account: AccountId
    name: str
    outcome: AuditOutcome
    reason: Reason

    @property
    def unread(self) -> bool:
        """Whether it is left out because it could not be read, rather than by a choice or a rule."""
        return self.outcome is AuditOutcome.UNREACHABLE or self.reason.source is not Source.LOCAL


@dataclass(frozen=True, slots=True)
class RemovalPlan:
    """Exactly what a removal will do; nothing else can be applied."""

    organization_id: str
    endpoint: str
    made: datetime
    accounts: tuple[AccountRemoval, ...]
    left_out: tuple[LeftOut, ...] = ()

    @property
    def item_count(self) -> int:
        """How many items go."""
        return sum(len(one.items) for one in self.accounts)


class ItemResult(StrEnum):
    """The contract's results of one item."""

    REMOVED = "removed"
    ALREADY_ABSENT = "already_absent"
    REFUSED = "refused"
    FAILED = "failed"
    UNKNOWN = "unknown"


GONE = frozenset({ItemResult.REMOVED, ItemResult.ALREADY_ABSENT})
"""The results that say an item is not there any more."""


@dataclass(frozen=True, slots=True)
class ItemOutcome:
    """How one item came out."""

    item: RemovalItem
    result: ItemResult
    reason: Reason | None = None
    request_id: str | None = None
    """AWS's id of the call that deleted it."""


class Verification(StrEnum):
    """What the audit task saw afterwards."""

    VERIFIED_CLEAN = "verified_clean"
    STILL_THERE = "still_there"
    """Something is left; ``after`` says what."""
    NOT_VERIFIED = "not_verified"
    """The look afterwards failed, so nothing is claimed."""


@dataclass(frozen=True, slots=True)
class AccountOutcome:
    """How one account came out."""

    account: AccountId
    name: str
    items: tuple[ItemOutcome, ...]
    verification: Verification
    after: AuditRow | None = None
    """The audit made afterwards."""
    unexpected: tuple[str, ...] = ()
    """Items that are there afterwards and that the plan did not mean to keep, by name."""
    reason: Reason | None = None

    @property
    def complete(self) -> bool:
        """Whether every planned item is gone, and the look afterwards shows nothing but what the plan meant to keep."""
        seen = self.verification is not Verification.NOT_VERIFIED and not self.unexpected
        return seen and all(one.result in GONE for one in self.items)
