"""Registers of what one note begins and another one ends. Specified in docs/ledger.md.

Rebuilt from the entries in their order, and by nothing else. An id names one thing: a later beginning with the same id changes
nothing. An end is final, wherever it stands.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar

from rootwarden.ledger.entry import Entry, Kind
from rootwarden.ledger.members import Members

if TYPE_CHECKING:
    from collections.abc import Iterable

T = TypeVar("T")


class NoteRegister(ABC, Generic[T]):
    """Everything of one sort, as far as the entries taken so far tell."""

    beginning: ClassVar[str]
    end: ClassVar[str]
    """The operations of the two notes."""
    name: ClassVar[str]
    """The member of their details that holds the id."""

    def __init__(self) -> None:
        self._begun: dict[str, T] = {}
        self._ends: dict[str, Entry] = {}

    @staticmethod
    @abstractmethod
    def begun(entry: Entry, said: Members, name: str) -> T:
        """What the first note says. Raises LedgerUnreadable where it says nonsense."""

    @staticmethod
    @abstractmethod
    def ended(one: T, end: Entry) -> T:
        """The same after its end."""

    def take(self, entry: Entry) -> None:
        """Takes the next entry of the ledger. Raises LedgerUnreadable for a note of this sort that says nonsense."""
        operation = entry.content.get("operation")
        if entry.kind is not Kind.NOTE or operation not in {self.beginning, self.end}:
            return
        said = Members(entry)
        name = said.text(self.name)
        if operation == self.beginning:
            self._begun.setdefault(name, self.begun(entry, said, name))
        else:
            self._ends.setdefault(name, entry)

    def take_all(self, entries: Iterable[Entry]) -> tuple[T, ...]:
        """Takes these entries; everything there ever was by then."""
        for entry in entries:
            self.take(entry)
        return self.all()

    def all(self) -> tuple[T, ...]:
        """Everything there ever was, in the order it began."""
        return tuple(
            self.ended(one, self._ends[name]) if name in self._ends else one
            for name, one in self._begun.items()
        )
