"""The AWS Organization as the program sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from rootwarden.model.ids import AccountId


class AccountState(StrEnum):
    """``Account.State`` of the Organizations API (``Status`` was retired on 2026-09-09)."""

    PENDING_ACTIVATION = "PENDING_ACTIVATION"
    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"
    PENDING_CLOSURE = "PENDING_CLOSURE"
    CLOSED = "CLOSED"
    UNKNOWN = "UNKNOWN"
    """AWS gave neither State nor Status, or a value newer than this program."""


class JoinedMethod(StrEnum):
    """How an account came into the organization; invited ones bring their root credentials along."""

    CREATED = "CREATED"
    INVITED = "INVITED"
    UNKNOWN = "UNKNOWN"


NO_ORGANIZATION: Final = "AWSOrganizationsNotInUseException"
"""AWS's code where the caller's account is in no organization."""


@dataclass(frozen=True, slots=True)
class Organization:
    """What DescribeOrganization says."""

    id: str
    management_account_id: AccountId
    feature_set: str
    """``ALL`` or ``CONSOLIDATED_BILLING``; centralized root access needs ALL."""

    @property
    def has_all_features(self) -> bool:
        """Whether the organization has all features enabled."""
        return self.feature_set == "ALL"


@dataclass(frozen=True, slots=True)
class OrganizationalUnit:
    """A root or an OU, with the path of names that leads to it."""

    id: str
    name: str
    path: str
    """``/`` for the root, ``/Workloads/Production`` for an OU."""
    parent: str | None = None
    """The id of the OU or root above; None for the root."""


@dataclass(frozen=True, slots=True)
class Account:
    """One account of the organization."""

    id: AccountId
    name: str
    email: str
    state: AccountState
    joined_method: JoinedMethod = JoinedMethod.UNKNOWN
    ou_path: str | None = None
    """Path of OU names, or None where the tree was not read."""
    parents: tuple[str, ...] | None = None
    """The ids of the root and the OUs it stands under, root first; None where they were not read."""
    tags: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    joined: datetime | None = None
    """When it came into the organization; None where that was not read."""
