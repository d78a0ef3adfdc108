"""Plans to remove root credentials."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from rootwarden.model.audit import AuditOutcome
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
    overridden: bool = False
    """Whether it goes however lately it was used: the user named it with ``--override``."""

    @property
    def name(self) -> str:
        """``KIND:IDENTIFIER``, as the ledger names it."""
        return f"{self.kind.value}:{self.identifier}"


@dataclass(frozen=True, slots=True)
class KeptItem:
    """One credential that was seen and stays, and why."""

    item: RemovalItem
    reason: Reason
    refused: bool = False
    """Whether a rule of ours keeps it that the user may override, rather than the user's own choice."""


@dataclass(frozen=True, slots=True)
class AccountRemoval:
    """What goes in one account, in the order it goes."""

    account: AccountId
    name: str
    ou_path: str | None
    items: tuple[RemovalItem, ...]
    stays_behind: tuple[str, ...] = ()
    """What the task cannot remove: the objects of virtual MFA devices."""
    kept: tuple[KeptItem, ...] = ()
    """Items that were seen and stay."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An account of the selection in which nothing will be removed, and why."""

    account: AccountId
    name: str
    outcome: AuditOutcome
    reason: Reason
    kept: tuple[KeptItem, ...] = ()
    """Items that were seen and stay, where it was read."""

    @property
    def unread(self) -> bool:
        """Whether it is left out because it could not be read, rather than by a choice or a rule."""
        return self.outcome is AuditOutcome.UNREACHABLE or self.reason.source is not Source.LOCAL


@dataclass(frozen=True, slots=True)
class RemovalPlan:
    """Exactly what a removal will do; nothing else can be applied. Accounts stand in the order they are worked on."""

    organization_id: str
    endpoint: str
    made: datetime
    audited: datetime
    """When the audit it was made from was taken."""
    keep_used_within_days: int
    """Items used within so many days stay, unless they are overridden; 0 turns the rule off."""
    accounts: tuple[AccountRemoval, ...]
    left_out: tuple[LeftOut, ...] = ()

    @property
    def item_count(self) -> int:
        """How many items go."""
        return sum(len(one.items) for one in self.accounts)

    @property
    def kept(self) -> tuple[tuple[AccountId, str, KeptItem], ...]:
        """Every item that was seen and stays, with the id and name of its account."""
        planned = [(one.account, one.name, kept) for one in self.accounts for kept in one.kept]
        return (*planned, *((one.account, one.name, kept) for one in self.left_out for kept in one.kept))
