"""Reading the OUs beside a listing of accounts, which AWS counts apart."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rootwarden.errors import AwsError, CredentialsExpired, CredentialsRefused
from rootwarden.model.directory import Directory
from rootwarden.model.reading import NotSeen, Seen
from rootwarden.model.reason import reason_of
from rootwarden.model.units import UnitTree
from rootwarden.operations.directory.gather import gather_units, placed, with_units

if TYPE_CHECKING:
    from collections.abc import Callable

    from rootwarden.aws.organizations import Organizations
    from rootwarden.model.ids import AccountId
    from rootwarden.model.organization import Account, Organization
    from rootwarden.operations.directory.gather import Units

_NOW_AND_THEN = 1000
"""Accounts, which take AWS some six seconds to list."""


def gather_directory(
    api: Organizations, organization: Organization, hear: Callable[[int], None]
) -> Directory:
    """Every account of the organization; ``hear`` is told how many there are so far, now and then.

    Raises AwsError when the accounts cannot be listed.
    """
    taken = datetime.now(UTC)
    tree = TreeReading(api)
    listed: list[Account] = []
    for account in api.accounts():
        listed.append(account)
        if len(listed) % _NOW_AND_THEN == 0:
            hear(len(listed))
    accounts = tuple(listed)
    return with_units(api, Directory(organization, accounts, tree.units(), taken))


class TreeReading:
    """The tree of OUs, read in a thread of its own from the moment this is made."""

    def __init__(self, api: Organizations) -> None:
        self._api = api
        self._units: Units | None = None
        self._tree = UnitTree(())
        self._homes: dict[AccountId, tuple[str, ...] | None] | None = None
        self._failure: BaseException | None = None
        self._done = threading.Event()
        # A daemon: whoever is interrupted does not wait for names of OUs.
        threading.Thread(target=self._read, name="organization tree", daemon=True).start()

    @property
    def done(self) -> bool:
        """Whether the OUs are read, or could not be."""
        return self._done.is_set()

    def units(self) -> Units:
        """The OUs; waits until they are read. Raises CredentialsExpired and CredentialsRefused."""
        self._done.wait()
        if self._failure is not None:
            raise self._failure
        assert self._units is not None  # noqa: S101 - the thread leaves the one or the other
        return self._units

    def place(self, account: Account) -> Account:
        """The account in its OU, as far as that can be read; waits for the OUs. From one thread only."""
        if isinstance(self.units(), NotSeen):
            return account
        if account.parents is None:
            account = replace(account, parents=self._members().get(account.id))
        return placed(account, self._tree)

    def _members(self) -> dict[AccountId, tuple[str, ...] | None]:
        """The OUs asked for their accounts, for a partition that does not tell them with the accounts."""
        if self._homes is None:
            units = self.units()
            assert isinstance(units, Seen)  # noqa: S101 - asked by ``place`` alone
            try:
                self._homes = {
                    account: self._tree.lineage(unit.id)
                    for unit in units.value
                    for account in self._api.account_ids_in(unit.id)
                }
            except (CredentialsExpired, CredentialsRefused):
                raise
            except AwsError as error:
                self._homes = {}
                self._units = NotSeen(reason_of(error))
        return self._homes

    def _read(self) -> None:
        try:
            self._units = gather_units(self._api)
            if isinstance(self._units, Seen):
                self._tree = UnitTree(self._units.value)
        except BaseException as error:  # noqa: BLE001 - raised again by whoever waits for the result
            self._failure = error
        finally:
            self._done.set()
