"""An exception: one account whose root user may sign in for one task, for a reason, for a time."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from rootwarden.model.credential_item import ItemName, names_known

if TYPE_CHECKING:
    from datetime import datetime

    from rootwarden.model.ids import AccountId


class ExceptionState(StrEnum):
    """Where an exception stands between its first entry and its last."""

    OPENING = "opening"
    """Recorded; whether password recovery was allowed, a crash may have left unsaid. AWS has to be looked at."""
    OPEN = "open"
    CLOSING = "closing"
    """The removal has begun; what is left, a crash may have left unsaid."""
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class TemporaryExemption:
    """A change to a policy that would otherwise keep a signed-in root user from working; taken back at the close."""

    policy_id: str
    """``p-...`` of the service or resource control policy."""
    policy_name: str
    before: str
    """The whole document as it was, to be put back."""
    after: str
    """The whole document with the exemption."""
    deployed: datetime | None = None
    """None while it is only planned, or somebody else has to deploy it."""
    removed: datetime | None = None


@dataclass(frozen=True, slots=True)
class RecoveryException:
    """One exception as the ledger knows it."""

    id: str
    account: AccountId
    task: str
    """A name of the catalogue of root-only tasks; kept as text, since an older program may meet a newer name."""
    owner: str
    """Who answers for it; the opener's ARN where nobody else was named."""
    reason: str
    ticket: str | None
    opened: datetime
    """When it was recorded, before AWS was called."""
    until: datetime
    """The moment from which it is overdue and explains nothing."""
    closed: datetime | None = None
    break_glass: bool = False
    """Whether it was opened past the configured limits."""
    state: ExceptionState = ExceptionState.OPEN
    opener: str | None = None
    """ARN of the caller who opened or adopted it."""
    adopted: bool = False
    """Whether it began with credentials that were there already, and covers them."""
    known: tuple[str, ...] = ()
    """The root credentials seen at its beginning, ``KIND:IDENTIFIER`` (``KIND`` where only the summary was read)."""
    exemptions: tuple[TemporaryExemption, ...] = ()
    emptied: datetime | None = None
    """When a close saw that nothing of it is left, before it took the exemptions back; after that AWS may not let us look."""
    how: str | None = None
    """How it was closed: ``closed``, ``swept``, ``not_opened``, or a word newer than this program."""
    remaining: tuple[str, ...] = ()
    """What was still there when it was closed, or emptied: ``KIND:IDENTIFIER``."""

    def is_open(self, now: datetime) -> bool:
        """Whether it is in force: not closed, and its time is not over."""
        return self.closed is None and now < self.until

    def overdue(self, now: datetime) -> bool:
        """Whether its time is over and it was not closed."""
        return self.closed is None and now >= self.until

    def covers(self, item: ItemName) -> bool:
        """Whether a credential belongs to it. Says nothing about the time.

        It covers what came to be after it was opened, not what was there before; an adopted one covers both. An item known only
        by its kind may be an old one, so it is not covered where one of its kind was there before.
        """
        if self.adopted:
            return True
        return not any(old.covers(item) or item.covers(old) for old in names_known(self.known))
