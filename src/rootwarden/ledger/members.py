"""Reading the details of a note: what it must say, and where it says nonsense."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, NoReturn

from rootwarden.errors import LedgerUnreadable, NotCanonical
from rootwarden.ledger.entry import parse_time
from rootwarden.model.ids import AccountId, is_account_id

if TYPE_CHECKING:
    from rootwarden.ledger.entry import Entry


class Members:
    """The details of one entry. Every method raises LedgerUnreadable, which names the entry and the member.

    Members that are not asked for are left alone: a newer version may have written them.
    """

    def __init__(self, entry: Entry, inside: Mapping[str, Any] | None = None, where: str = "details") -> None:
        self._entry = entry
        self._where = where
        found = entry.content.get("details") if inside is None else inside
        if not isinstance(found, Mapping):
            self._refuse("", "an object", found)
        self._members: Mapping[str, Any] = found

    def text(self, name: str) -> str:
        """A text that says something."""
        value = self._members.get(name)
        if not isinstance(value, str) or not value.strip():
            self._refuse(name, "a text", value)
        return value

    def text_or_none(self, name: str) -> str | None:
        """The same, where it may be left out."""
        return None if self._members.get(name) is None else self.text(name)

    def texts(self, name: str, *, least: int = 0) -> tuple[str, ...]:
        """A list of texts; an absent one is empty, where that is enough."""
        value = self._members.get(name, ())
        whole = isinstance(value, (list, tuple)) and all(isinstance(one, str) and one for one in value)
        if not whole or len(value) < least:
            self._refuse(name, f"a list of {least or 'no'} or more texts", value)
        return tuple(value)

    def time(self, name: str) -> datetime:
        """A time in the ledger's form."""
        value = self._members.get(name)
        try:
            return parse_time(str(value))
        except NotCanonical:
            self._refuse(name, "a time such as 2026-03-01T09:30:00.000000Z", value)

    def time_or_none(self, name: str) -> datetime | None:
        """The same, where it may be left out."""
        return None if self._members.get(name) is None else self.time(name)

    def flag(self, name: str) -> bool:
        """True or false; an absent one is false."""
        value = self._members.get(name, False)
        if not isinstance(value, bool):
            self._refuse(name, "true or false", value)
        return value

    def objects(self, name: str) -> tuple[Members, ...]:
        """A list of objects; an absent one is empty."""
        value = self._members.get(name, ())
        if not isinstance(value, (list, tuple)):
            self._refuse(name, "a list of objects", value)
        return tuple(
            Members(self._entry, one if isinstance(one, Mapping) else {}, f"{self._where}.{name}[{place}]")
            for place, one in enumerate(value)
        )

    def beside(self, name: str) -> str | None:
        """A text of the entry itself, beside its details: the reason, the ticket, the caller's ARN."""
        value = self._entry.content.get(name)
        return value if isinstance(value, str) else None

    def account(self) -> AccountId:
        """The one account the entry names."""
        named = self._entry.content.get("accounts")
        if not isinstance(named, (list, tuple)) or len(named) != 1 or not is_account_id(str(named[0])):
            self._where = "accounts"
            self._refuse("", "one account id", named)
        return AccountId(str(named[0]))

    def _refuse(self, name: str, expected: str, found: object) -> NoReturn:
        place = f"{self._where}.{name}" if name else self._where
        operation = self._entry.content.get("operation")
        raise LedgerUnreadable(
            f"entry {self._entry.number} ({operation}): {place}: expected {expected}, found {_shown(found)}",
            advice=f"Look at it with 'rootwarden ledger show {self._entry.number}'. No version of this program writes this; what it "
            "says about exceptions and waivers cannot be relied on.",
        )


def _shown(found: object) -> str:
    return "nothing" if found is None else repr(found)[:80]
