"""From what the user wrote to ids: which accounts, OUs and tags are meant, judged account by account."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rootwarden.errors import BadInput, CannotLook, UnknownAccount
from rootwarden.model.ids import account_id, looks_like_account_id
from rootwarden.model.selection import looks_like_unit, pieces
from rootwarden.model.units import UnitTree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from rootwarden.model.ids import AccountId
    from rootwarden.model.organization import Account, OrganizationalUnit
    from rootwarden.model.selection import Selection

    Tags = Mapping[str, str]

_NEAR = 3
_EXPLAINED = 20
"""Wrong accounts that near matches are looked up for; the others are named only."""
_LISTED = "'rootwarden audit --details never' lists the accounts there are."


@dataclass(frozen=True, slots=True)
class Choice:
    """A selection whose names were found: it can be asked of each account alone, also of one that is read later."""

    accounts: frozenset[AccountId] = frozenset()
    units: frozenset[str] = frozenset()
    """Ids of OUs; what is below them is meant too."""
    tags: tuple[str, ...] = ()
    excluded: frozenset[AccountId] = frozenset()
    excluded_units: frozenset[str] = frozenset()
    everything: bool = False

    @property
    def uses_units(self) -> bool:
        """Whether OUs decide."""
        return bool(self.units or self.excluded_units)

    def holds(self, account: Account, tags: Tags | None = None) -> bool:
        """Whether an account is meant. Raises CannotLook when that depends on an OU it was not seen in."""
        chosen = (
            self.everything
            or account.id in self.accounts
            or any(has_tag(one, tags or {}) for one in self.tags)
            or self._below(account, self.units)
        )
        return chosen and account.id not in self.excluded and not self._below(account, self.excluded_units)

    @staticmethod
    def _below(account: Account, units: frozenset[str]) -> bool:
        if not units:
            return False
        if account.parents is None:  # one that moves while it is read could slip past an exclusion
            raise CannotLook(
                f"could not see in which OU {account.id} is",
                advice="Repeat the command: the account may be moving.",
            )
        return not units.isdisjoint(account.parents)


def has_tag(text: str, tags: Tags) -> bool:
    """Whether the tags have ``KEY``, or ``KEY=VALUE``."""
    key, has_value, value = text.partition("=")
    return key in tags and (not has_value or tags[key] == value)


def select(
    selection: Selection,
    accounts: Sequence[Account],
    units: Iterable[OrganizationalUnit] = (),
    tags: Mapping[str, Tags] | None = None,
) -> tuple[Account, ...]:
    """The accounts that are meant, in the order given. ``tags`` are by account id. Raises as ``resolve`` and ``holds`` do."""
    choice = resolve(selection, accounts, UnitTree(units))
    return tuple(one for one in accounts if choice.holds(one, (tags or {}).get(one.id)))


def resolve(selection: Selection, accounts: Iterable[Account], tree: UnitTree) -> Choice:
    """Finds what the selection names among the accounts and OUs there are.

    Raises UnknownAccount or BadInput for what names nothing, or several things; all of it is told at once, with near matches.
    """
    names = _Names(accounts, tree, selection.places)
    chosen = names.each(selection.accounts, names.account)
    units = names.each(selection.ous, names.unit)
    excluded = names.each(selection.exclude, names.either)
    names.raise_problems()
    return Choice(
        accounts=frozenset(one for one in chosen if isinstance(one, str)),
        units=frozenset(one.id for one in units if not isinstance(one, str)),
        tags=selection.tags,
        excluded=frozenset(one for one in excluded if isinstance(one, str)),
        excluded_units=frozenset(one.id for one in excluded if not isinstance(one, str)),
        everything=selection.everything,
    )


@dataclass(frozen=True, slots=True)
class _Problem:
    text: str
    error: BadInput


class _Names:
    """The names and ids there are, and what was asked for and is not among them."""

    def __init__(self, accounts: Iterable[Account], tree: UnitTree, places: Mapping[str, str]) -> None:
        self._by_id = {account.id: account for account in accounts}
        self._by_name: dict[str, list[AccountId]] = {}
        for account in self._by_id.values():
            self._by_name.setdefault(account.name.casefold(), []).append(account.id)
        self._tree = tree
        self._places = places
        self._problems: list[_Problem] = []

    def each(
        self, texts: Iterable[str], find: Callable[[str], AccountId | OrganizationalUnit]
    ) -> list[AccountId | OrganizationalUnit]:
        """What the texts name: each as a whole where something is called so or it is a line of a file, else each part of the list."""
        found = []
        for text in texts:
            whole = text in self._places or self._is_called(text)
            parts = (text,) if whole else pieces(text) or (text,)
            for part in parts:
                try:
                    found.append(find(part))
                except BadInput as error:
                    self._problems.append(_Problem(self._placed(text, part), error))
        return found

    def either(self, text: str) -> AccountId | OrganizationalUnit:
        """An account or an OU."""
        return self.unit(text) if looks_like_unit(text) else self.account(text)

    def unit(self, text: str) -> OrganizationalUnit:
        """An OU."""
        return self._tree.named(text)

    def account(self, text: str) -> AccountId:
        """An account."""
        if looks_like_account_id(text):
            wanted = account_id(text)
            found = [wanted] if wanted in self._by_id else []
        else:
            found = self._by_name.get(text.casefold(), [])
        if len(found) > 1:
            raise BadInput(
                f"{len(found)} accounts are called {text!r}: {', '.join(found)}",
                advice="Name the account by its id.",
            )
        if not found:
            raise UnknownAccount(f"the organization has no account {text!r}", advice=self._near(text))
        return found[0]

    def raise_problems(self) -> None:
        """Raises one error for all that was not found."""
        if not self._problems:
            return
        if len(self._problems) == 1:
            (only,) = self._problems
            only.error.message += only.text
            raise only.error
        kind = (
            UnknownAccount if all(isinstance(p.error, UnknownAccount) for p in self._problems) else BadInput
        )
        lines = [f"{len(self._problems)} choices name nothing in this organization, or not one thing:"]
        lines += [f"  {p.error.message}{p.text}{_hint(p.error)}" for p in self._problems]
        raise kind("\n".join(lines), advice="Correct them all; nothing was done.")

    def _is_called(self, text: str) -> bool:
        return text.casefold() in self._by_name or self._tree.knows(text)

    def _placed(self, text: str, part: str) -> str:
        where = self._places.get(text) or self._places.get(part)
        return f" ({where})" if where else ""

    def _near(self, text: str) -> str:
        if not self._by_id or len(self._problems) >= _EXPLAINED:
            return _LISTED
        known = {account.name.casefold(): account for account in self._by_id.values()} | self._by_id
        close = difflib.get_close_matches(text.casefold(), known, n=_NEAR, cutoff=0.6)
        if not close:
            return _LISTED
        return "Did you mean " + ", ".join(f"{known[one].id} ({known[one].name})" for one in close) + "?"


def _hint(error: BadInput) -> str:
    return f". {error.advice}" if error.advice.startswith("Did you mean") else ""
