"""What became of an account between two audits."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rootwarden.model.audit import AuditOutcome
    from rootwarden.model.ids import AccountId


class Change(StrEnum):
    """What became of an account, worst first."""

    NEWLY_EXPOSED = "newly_exposed"
    NO_LONGER_READABLE = "no_longer_readable"
    JOINED = "joined"
    CHANGED = "changed"
    NEWLY_CLEAN = "newly_clean"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Difference:
    """How one account differs from before."""

    account: AccountId
    name: str
    change: Change
    before: AuditOutcome | None
    """None for an account that joined."""
    after: AuditOutcome | None
    """None for an account that left."""
    what: tuple[str, ...] = ()
    """Credentials that came, went or changed, as far as both audits read them."""
