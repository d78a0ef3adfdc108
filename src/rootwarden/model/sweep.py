"""What a sweep found and did, account by account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rootwarden.model.ids import AccountId
    from rootwarden.model.reason import Reason


class SweepWord(StrEnum):
    """How an account came out, what needs somebody first."""

    STRAY = "stray"
    """Root credentials that neither an exception nor a waiver explains."""
    NOT_CLOSED = "not_closed"
    """An exception past its end, or whose close had begun, that could not be closed."""
    NOT_SETTLED = "not_settled"
    """An opening that was broken off, and of which AWS could not be asked."""
    NOT_REMOVED = "not_removed"
    """An account that joined, in which root credentials were to be removed and are there still."""
    ROOT_ACTIVITY = "root_activity"
    """Something was done as root after the close."""
    UNREACHABLE = "unreachable"
    BUSY = "busy"
    """Another run works on the account's exception."""
    ACCOUNT_GONE = "account_gone"
    TO_CLOSE = "to_close"
    TO_SETTLE = "to_settle"
    TO_REMOVE = "to_remove"
    """Of a plan."""
    CLOSED = "closed"
    SETTLED = "settled"
    REMOVED = "removed"
    OPEN = "open"
    EXCEPTED = "excepted"
    JOINED = "joined"
    """Joined since the sweep before, and clean or to be left alone."""
    LEFTOVER = "leftover"
    SKIPPED = "skipped"
    CLEAN = "clean"


FINDINGS = frozenset({SweepWord.STRAY, SweepWord.ROOT_ACTIVITY, SweepWord.ACCOUNT_GONE})
INCOMPLETE = frozenset(
    {
        SweepWord.NOT_CLOSED,
        SweepWord.NOT_SETTLED,
        SweepWord.NOT_REMOVED,
        SweepWord.UNREACHABLE,
        SweepWord.BUSY,
    }
)
QUIET = frozenset({SweepWord.CLEAN, SweepWord.SKIPPED})
"""What a table leaves out; documents have every account."""


@dataclass(frozen=True, slots=True)
class RootEvent:
    """One thing that was done as the root user, of CloudTrail's history."""

    id: str
    time: datetime
    name: str
    source: str
    region: str
    address: str
    error: str | None = None


@dataclass(frozen=True, slots=True)
class SweepRow:
    """One account of a sweep."""

    account: AccountId
    name: str
    word: SweepWord
    text: str = ""
    """What was done or seen, in a sentence without its full stop."""
    exception_id: str | None = None
    items: tuple[str, ...] = ()
    """The root credentials it is about, ``KIND:IDENTIFIER``."""
    joined: bool = False
    """Whether the account came into the organization since the sweep before."""
    reason: Reason | None = None
    events: tuple[RootEvent, ...] = ()
    """What was done as root and not told before."""


@dataclass(frozen=True, slots=True)
class LastSweep:
    """The latest sweep that came to its end, as the ledger tells of it."""

    started: datetime
    ended: datetime
    pending: tuple[AccountId, ...] = ()
    """Accounts that had joined and could not be looked at."""
    joined: tuple[AccountId, ...] = ()
    """Accounts that had joined and were looked at."""
    summary: tuple[tuple[str, int], ...] = ()
    """How many accounts came out in which way."""
