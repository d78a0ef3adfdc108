"""The state of centralized root access in one organization, as far as the caller could see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rootwarden.model.features import CallerRole, RootFeature
from rootwarden.model.reading import Reading, Seen

if TYPE_CHECKING:
    from rootwarden.model.caller import Caller
    from rootwarden.model.ids import AccountId
    from rootwarden.model.organization import Organization
    from rootwarden.model.partition import Partition
    from rootwarden.model.reason import Reason


@dataclass(frozen=True, slots=True)
class Logging:
    """Whether an organization trail records what happens; None where that was not readable."""

    organization_trail: bool | None
    multi_region: bool | None
    management_events: bool | None
    running_unread: Reason | None = None
    """Why it was not readable whether the trail is logging."""
    events_unread: Reason | None = None
    """Why it was not readable what it records."""

    @property
    def complete(self) -> bool:
        """Whether management events of all accounts and Regions are known to be recorded."""
        return bool(self.organization_trail and self.multi_region and self.management_events)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Who the caller is to the organization, and what is turned on there."""

    caller: Caller
    partition: Partition
    region: str
    endpoint: str
    organization: Reading[Organization]
    trusted_access: Reading[bool]
    features: Reading[frozenset[RootFeature]]
    delegates: Reading[tuple[AccountId, ...]]
    role: CallerRole | None = None
    """What the caller's account is to the organization; None where nothing readable tells."""

    def wanted_features(self) -> tuple[RootFeature, ...]:
        """The features a complete baseline has in this partition."""
        if self.partition.manages_root_credentials:
            return (RootFeature.ROOT_CREDENTIALS_MANAGEMENT, RootFeature.ROOT_SESSIONS)
        return (RootFeature.ROOT_SESSIONS,)

    def has_feature(self, feature: RootFeature) -> bool | None:
        """Whether a feature is on; None where that was not readable."""
        return feature in self.features.value if isinstance(self.features, Seen) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline(Standing):
    """What ``status`` reads."""

    logging: Reading[Logging]
