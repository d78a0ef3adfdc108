"""Notes about sweeps, and about what was done as root meanwhile. Specified in docs/ledger.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from rootwarden.ledger.entry import Entry, Kind, format_time
from rootwarden.ledger.members import Members
from rootwarden.ledger.secret_guard import without_secrets
from rootwarden.model.ids import AccountId
from rootwarden.model.sweep import LastSweep

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from rootwarden.ledger.canonical import Json
    from rootwarden.ledger.recorder import Recorder
    from rootwarden.model.recovery_exception import RecoveryException
    from rootwarden.model.sweep import RootEvent

SWEPT: Final = "recovery swept"
ACTIVITY: Final = "exception activity"
"""The operations of the notes."""


def record_swept(
    recorder: Recorder,
    *,
    started: datetime,
    pending: Iterable[AccountId],
    joined: Iterable[AccountId],
    summary: Mapping[str, int],
) -> Entry:
    """Records that a sweep came to its end. Raises LedgerError."""
    details: dict[str, Json] = {
        "started": format_time(started),
        "pending": list(pending),
        "joined": list(joined),
        "summary": dict(summary),
    }
    return recorder.note(operation=SWEPT, details=details)


def record_activity(
    recorder: Recorder,
    exception: RecoveryException,
    events: Iterable[RootEvent],
    *,
    looked_until: datetime,
    regions: Iterable[str],
) -> Entry:
    """Records what CloudTrail shows of an account's root user since the last look. Raises LedgerError."""
    details: dict[str, Json] = {
        "exception_id": exception.id,
        "looked_until": format_time(looked_until),
        "regions": list(regions),
        "events": [_event(one) for one in events],
    }
    return recorder.note(operation=ACTIVITY, accounts=(exception.account,), details=details)


class SweepRegister:
    """The latest sweep, as far as the entries taken so far tell."""

    def __init__(self) -> None:
        self.last: LastSweep | None = None

    def take(self, entry: Entry) -> None:
        """Takes the next entry of the ledger. Raises LedgerUnreadable for a note about a sweep that says nonsense."""
        if entry.kind is not Kind.NOTE or entry.content.get("operation") != SWEPT:
            return
        said = Members(entry)
        details = entry.content.get("details")
        summary = details.get("summary") if isinstance(details, Mapping) else None
        counts = summary.items() if isinstance(summary, Mapping) else ()
        self.last = LastSweep(
            said.time("started"),
            entry.time,
            tuple(map(AccountId, said.texts("pending"))),
            tuple(map(AccountId, said.texts("joined"))),
            tuple((str(word), count) for word, count in counts if isinstance(count, int)),
        )


@dataclass(slots=True)
class Looked:
    """What is known of the root activity of one exception's account."""

    until: datetime | None = None
    event_ids: set[str] = field(default_factory=set)


class ActivityRegister:
    """What was looked up by exception, and which keys our own root sessions had, by account."""

    def __init__(self) -> None:
        self._looked: dict[str, Looked] = {}
        self._keys: dict[str, set[str]] = {}

    def take(self, entry: Entry) -> None:
        """Takes the next entry of the ledger. Raises LedgerUnreadable for a note about activity that says nonsense."""
        for line in _lines(entry):
            key, account = line.get("access_key_id"), line.get("account")
            if isinstance(key, str) and isinstance(account, str):
                self._keys.setdefault(account, set()).add(key)
        if entry.kind is not Kind.NOTE or entry.content.get("operation") != ACTIVITY:
            return
        said = Members(entry)
        looked = self._looked.setdefault(said.text("exception_id"), Looked())
        until = said.time("looked_until")
        looked.until = max(looked.until or until, until)
        looked.event_ids |= {one.text("id") for one in said.objects("events")}

    def looked(self, exception_id: str) -> Looked:
        """What was looked up for an exception."""
        return self._looked.get(exception_id, Looked())

    def keys(self, account: AccountId) -> frozenset[str]:
        """The key ids of the root sessions that this ledger tells of."""
        return frozenset(self._keys.get(account, ()))


def _lines(entry: Entry) -> tuple[Mapping[str, object], ...]:
    found = entry.content.get("result")
    return tuple(one for one in found if isinstance(one, Mapping)) if isinstance(found, (list, tuple)) else ()


def _event(one: RootEvent) -> dict[str, Json]:
    said: dict[str, Json] = {
        "id": one.id,
        "time": format_time(one.time),
        "name": one.name,
        "source": one.source,
        "region": one.region,
        "address": one.address,
    }
    if one.error:
        said["error"] = without_secrets(one.error)
    return said
