"""A waiver: root credentials that must stay for now, with an owner and an end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rootwarden.model.credential_item import ItemName, names_known

if TYPE_CHECKING:
    from datetime import datetime

    from rootwarden.model.ids import AccountId


@dataclass(frozen=True, slots=True)
class Waiver:
    """One waiver as the ledger knows it."""

    id: str
    account: AccountId
    items: tuple[str, ...]
    """``KIND`` or ``KIND:IDENTIFIER``, at least one."""
    owner: str
    """Who answers for it: a name, a team, an address."""
    reason: str
    ticket: str | None
    until: datetime
    """The moment from which it explains nothing."""
    added: datetime
    added_by: str | None = None
    """ARN of the caller who added it."""
    ended: datetime | None = None
    """When it was ended before its time."""
    ended_by: str | None = None
    end_reason: str | None = None

    def is_current(self, now: datetime) -> bool:
        """Whether it explains anything at this moment: neither ended nor past its end."""
        return self.ended is None and now < self.until

    def has_expired(self, now: datetime) -> bool:
        """Whether it ran out, without having been ended before."""
        return self.ended is None and now >= self.until

    def covers(self, item: ItemName) -> bool:
        """Whether it names the item, itself or its kind. Says nothing about the time."""
        return any(name.covers(item) for name in names_known(self.items))
