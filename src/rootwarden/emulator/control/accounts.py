"""Accounts come, move and go."""

from __future__ import annotations

from pydantic import ValidationError

from rootwarden.emulator.building import (
    add_invited_account,
    add_new_account,
    add_people,
    email_of,
    free_account_id,
)
from rootwarden.emulator.control.base import Verbs
from rootwarden.emulator.control.refusal import ControlRefused, invalid
from rootwarden.emulator.control.views import AccountView
from rootwarden.emulator.org_file import AccountSpec, RootUserSpec
from rootwarden.emulator.reading import problem_lines
from rootwarden.emulator.tree import Account, StandaloneAccount


class AccountVerbs(Verbs):
    """What happens to accounts while somebody works."""

    def create_account(
        self,
        name: str,
        *,
        id: str | None = None,  # noqa: A002 - as in the organization file
        email: str | None = None,
        ou: str = "/",
        tags: dict[str, str] | None = None,
    ) -> AccountView:
        """A new account of the organization, without root credentials."""
        with self._world.lock:
            spec = _checked(name=name, id=id or free_account_id(self._world), email=email, tags=tags or {})
            self._refuse_taken_id(spec.id)
            self._refuse_taken_email(spec)
            parent = self._container(ou)
            account = add_new_account(self._world, name=spec.name, email=email_of(spec), account_id=spec.id)
            account.tags.update(spec.tags)
            self._world.organization.move_account(account, parent)
            return self._view(account)

    def invite_account(
        self,
        account: str,
        *,
        name: str | None = None,
        email: str | None = None,
        ou: str = "/",
        root: RootUserSpec | None = None,
    ) -> AccountView:
        """An account from outside joins and brings its root credentials: a standalone one, or one nobody knew."""
        with self._world.lock:
            parent = self._container(ou)
            known = self._world.organization.standalone.get(account)
            if known is not None:
                if (name, email, root) != (None, None, None):
                    raise invalid([f"account {account} exists already: leave name, email and root out"])
                spec = AccountSpec(id=known.id, name=known.name, email=known.email)
            else:
                spec = self._stranger(account, name, email, root)
                add_people(self._world, spec.id, spec.root)
            return self._view(add_invited_account(self._world, spec, parent))

    def _stranger(
        self, account: str, name: str | None, email: str | None, root: RootUserSpec | None
    ) -> AccountSpec:
        self._refuse_taken_id(account)
        if name is None:
            raise invalid([f"name: account {account} is new, so it needs one"])
        spec = _checked(id=account, name=name, email=email, root=root or RootUserSpec())
        self._refuse_taken_email(spec)
        self._refuse_taken_keys(spec.root)
        return spec

    def _refuse_taken_id(self, account: str) -> None:
        if account in self._world.root_users:
            raise ControlRefused("AccountExists", f"account {account} is there already")

    def _refuse_taken_email(self, spec: AccountSpec) -> None:
        organization = self._world.organization
        everybody: tuple[Account | StandaloneAccount, ...] = (
            *organization.accounts.values(),
            *organization.standalone.values(),
        )
        holder = next((one for one in everybody if one.email == email_of(spec)), None)
        if holder is not None:
            raise ControlRefused("EmailInUse", f"{holder.email} is the address of account {holder.id}")

    def _refuse_taken_keys(self, root: RootUserSpec) -> None:
        ids = [key.id for key in root.access_keys if key.id is not None]
        held = {key.id for user in self._world.root_users.values() for key in user.access_keys}
        for n, key_id in enumerate(ids):
            if key_id in held or key_id in ids[:n] or self._world.keyring.find(key_id) is not None:
                raise ControlRefused("AccessKeyExists", f"access key {key_id} is there already")

    def move_account(self, account: str, ou: str) -> AccountView:
        """An account moves to another OU, named by path or id."""
        with self._world.lock:
            found, parent = self._member(account, "moved"), self._container(ou)
            if found.parent is parent:
                raise ControlRefused("AlreadyThere", f"account {account} is in {ou} already")
            self._world.organization.move_account(found, parent)
            return self._view(found)

    def suspend_account(self, account: str) -> AccountView:
        """AWS suspends an active account, as it does for an unpaid bill."""
        return self._change_state(account, "suspended", ("ACTIVE",), "SUSPENDED")

    def close_account(self, account: str) -> AccountView:
        """Somebody closes an account, which stays PENDING_CLOSURE for a while."""
        return self._change_state(account, "closed", ("ACTIVE", "SUSPENDED"), "PENDING_CLOSURE")

    def finish_closure(self, account: str) -> AccountView:
        """The time in which a closed account could be had back is over: it is CLOSED."""
        return self._change_state(account, "closed", ("PENDING_CLOSURE",), "CLOSED")

    def reinstate_account(self, account: str) -> AccountView:
        """AWS gives a suspended account back, or one that is being closed."""
        return self._change_state(account, "reinstated", ("SUSPENDED", "PENDING_CLOSURE"), "ACTIVE")

    def _change_state(self, account: str, what: str, expected: tuple[str, ...], state: str) -> AccountView:
        with self._world.lock:
            found = self._member(account, what)
            if found.state not in expected:
                text = f"account {account} is {found.state}; only {' or '.join(expected)} ones can be {what}"
                raise ControlRefused("WrongState", text)
            found.state = state
            return self._view(found)

    def describe_account(self, account: str) -> AccountView:
        """An account of the organization."""
        with self._world.lock:
            return self._view(self._account(account))


def _checked(**fields: object) -> AccountSpec:
    """The rules of the organization file hold here as well."""
    try:
        return AccountSpec.model_validate(fields)
    except ValidationError as error:
        raise invalid(problem_lines(error, fields, AccountSpec)) from error
