"""What a removal goes by besides its plan."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from rootwarden.operations.removal.earlier import EarlierRuns
from rootwarden.operations.removal.protection import Protection

if TYPE_CHECKING:
    from rootwarden.ledger.lease_keeper import LeaseKeeper
    from rootwarden.model.audit import AuditRow, RootReading
    from rootwarden.model.ids import AccountId
    from rootwarden.model.reason import Reason


class Look(Protocol):
    """Looks at one account with the audit task; handed in, since auditing is another operation. May raise AwsError."""

    def __call__(self, account: AccountId) -> AuditRow: ...


class Before(Protocol):
    """Keeps what an account held before the first delete, for the evidence. Raises BadInput: then nothing is deleted in it."""

    def __call__(self, account: AccountId, seen: RootReading) -> None: ...


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for every account of a run."""

    look: Look
    leases: LeaseKeeper
    keep_used_within_days: int
    refusals: Mapping[AccountId, Reason] = field(default_factory=dict)
    """Accounts that must be left alone by now (suspended since the plan, say), with the reason."""
    protection: Protection = field(default_factory=Protection)
    """What must stay by now: exceptions and waivers that were opened since the plan count."""
    earlier: EarlierRuns = field(default_factory=EarlierRuns)
    before: Before | None = None
    now: Callable[[], datetime] = _now
    wait: Callable[[float], None] = time.sleep
