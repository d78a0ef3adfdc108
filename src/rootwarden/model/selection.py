"""Which accounts a command is about."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rootwarden.errors import BadInput, CannotLook, UnknownAccount
from rootwarden.model.ids import account_id

if TYPE_CHECKING:
    from rootwarden.model.organization import Account, OrganizationalUnit


@dataclass(frozen=True, slots=True)
class Selection:
    """What the user chose. An account is meant when any of the choices names it and no exclusion does."""

    accounts: tuple[str, ...] = ()
    """Ids or names."""
    ous: tuple[str, ...] = ()
    """OU ids or paths; the OUs below them are meant too."""
    tags: tuple[str, ...] = ()
    """``KEY`` or ``KEY=VALUE``."""
    exclude: tuple[str, ...] = ()
    """Ids, names, OU ids or OU paths."""
    everything: bool = False

    @property
    def empty(self) -> bool:
        """Whether nothing was chosen, which means nothing."""
        return not (self.everything or self.accounts or self.ous or self.tags)

    @property
    def names_units(self) -> bool:
        """Whether the tree of OUs is needed to decide."""
        return bool(self.ous) or any(_looks_like_unit(text) for text in self.exclude)


def select(
    selection: Selection,
    accounts: Sequence[Account],
    units: Iterable[OrganizationalUnit] = (),
    tags: Mapping[str, Mapping[str, str]] | None = None,
) -> tuple[Account, ...]:
    """The accounts that are meant, in the order given.

    ``tags`` are by account id. Raises UnknownAccount and BadInput for a choice or exclusion that names nothing, with near matches.
    """
    paths = {unit.id: unit.path for unit in units}
    wanted = {account.id for text in selection.accounts for account in _named(text, accounts)}
    for text in selection.ous:
        path = _unit_path(text, paths)
        wanted |= {account.id for account in accounts if _within(account.ou_path, path)}
    for text in selection.tags:
        wanted |= {account.id for account in accounts if _tagged(text, (tags or {}).get(account.id, {}))}
    unwanted = set()
    for text in selection.exclude:
        if _looks_like_unit(text):
            path = _unit_path(text, paths)
            _all_placed(accounts)
            unwanted |= {account.id for account in accounts if _within(account.ou_path, path)}
        else:
            unwanted |= {account.id for account in _named(text, accounts)}
    return tuple(
        account
        for account in accounts
        if (selection.everything or account.id in wanted) and account.id not in unwanted
    )


def _named(text: str, accounts: Sequence[Account]) -> tuple[Account, ...]:
    if text.isdigit():
        wanted = account_id(text)
        found = tuple(account for account in accounts if account.id == wanted)
    else:
        found = tuple(account for account in accounts if account.name.casefold() == text.casefold())
    if len(found) > 1:
        ids = ", ".join(account.id for account in found)
        raise BadInput(
            f"{len(found)} accounts are called {text!r}: {ids}", advice="Name the account by its id."
        )
    if not found:
        raise UnknownAccount(f"the organization has no account {text!r}", advice=_near(text, accounts))
    return found


def _all_placed(accounts: Sequence[Account]) -> None:
    """An account that moved while the tree was read could slip past an exclusion."""
    lost = [account.id for account in accounts if account.ou_path is None]
    if lost:
        raise CannotLook(
            f"could not see in which OU {', '.join(lost)} is",
            advice="Repeat the command: accounts may be moving.",
        )


def _near(text: str, accounts: Sequence[Account]) -> str:
    names = {account.name.casefold(): account for account in accounts} | {
        account.id: account for account in accounts
    }
    close = difflib.get_close_matches(text.casefold(), names, n=3, cutoff=0.6)
    if not close:
        return "'rootwarden audit --details never' lists the accounts there are."
    return "Did you mean " + ", ".join(f"{names[one].id} ({names[one].name})" for one in close) + "?"


def _looks_like_unit(text: str) -> bool:
    return text.startswith(("/", "ou-", "r-"))


def _unit_path(text: str, paths: Mapping[str, str]) -> str:
    path = paths.get(text, text.rstrip("/") or "/")
    if path not in paths.values():
        close = difflib.get_close_matches(text, [*paths.values(), *paths], n=3, cutoff=0.6)
        advice = (
            f"Did you mean {', '.join(close)}?"
            if close
            else "Write it as an OU id, or as a path such as /Workloads."
        )
        raise BadInput(f"the organization has no OU {text!r}", advice=advice)
    return path


def _within(ou_path: str | None, path: str) -> bool:
    if ou_path is None:
        return False
    return path in {"/", ou_path} or ou_path.startswith(f"{path}/")


def _tagged(text: str, tags: Mapping[str, str]) -> bool:
    key, has_value, value = text.partition("=")
    return key in tags and (not has_value or tags[key] == value)
