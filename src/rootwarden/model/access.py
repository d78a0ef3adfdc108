"""What ``who-can`` says: who can open root sessions, where, for which tasks, by which statement; and who is one step away."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rootwarden.model.diagnosis import Unread
    from rootwarden.model.features import CallerRole
    from rootwarden.model.ids import AccountId
    from rootwarden.model.organization import Account
    from rootwarden.model.reason import Reason
    from rootwarden.model.tasks import RootTask


class Can(StrEnum):
    """Whether somebody can; who cannot has no row."""

    ALLOW = "allow"
    DEPENDS = "depends"
    """On condition keys whose values nobody knows beforehand, or on what was not read."""


class HolderKind(StrEnum):
    """What kind of principal it is."""

    USER = "user"
    ROLE = "role"
    PERMISSION_SET = "permission_set"
    """A role that IAM Identity Center keeps for a permission set."""


class Severity(StrEnum):
    """How much a flag matters, worst first. The exit code of ``who-can`` is 1 where one is high."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Grounds:
    """A statement that allows, or may."""

    policy: str
    statement: str
    condition: str | None = None
    """Its conditions as written."""


@dataclass(frozen=True, slots=True)
class Grant:
    """Accounts and tasks with the same answer on the same grounds."""

    answer: Can
    accounts: tuple[AccountId, ...]
    tasks: tuple[RootTask, ...]
    grounds: tuple[Grounds, ...]
    depends_on: tuple[str, ...] = ()
    """Condition keys in lower case; and what was not read."""
    why: str = ""
    """For DEPENDS: what is open, as a sentence."""


@dataclass(frozen=True, slots=True)
class Flag:
    """Something about a principal that somebody should change, or at least know."""

    code: str
    severity: Severity
    text: str


@dataclass(frozen=True, slots=True)
class TrustedBy:
    """Whom a role lets in, one kind of principal a line."""

    who: str
    """An account id, an ARN, a service, an identity provider; ``*`` for anyone."""
    kind: str
    """``account``, ``principal``, ``service``, ``federated`` or ``anyone``."""
    answer: Can
    condition: str | None = None
    inside: bool | None = None
    """Whether the account belongs to the organization; None where that is not known or does not apply."""


@dataclass(frozen=True, slots=True)
class Holder:
    """One principal, as it is reported."""

    account: AccountId
    arn: str
    name: str
    kind: HolderKind
    permission_set: str | None = None


@dataclass(frozen=True, slots=True)
class HolderAccess:
    """A principal that can open root sessions."""

    holder: Holder
    grants: tuple[Grant, ...]
    trusts: tuple[TrustedBy, ...] | None
    """Who can assume it; None for a user."""
    long_term: bool | None
    """Whether a user has a password or an active key; None for a role, and where it was not read."""
    flags: tuple[Flag, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One way to get there."""

    means: str
    """A name for the way, such as ``own_policy`` or ``assume_role``."""
    text: str
    actions: tuple[str, ...]
    """The IAM actions it takes."""
    answer: Can
    targets: tuple[str, ...] = ()
    """ARNs of roles, users, groups or policies it goes through; empty where it is the principal itself."""
    grounds: tuple[Grounds, ...] = ()
    depends_on: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OneStepAway:
    """A principal that cannot, or not everything, but can make it so."""

    holder: Holder
    steps: tuple[Step, ...]
    can_some: bool
    """Whether it has a row among those that can, too: for less than everything."""


@dataclass(frozen=True, slots=True)
class AccountRead:
    """One of the accounts from which root sessions can be opened."""

    account: AccountId
    role: CallerRole
    reason: Reason | None = None
    """Why it was not read; None where it was."""
    users: int = 0
    roles: int = 0
    service_linked: int = 0
    """Roles that only an AWS service can use, and nobody can change: they are left out."""


@dataclass(frozen=True, slots=True)
class WhoCan:
    """A whole run of ``who-can``."""

    organization_id: str
    endpoint: str
    targets: tuple[Account, ...]
    """The accounts asked about that a root session can reach."""
    every_member: bool
    """Whether these are all the member accounts there are."""
    skipped: Mapping[AccountId, Reason]
    """The accounts of the selection that none can reach, and why."""
    accounts: tuple[AccountRead, ...]
    can: tuple[HolderAccess, ...]
    one_step: tuple[OneStepAway, ...]
    unread: tuple[Unread, ...]

    @property
    def has_high(self) -> bool:
        """Whether a flag is high."""
        return any(flag.severity is Severity.HIGH for one in self.can for flag in one.flags)
