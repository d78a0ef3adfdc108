"""Everything that decides a root session, as far as it was read. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rootwarden.model.caller import Caller
    from rootwarden.model.features import CallerRole, RootFeature
    from rootwarden.model.ids import AccountId
    from rootwarden.model.organization import Account, Organization
    from rootwarden.model.organization_policy import AttachedPolicy, PolicyType
    from rootwarden.model.partition import Partition
    from rootwarden.model.principal import Document, PrincipalDetails
    from rootwarden.model.reading import Reading
    from rootwarden.model.reason import Reason


@dataclass(frozen=True, slots=True)
class CallerEvidence:
    """Who would open the sessions, and with which policies."""

    caller: Caller
    role: CallerRole | None
    """What its account is to the organization; None where nothing readable tells."""
    details: Reading[PrincipalDetails]
    identity: Reading[tuple[tuple[str, Document], ...]]
    """Its own and its groups' policies by name."""
    boundary: Reading[tuple[str, Document] | None]
    """Seen(None) where none is set."""


@dataclass(frozen=True, slots=True)
class PolicyEvidence:
    """SCPs and RCPs, and where they are attached."""

    enabled: Mapping[PolicyType, Reading[bool]]
    attached: Mapping[tuple[PolicyType, str], Reading[tuple[AttachedPolicy, ...]]]
    """By type and id of the root, OU or account."""
    documents: Mapping[str, Reading[str]]
    """By policy id."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where accounts stand in the tree."""

    lineages: Mapping[AccountId, Reading[tuple[str, ...]]]
    """Ids from the root down to the account itself."""
    paths: Mapping[str, str]
    """OU paths by id, for the reader."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What ``doctor`` judges."""

    organization: Organization
    partition: Partition
    region: str
    """Where S3 and SQS would be called."""
    sts_region: str
    """Where AssumeRoot would be called."""
    accounts: tuple[Account, ...]
    excluded: Mapping[AccountId, Reason]
    """Accounts to leave alone, and why."""
    trusted_access: Reading[bool]
    features: Reading[frozenset[RootFeature]]
    caller: CallerEvidence
    places: Places
    policies: PolicyEvidence
