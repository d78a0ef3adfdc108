"""The accounts of the organization with their OU paths, and tags where they are needed."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rootwarden.aws.organizations import Organizations
from rootwarden.errors import AwsError, CredentialsExpired
from rootwarden.model.reading import NotSeen, Reading, Seen
from rootwarden.model.reason import reason_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rootwarden.aws.clients import CallerClients
    from rootwarden.model.ids import AccountId
    from rootwarden.model.organization import Account, Organization, OrganizationalUnit


@dataclass(frozen=True, slots=True)
class Directory:
    """The organization's accounts."""

    organization: Organization
    accounts: tuple[Account, ...]
    units: Reading[tuple[OrganizationalUnit, ...]]
    """Not seen where the tree may not be read; OU paths are None then."""


def gather_directory(clients: CallerClients) -> Directory:
    """Every account of the organization. Raises AwsError when the organization or its accounts cannot be listed."""
    organizations = Organizations(clients.client("organizations"))
    organization = organizations.describe()
    accounts = tuple(organizations.accounts())
    tree = _tree(organizations)
    if isinstance(tree, NotSeen):
        return Directory(organization, accounts, tree)
    units, paths = tree.value
    placed = tuple(dataclasses.replace(account, ou_path=paths.get(account.id)) for account in accounts)
    return Directory(organization, placed, Seen(units))


def _tree(
    organizations: Organizations,
) -> Reading[tuple[tuple[OrganizationalUnit, ...], dict[AccountId, str]]]:
    try:
        units = tuple(organizations.units())
        paths = {account: unit.path for unit in units for account in organizations.account_ids_in(unit)}
    except CredentialsExpired:
        raise
    except AwsError as error:
        return NotSeen(reason_of(error))
    return Seen((units, paths))


def gather_tags(clients: CallerClients, accounts: Iterable[AccountId]) -> dict[str, Mapping[str, str]]:
    """The tags of each account; one call each, so only where a selection needs them. Raises AwsError."""
    organizations = Organizations(clients.client("organizations"))
    return {account: organizations.tags(account) for account in accounts}
