"""The accounts of the organization with their OUs, all of them or a few, and tags where they are needed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rootwarden.errors import AwsError, CredentialsExpired, CredentialsRefused, NotFound
from rootwarden.model.organization import OrganizationalUnit
from rootwarden.model.reading import NotSeen, Reading, Seen
from rootwarden.model.reason import reason_of
from rootwarden.model.units import UnitTree

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rootwarden.aws.organizations import Organizations
    from rootwarden.model.directory import Directory
    from rootwarden.model.ids import AccountId
    from rootwarden.model.organization import Account
    from rootwarden.model.reason import Reason

Units = Reading[tuple[OrganizationalUnit, ...]]


def gather_units(api: Organizations) -> Units:
    """The root and every OU, or why they may not be read. Raises CredentialsExpired and CredentialsRefused."""
    try:
        return Seen(tuple(api.units()))
    except (CredentialsExpired, CredentialsRefused):
        raise
    except AwsError as error:
        return NotSeen(reason_of(error))


def with_units(api: Organizations, directory: Directory) -> Directory:
    """The directory with its accounts placed in its OUs.

    Where AWS did not tell the OUs along with the accounts, every OU is asked for its accounts. Raises CredentialsExpired and
    CredentialsRefused.
    """
    if isinstance(directory.units, NotSeen):
        return directory
    tree, accounts = directory.tree, directory.accounts
    if any(account.parents is None for account in accounts):
        try:
            homes = {
                account: tree.lineage(unit.id)
                for unit in directory.units.value
                for account in api.account_ids_in(unit.id)
            }
        except (CredentialsExpired, CredentialsRefused):
            raise
        except AwsError as error:
            return replace(directory, units=NotSeen(reason_of(error)))
        accounts = tuple(
            account if account.parents else replace(account, parents=homes.get(account.id))
            for account in accounts
        )
    return replace(directory, accounts=tuple(placed(account, tree) for account in accounts))


def placed(account: Account, tree: UnitTree) -> Account:
    """The account with the path of the OU it stands in, as far as that is known."""
    return replace(account, ou_path=tree.path(account.parents))


def gather_accounts(
    api: Organizations, ids: Iterable[AccountId]
) -> tuple[dict[AccountId, Account], dict[AccountId, Reason]]:
    """These accounts as they are now, each asked for alone, and those the organization does not have, with AWS's answer.

    Raises every other AwsError: what could not be read is not taken for missing.
    """
    found: dict[AccountId, Account] = {}
    missing: dict[AccountId, Reason] = {}
    for one in ids:
        try:
            found[one] = api.account(one)
        except NotFound as error:
            missing[one] = reason_of(error)
    return found, missing


def gather_homes(
    api: Organizations, accounts: Sequence[Account], known: UnitTree
) -> tuple[tuple[Account, ...], Units]:
    """The OUs above a few accounts, each asked for by itself unless ``known`` has it, and the accounts placed in them.

    Raises CredentialsExpired and CredentialsRefused.
    """
    try:
        homed = [
            account if account.parents else replace(account, parents=_lineage(api, account.id))
            for account in accounts
        ]
        units: dict[str, OrganizationalUnit] = {}
        for account in homed:
            _add_lineage(api, account.parents or (), known, units)
    except (CredentialsExpired, CredentialsRefused):
        raise
    except AwsError as error:
        return tuple(accounts), NotSeen(reason_of(error))
    tree = UnitTree(units.values())
    return tuple(placed(account, tree) for account in homed), Seen(tuple(units.values()))


def _lineage(api: Organizations, account: AccountId) -> tuple[str, ...]:
    up = [api.parent(account)]
    while not up[-1].startswith("r-"):
        up.append(api.parent(up[-1]))
    return tuple(reversed(up))


def _add_lineage(
    api: Organizations, parents: Sequence[str], known: UnitTree, units: dict[str, OrganizationalUnit]
) -> None:
    above: OrganizationalUnit | None = None
    for one in parents:
        if one not in units:
            units[one] = _unit(api, one, above, known)
        above = units[one]


def _unit(
    api: Organizations, unit: str, above: OrganizationalUnit | None, known: UnitTree
) -> OrganizationalUnit:
    if above is None:
        return OrganizationalUnit(id=unit, name="Root", path="/")
    name = known.name(unit) or api.unit(unit)
    return OrganizationalUnit(unit, name, f"{above.path.rstrip('/')}/{name}", above.id)


def gather_tags(api: Organizations, accounts: Iterable[AccountId]) -> dict[AccountId, Mapping[str, str]]:
    """The tags of each account; one call each, so only where a selection needs them. Raises AwsError."""
    return {account: api.tags(account) for account in accounts}
