"""An account's IAM as GetAccountAuthorizationDetails shows it: who there is, and which policies each has.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rootwarden.model.principal import Document

InlinePolicies = tuple[tuple[str, "Document"], ...]
"""Names with documents."""


@dataclass(frozen=True, slots=True)
class IamGroup:
    """A group of users."""

    name: str
    arn: str
    inline: InlinePolicies = ()
    attached: tuple[str, ...] = ()
    """ARNs of managed policies."""


@dataclass(frozen=True, slots=True)
class IamUser:
    """An IAM user."""

    name: str
    arn: str
    unique_id: str
    inline: InlinePolicies = ()
    attached: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    """Names."""
    boundary: str | None = None
    """The ARN of the permissions boundary."""
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class IamRole:
    """An IAM role."""

    name: str
    arn: str
    unique_id: str
    path: str
    trust: Document
    inline: InlinePolicies = ()
    attached: tuple[str, ...] = ()
    boundary: str | None = None
    instance_profiles: tuple[str, ...] = ()
    """Names of the instance profiles it is in."""


@dataclass(frozen=True, slots=True)
class ManagedPolicy:
    """A managed policy with its versions."""

    arn: str
    document: Document
    """The default version."""
    others: tuple[Document, ...] = ()
    """The versions that are not in force."""


@dataclass(frozen=True, slots=True)
class AccountAuthorization:
    """Everything of one account."""

    users: tuple[IamUser, ...] = ()
    groups: tuple[IamGroup, ...] = ()
    roles: tuple[IamRole, ...] = ()
    policies: Mapping[str, ManagedPolicy] = field(default_factory=dict)
    """By ARN."""

    @property
    def referenced(self) -> frozenset[str]:
        """The ARNs of every managed policy that somebody has, as a boundary too."""
        people: tuple[IamUser | IamRole, ...] = (*self.users, *self.roles)
        everybody: tuple[IamUser | IamRole | IamGroup, ...] = (*people, *self.groups)
        boundaries = {one.boundary for one in people if one.boundary}
        return frozenset(arn for one in everybody for arn in one.attached) | boundaries
