"""Everything that decides who can call sts:AssumeRoot, as far as it was read. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rootwarden.model.authorization import AccountAuthorization
    from rootwarden.model.diagnosis import Unread
    from rootwarden.model.features import CallerRole
    from rootwarden.model.ids import AccountId
    from rootwarden.model.organization import Account
    from rootwarden.model.principal import Document
    from rootwarden.model.reading import Reading
    from rootwarden.model.reason import Reason
    from rootwarden.policy import ContextValue, Level


@dataclass(frozen=True, slots=True)
class AccountEvidence:
    """One account from which root sessions can be opened: the management account, or a delegated administrator."""

    account: AccountId
    role: CallerRole
    details: Reading[AccountAuthorization]
    org_paths: ContextValue
    """``aws:PrincipalOrgPaths`` of the account."""
    scp_levels: tuple[Level, ...] = ()
    """The SCPs that bind its principals; none for the management account."""
    missing: Mapping[str, Reading[Document]] = field(default_factory=dict)
    """Managed policies that somebody has and that the details did not hold, by ARN."""
    long_term: Reading[Mapping[str, bool]] | None = None
    """Whether a user has a password or an active key, by name; None where that was not asked."""


@dataclass(frozen=True, slots=True)
class AccessEvidence:
    """What ``who-can`` judges."""

    organization_id: str
    partition: str
    targets: tuple[Account, ...]
    """The accounts that root sessions can reach, among those asked about."""
    accounts: tuple[AccountEvidence, ...]
    rcp_levels: Mapping[AccountId, tuple[Level, ...]] = field(default_factory=dict)
    """The RCPs above each target."""
    every_member: bool = True
    """Whether the targets are all the member accounts there are."""
    skipped: Mapping[AccountId, Reason] = field(default_factory=dict)
    inside: Mapping[AccountId, bool] = field(default_factory=dict)
    """Whether an account that a trust policy names belongs to the organization; one that is missing here is not known."""
    unread: tuple[Unread, ...] = ()
    """What else was not read: SCPs, RCPs, which accounts are delegated administrators."""
