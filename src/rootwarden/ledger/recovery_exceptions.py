"""The register of recovery exceptions: what the ledger's notes about them come to. Specified in docs/ledger.md.

Rebuilt from the entries in their order, and by nothing else. An id names one exception: a second beginning with the same id
changes nothing. A close is final, wherever it stands: nothing opens, extends or exempts an exception again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from rootwarden.ledger.entry import Entry, Kind
from rootwarden.ledger.members import Members
from rootwarden.model.recovery_exception import ExceptionState, RecoveryException, TemporaryExemption

OPENING: Final = "exception opening"
OPENED: Final = "exception opened"
ADOPTED: Final = "exception adopted"
EXTENDED: Final = "exception extended"
EXEMPTED: Final = "exception exempted"
CLOSING: Final = "exception closing"
EMPTIED: Final = "exception emptied"
CLOSED: Final = "exception closed"
"""The operations of the notes."""
_BEGINNINGS: Final = frozenset({OPENING, ADOPTED})


@dataclass(frozen=True, slots=True)
class _Close:
    when: datetime
    how: str
    remaining: tuple[str, ...]


class ExceptionRegister:
    """The exceptions, as far as the entries taken so far tell."""

    def __init__(self) -> None:
        self._begun: dict[str, RecoveryException] = {}
        self._closes: dict[str, _Close] = {}

    def take(self, entry: Entry) -> None:
        """Takes the next entry of the ledger. Raises LedgerUnreadable for a note about exceptions that says nonsense."""
        operation = str(entry.content.get("operation"))
        if entry.kind is not Kind.NOTE or operation not in {*_BEGINNINGS, *_CHANGES, CLOSED}:
            return
        said = Members(entry)
        name = said.text("exception_id")
        if operation in _BEGINNINGS:
            self._begun.setdefault(name, begun(entry, said, name))
        elif operation == CLOSED:
            close = _Close(entry.time, said.text("how"), said.texts("remaining"))
            self._closes.setdefault(name, close)
        else:
            change = _CHANGES[operation](entry, said)
            if name in self._begun and name not in self._closes:
                self._begun[name] = change(self._begun[name])

    def all(self) -> tuple[RecoveryException, ...]:
        """Every exception there ever was, in the order they began."""
        return tuple(_closed(one, self._closes.get(name)) for name, one in self._begun.items())


def exceptions_in(entries: Iterable[Entry]) -> tuple[RecoveryException, ...]:
    """Every exception a ledger tells of, closed ones too. Raises LedgerUnreadable."""
    register = ExceptionRegister()
    for entry in entries:
        register.take(entry)
    return register.all()


def begun(entry: Entry, said: Members, name: str) -> RecoveryException:
    """The exception as its first note tells of it. Raises LedgerUnreadable."""
    adopted = entry.content.get("operation") == ADOPTED
    return RecoveryException(
        id=name,
        account=said.account(),
        task=said.text("task"),
        owner=said.text("owner"),
        reason=said.beside("reason") or "",
        ticket=said.beside("ticket"),
        opened=entry.time,
        until=said.time("until"),
        break_glass=said.flag("break_glass"),
        state=ExceptionState.OPEN if adopted else ExceptionState.OPENING,
        opener=said.beside("caller_arn"),
        adopted=adopted,
        known=said.texts("known"),
        exemptions=_exemptions(said),
    )


_Change = Callable[[RecoveryException], RecoveryException]


def _opened(_: Entry, __: Members) -> _Change:
    return lambda one: replace(one, state=ExceptionState.OPEN) if one.state is ExceptionState.OPENING else one


def _extended(_: Entry, said: Members) -> _Change:
    until = said.time("until")
    return lambda one: replace(one, until=until)


def _exempted(_: Entry, said: Members) -> _Change:
    exemptions = _exemptions(said)
    return lambda one: replace(one, exemptions=exemptions)


def _closing(_: Entry, __: Members) -> _Change:
    return lambda one: replace(one, state=ExceptionState.CLOSING)


def _emptied(entry: Entry, said: Members) -> _Change:
    remaining = said.texts("remaining")
    return lambda one: replace(one, emptied=entry.time, remaining=remaining)


_CHANGES: Final[Mapping[str, Callable[[Entry, Members], _Change]]] = {
    OPENED: _opened,
    EXTENDED: _extended,
    EXEMPTED: _exempted,
    CLOSING: _closing,
    EMPTIED: _emptied,
}


def _closed(one: RecoveryException, close: _Close | None) -> RecoveryException:
    if close is None:
        return one
    return replace(
        one, state=ExceptionState.CLOSED, closed=close.when, how=close.how, remaining=close.remaining
    )


def _exemptions(said: Members) -> tuple[TemporaryExemption, ...]:
    return tuple(
        TemporaryExemption(
            policy_id=one.text("policy_id"),
            policy_name=one.text("policy_name"),
            before=one.text("before"),
            after=one.text("after"),
            deployed=one.time_or_none("deployed"),
            removed=one.time_or_none("removed"),
        )
        for one in said.objects("exemptions")
    )
