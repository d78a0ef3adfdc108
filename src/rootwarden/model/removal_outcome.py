"""How a removal came out, item by item and account by account."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rootwarden.model.audit import AuditRow
    from rootwarden.model.ids import AccountId
    from rootwarden.model.reason import Reason
    from rootwarden.model.removal import RemovalItem


class ItemResult(StrEnum):
    """The contract's results of one item."""

    REMOVED = "removed"
    ALREADY_ABSENT = "already_absent"
    REFUSED = "refused"
    FAILED = "failed"
    UNKNOWN = "unknown"


GONE = frozenset({ItemResult.REMOVED, ItemResult.ALREADY_ABSENT})
"""The results that say an item is not there any more."""
WENT_WRONG = frozenset({ItemResult.FAILED, ItemResult.UNKNOWN})
"""The results that count as failures."""


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
    """The look afterwards failed, or there was none, so nothing is claimed."""


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
    """What is there afterwards and is neither planned nor kept on purpose, by name."""
    reason: Reason | None = None

    @property
    def complete(self) -> bool:
        """Whether every planned item is gone, and the look afterwards shows nothing but what the plan meant to keep."""
        seen = self.verification is not Verification.NOT_VERIFIED and not self.unexpected
        return seen and all(one.result in GONE for one in self.items)

    @property
    def went_wrong(self) -> bool:
        """Whether something failed, or nobody knows; what a rule of ours refused is no failure."""
        tried = any(one.result is not ItemResult.REFUSED for one in self.items)
        unseen = tried and self.verification is Verification.NOT_VERIFIED
        return unseen or any(one.result in WENT_WRONG for one in self.items)
