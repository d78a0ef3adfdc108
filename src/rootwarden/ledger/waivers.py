"""The register of waivers: what the ledger's notes about them come to. Specified in docs/ledger.md.

Rebuilt from the entries in their order, and by nothing else. An id names one waiver: a later ``waiver add`` with the same id
changes nothing. An end is final, wherever it stands.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Final

from rootwarden.ledger.entry import Entry, Kind, format_time
from rootwarden.ledger.members import Members
from rootwarden.model.waiver import Waiver

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from rootwarden.ledger.recorder import Recorder
    from rootwarden.model.ids import AccountId

ADD: Final = "waiver add"
END: Final = "waiver end"
"""The operations of the notes."""


class WaiverRegister:
    """The waivers, as far as the entries taken so far tell."""

    def __init__(self) -> None:
        self._added: dict[str, Waiver] = {}
        self._ends: dict[str, Entry] = {}

    def take(self, entry: Entry) -> None:
        """Takes the next entry of the ledger. Raises LedgerUnreadable for a note about waivers that says nonsense."""
        if entry.kind is not Kind.NOTE or entry.content.get("operation") not in {ADD, END}:
            return
        said = Members(entry)
        name = said.text("waiver_id")
        if entry.content["operation"] == ADD:
            self._added.setdefault(name, _added(entry, said, name))
        else:
            self._ends.setdefault(name, entry)

    def all(self) -> tuple[Waiver, ...]:
        """Every waiver there ever was, in the order they were added."""
        return tuple(
            _ended(waiver, self._ends[name]) if name in self._ends else waiver
            for name, waiver in self._added.items()
        )


def waivers_in(entries: Iterable[Entry]) -> tuple[Waiver, ...]:
    """Every waiver a ledger tells of, ended and expired ones too. Raises LedgerUnreadable."""
    register = WaiverRegister()
    for entry in entries:
        register.take(entry)
    return register.all()


def record_waiver(
    recorder: Recorder,
    *,
    waiver_id: str,
    account: AccountId,
    items: Sequence[str],
    owner: str,
    until: datetime,
    reason: str,
    ticket: str | None,
) -> Waiver:
    """Adds a waiver. Raises LedgerError."""
    details = {"waiver_id": waiver_id, "items": list(items), "owner": owner, "until": format_time(until)}
    entry = recorder.note(operation=ADD, accounts=(account,), reason=reason, ticket=ticket, details=details)
    return _added(entry, Members(entry), waiver_id)


def record_waiver_end(recorder: Recorder, waiver: Waiver, *, reason: str, ticket: str | None) -> Waiver:
    """Ends a waiver before its time. Raises LedgerError."""
    entry = recorder.note(
        operation=END,
        accounts=(waiver.account,),
        reason=reason,
        ticket=ticket,
        details={"waiver_id": waiver.id},
    )
    return _ended(waiver, entry)


def _added(entry: Entry, said: Members, name: str) -> Waiver:
    return Waiver(
        id=name,
        account=said.account(),
        items=said.texts("items", least=1),
        owner=said.text("owner"),
        reason=said.beside("reason") or "",
        ticket=said.beside("ticket"),
        until=said.time("until"),
        added=entry.time,
        added_by=said.beside("caller_arn"),
    )


def _ended(waiver: Waiver, end: Entry) -> Waiver:
    said = Members(end)
    return dataclasses.replace(
        waiver,
        ended=end.time,
        ended_by=said.beside("caller_arn"),
        end_reason=said.beside("reason"),
    )
