"""A grant: for a short time, sessions for one task in one account may be handed to an AWS profile."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime

    from rootwarden.model.ids import AccountId

LONGEST_GRANT: Final = timedelta(hours=1)
"""A profile that works for longer would be a standing path to root."""


@dataclass(frozen=True, slots=True)
class Grant:
    """One grant as the ledger knows it."""

    id: str
    account: AccountId
    task: str
    """A task of the command line; kept as text, since an older program may meet a newer one."""
    reason: str
    ticket: str | None
    until: datetime
    """The moment from which it lets nobody in; no session given under it lasts beyond."""
    added: datetime
    added_by: str | None = None
    """ARN of the caller who added it."""
    exception_id: str | None = None
    """The open exception that entitled to it."""
    plan_hash: str | None = None
    """The removal plan that entitled to it."""
    break_glass: bool = False
    """Whether it was added with neither, by somebody who answers for it."""
    ended: datetime | None = None
    """When it was ended before its time."""
    ended_by: str | None = None
    end_reason: str | None = None

    def is_current(self, now: datetime) -> bool:
        """Whether it lets anybody in at this moment: neither ended nor past its end."""
        return self.ended is None and now < self.until
