"""The register of waivers: what the ledger's notes about them come to. Specified in docs/ledger.md."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Final

from rootwarden.ledger.entry import Entry, format_time
from rootwarden.ledger.members import Members
from rootwarden.ledger.note_register import NoteRegister
from rootwarden.model.waiver import Waiver

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from rootwarden.ledger.recorder import Recorder
    from rootwarden.model.ids import AccountId

ADD: Final = "waiver add"
END: Final = "waiver end"
"""The operations of the notes."""


class WaiverRegister(NoteRegister[Waiver]):
    """The waivers, as far as the entries taken so far tell."""

    beginning = ADD
    end = END
    name = "waiver_id"

    @staticmethod
    def begun(entry: Entry, said: Members, name: str) -> Waiver:
        """The waiver a ``waiver add`` tells of."""
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

    @staticmethod
    def ended(one: Waiver, end: Entry) -> Waiver:
        """The waiver after its end."""
        said = Members(end)
        return dataclasses.replace(
            one, ended=end.time, ended_by=said.beside("caller_arn"), end_reason=said.beside("reason")
        )


def waivers_in(entries: Iterable[Entry]) -> tuple[Waiver, ...]:
    """Every waiver a ledger tells of, ended and expired ones too. Raises LedgerUnreadable."""
    return WaiverRegister().take_all(entries)


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
    return WaiverRegister.begun(entry, Members(entry), waiver_id)


def record_waiver_end(recorder: Recorder, waiver: Waiver, *, reason: str, ticket: str | None) -> Waiver:
    """Ends a waiver before its time. Raises LedgerError."""
    entry = recorder.note(
        operation=END,
        accounts=(waiver.account,),
        reason=reason,
        ticket=ticket,
        details={"waiver_id": waiver.id},
    )
    return WaiverRegister.ended(waiver, entry)
