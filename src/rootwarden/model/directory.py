"""The accounts and OUs of an organization, as they were at one time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from rootwarden.model.reading import NotSeen
from rootwarden.model.units import UnitTree

if TYPE_CHECKING:
    from datetime import datetime

    from rootwarden.model.ids import AccountId
    from rootwarden.model.organization import Account, Organization, OrganizationalUnit
    from rootwarden.model.reading import Reading


@dataclass(frozen=True, slots=True)
class Directory:
    """The accounts of an organization, or those of them that were asked for."""

    organization: Organization
    accounts: tuple[Account, ...]
    units: Reading[tuple[OrganizationalUnit, ...]]
    """Not seen where the tree may not be read; OU paths are None then."""
    taken: datetime
    """When AWS was asked."""
    kept: bool = False
    """Whether it comes from the cache rather than from AWS just now."""
    tags: Mapping[AccountId, Mapping[str, str]] = field(default_factory=lambda: MappingProxyType({}))
    """Of the accounts whose tags were read."""
    tags_taken: datetime | None = None
    """When the oldest of the tags were read."""

    @property
    def tree(self) -> UnitTree:
        """The OUs that are known; none where the tree was not seen."""
        return UnitTree(() if isinstance(self.units, NotSeen) else self.units.value)
