"""The accounts a command is about: as they were found, and as they are handed to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

from rootwarden.model.organization import Account
from rootwarden.operations.audit.judge import skip_reason

if TYPE_CHECKING:
    from rootwarden.model.choice import Choice
    from rootwarden.model.directory import Directory
    from rootwarden.model.ids import AccountId
    from rootwarden.model.organization import Organization
    from rootwarden.model.reason import Reason


@dataclass(frozen=True, slots=True)
class Found:
    """What a selection and the exclusions of the configuration mean in a directory."""

    directory: Directory
    choice: Choice
    exclusions: Choice
    accounts: tuple[Account, ...]
    left: Mapping[AccountId, Reason] = field(default_factory=lambda: MappingProxyType({}))
    """Accounts that are not what was chosen any more, and why."""

    @property
    def uses_tags(self) -> bool:
        """Whether tags decide."""
        return bool(self.choice.tags or self.exclusions.tags)

    @property
    def uses_units(self) -> bool:
        """Whether OUs decide."""
        return self.choice.uses_units or self.exclusions.uses_units


class Place(Protocol):
    """Gives an account its OU path where it is being listed; waits until the OUs are read, if told to. From one thread only."""

    def __call__(self, account: Account, *, wait: bool = True) -> Account:
        """The account with its path, as far as it can be told."""


def _as_it_is(account: Account, *, wait: bool = True) -> Account:  # noqa: ARG001 - it has its path already
    return account


def _always() -> bool:
    return True


def _not_yet() -> int | None:
    return None


@dataclass(frozen=True, slots=True)
class Chosen:
    """The accounts a command is about."""

    organization: Organization
    accounts: Iterable[Account]
    """A tuple; or, where they are still being listed, an iterator to be walked once."""
    excluded: Mapping[AccountId, Reason]
    """Those among them to be left alone, and why: the configuration says so, or they are not what was chosen any more."""
    directory: Directory
    """What is known around them: the whole organization, or just these accounts and the OUs above them."""
    total: int | None
    """How many they are; None where they are being listed."""
    place: Place = _as_it_is
    placed: Callable[[], bool] = _always
    """Whether ``place`` need not wait any more."""
    counted: Callable[[], int | None] = _not_yet
    """How many they turned out to be, once they are listed."""

    def against(self, account: Account) -> Reason | None:
        """Why nothing may be done in an account: it is the management account, excluded, or in a state that forbids it."""
        return skip_reason(account, self.organization.management_account_id, self.excluded)


@dataclass(frozen=True, slots=True)
class ChosenAccount:
    """The one account a command is about."""

    organization: Organization
    account: Account
    against: Reason | None
    """Why nothing may be done in it."""
