"""Which accounts a user chose, in the user's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from rootwarden.model.ids import account_id, is_account_id, looks_like_account_id

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rootwarden.model.ids import AccountId


@dataclass(frozen=True, slots=True)
class Selection:
    """What the user chose. An account is meant when any of the choices names it and no exclusion does."""

    accounts: tuple[str, ...] = ()
    """Ids or names, or several of them separated by commas: only who knows the names can tell."""
    ous: tuple[str, ...] = ()
    """OU ids or paths, likewise; the OUs below them are meant too."""
    tags: tuple[str, ...] = ()
    """``KEY`` or ``KEY=VALUE``."""
    exclude: tuple[str, ...] = ()
    """Ids, names, OU ids or OU paths, likewise."""
    everything: bool = False
    refresh: bool = False
    """Whether the list of accounts, OUs and tags is to be read anew."""
    places: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), compare=False)
    """Where an account was named (``FILE, line N``), for those that came from a file."""
    notes: tuple[str, ...] = field(default=(), compare=False)
    """What the user should know of how the choice was read."""

    @property
    def empty(self) -> bool:
        """Whether nothing was chosen, which means nothing."""
        return not (self.everything or self.accounts or self.ous or self.tags)

    @property
    def said_nothing(self) -> bool:
        """Whether not even an exclusion was given."""
        return self.empty and not self.exclude and not self.refresh

    @property
    def ids(self) -> tuple[AccountId, ...] | None:
        """The accounts, where ids are all that is named, among the exclusions too; else None. Half an id is left out."""
        if self.everything or self.ous or self.tags or not self.accounts:
            return None
        excluded = self.excluded_ids
        return None if excluded is None else _only_ids(self.accounts)

    @property
    def excluded_ids(self) -> tuple[AccountId, ...] | None:
        """The exclusions, where all of them are ids; else None."""
        return _only_ids(self.exclude)

    @property
    def names_units(self) -> bool:
        """Whether the tree of OUs is needed to decide."""
        return bool(self.ous) or any(
            looks_like_unit(piece) for text in self.exclude for piece in (text, *pieces(text))
        )

    def of(self, accounts: Iterable[str]) -> Selection:
        """The same exclusions, and these accounts."""
        return replace(self, accounts=tuple(accounts), ous=(), tags=(), everything=False)


def pieces(text: str) -> tuple[str, ...]:
    """The parts of a comma list; empty where the text is none."""
    if "," not in text:
        return ()
    return tuple(part.strip() for part in text.split(",") if part.strip())


def looks_like_unit(text: str) -> bool:
    """Whether a text can be meant as an OU rather than as an account."""
    return text.startswith(("/", "ou-", "r-"))


def _only_ids(texts: Iterable[str]) -> tuple[AccountId, ...] | None:
    parts = [part for text in texts for part in pieces(text) or (text,)]
    if not all(looks_like_account_id(part) for part in parts):
        return None
    return tuple(dict.fromkeys(account_id(part) for part in parts if is_account_id(part.replace("-", ""))))
