"""The register of grants: what the ledger's notes about them come to. Specified in docs/ledger.md."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Final

from rootwarden.ledger.entry import Entry, format_time
from rootwarden.ledger.members import Members
from rootwarden.ledger.note_register import NoteRegister
from rootwarden.model.grant import Grant

if TYPE_CHECKING:
    from rootwarden.ledger.canonical import Json
    from rootwarden.ledger.recorder import Recorder

ADD: Final = "grant add"
END: Final = "grant end"
"""The operations of the notes."""


class GrantRegister(NoteRegister[Grant]):
    """The grants, as far as the entries taken so far tell."""

    beginning = ADD
    end = END
    name = "grant_id"

    @staticmethod
    def begun(entry: Entry, said: Members, name: str) -> Grant:
        """The grant a ``grant add`` tells of."""
        return Grant(
            id=name,
            account=said.account(),
            task=said.text("task"),
            reason=said.beside("reason") or "",
            ticket=said.beside("ticket"),
            until=said.time("until"),
            added=entry.time,
            added_by=said.beside("caller_arn"),
            exception_id=said.text_or_none("exception_id"),
            plan_hash=said.text_or_none("plan_hash"),
            break_glass=said.flag("break_glass"),
        )

    @staticmethod
    def ended(one: Grant, end: Entry) -> Grant:
        """The grant after its end."""
        said = Members(end)
        return dataclasses.replace(
            one, ended=end.time, ended_by=said.beside("caller_arn"), end_reason=said.beside("reason")
        )


def record_grant(recorder: Recorder, grant: Grant) -> Grant:
    """Adds a grant; ``added`` and ``added_by`` are those of the entry. Raises LedgerError."""
    said: dict[str, Json | None] = {
        "grant_id": grant.id,
        "task": grant.task,
        "until": format_time(grant.until),
        "exception_id": grant.exception_id,
        "plan_hash": grant.plan_hash,
        "break_glass": grant.break_glass,
    }
    details = {key: value for key, value in said.items() if value is not None}
    entry = recorder.note(
        operation=ADD, accounts=(grant.account,), reason=grant.reason, ticket=grant.ticket, details=details
    )
    return GrantRegister.begun(entry, Members(entry), grant.id)


def record_grant_end(recorder: Recorder, grant: Grant, *, reason: str, ticket: str | None) -> Grant:
    """Ends a grant before its time. Raises LedgerError."""
    entry = recorder.note(
        operation=END, accounts=(grant.account,), reason=reason, ticket=ticket, details={"grant_id": grant.id}
    )
    return GrantRegister.ended(grant, entry)
