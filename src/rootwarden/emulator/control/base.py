"""What all control verbs share: the world, and looking things up in it."""

from __future__ import annotations

from rootwarden.emulator.building import profile_of
from rootwarden.emulator.control.refusal import ControlRefused, unknown
from rootwarden.emulator.control.views import AccountView
from rootwarden.emulator.root_user import RootUser
from rootwarden.emulator.tree import Account, Container, Target
from rootwarden.emulator.world import World


class Verbs:
    """Verbs on one world. Each holds the world's lock from its first look to its last change."""

    def __init__(self, world: World) -> None:
        self._world = world

    def _root(self, account: str) -> RootUser:
        """The root user of any account, in the organization or outside."""
        if account not in self._world.root_users:
            raise unknown("account", account, self._world.root_users)
        return self._world.root_users[account]

    def _account(self, account: str) -> Account:
        """An account of the organization."""
        found = self._world.organization.account(account)
        if found is None:
            raise unknown("account", account, self._world.organization.accounts)
        return found

    def _member(self, account: str, what: str) -> Account:
        """An account of the organization that is not the management account."""
        found = self._account(account)
        if account == self._world.organization.management_account_id:
            text = f"{account} is the management account, which cannot be {what}"
            raise ControlRefused("ManagementAccount", text)
        return found

    def _container(self, named: str) -> Container:
        """The root or an OU, by id or by its path of names."""
        organization = self._world.organization
        if named in organization.containers:
            return organization.containers[named]
        paths = {organization.path_of_names(one): one for one in organization.containers.values()}
        if named not in paths:
            raise unknown("OU", named, paths)
        return paths[named]

    def _target(self, named: str) -> Target:
        """The root, an OU or an account."""
        if named in self._world.organization.accounts:
            return self._world.organization.accounts[named]
        return self._account(named) if named.isdigit() else self._container(named)

    def _view(self, account: Account) -> AccountView:
        organization = self._world.organization
        return AccountView(
            id=account.id,
            name=account.name,
            email=account.email,
            state=account.state,
            joined_method=account.joined_method,
            ou=organization.path_of_names(account.parent) if account.parent else "/",
            profile=profile_of(account.id),
        )
