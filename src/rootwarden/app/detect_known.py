"""What the ledger knows of root sessions, for detection: runs with who and why, and exceptions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rootwarden.app.ledger import location_of, open_store_if_there
from rootwarden.errors import AwsError, NoCredentials, NoRegion
from rootwarden.ledger.entry import Kind
from rootwarden.ledger.query import accounts_of
from rootwarden.ledger.recovery_exceptions import ExceptionRegister
from rootwarden.ledger.results import lines_of
from rootwarden.ledger.store import entries
from rootwarden.model.detection_known import Known, LedgerRun
from rootwarden.model.ids import AccountId
from rootwarden.model.tasks import RootTask

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from rootwarden.app.context import App
    from rootwarden.ledger.entry import Entry

_TASKS = {task.value: task for task in RootTask}


@dataclass(frozen=True, slots=True)
class KnownLedger:
    """What was read of the ledger, or why none was."""

    known: Known
    location: str | None = None
    entries: int = 0
    missing: str | None = None
    """Why there was none to read."""


def read_known(app: App) -> KnownLedger:
    """Everything the ledger tells; without one, the reason. Raises LedgerError for one that is broken, and WrongOrganization."""
    try:
        store = open_store_if_there(app)
    except (AwsError, NoCredentials, NoRegion) as error:
        return _without(None, f"whose ledger to read is not known: {error.message}")
    location = store.location if store else location_of(app)
    known, count = known_of(entries(store)) if store else (Known(), 0)
    if not count:
        return _without(location, f"there is none at {location}")
    return KnownLedger(known, location, count)


def _without(location: str | None, why: str) -> KnownLedger:
    return KnownLedger(Known(ledger_read=False), location, missing=why)


def known_of(found: Iterable[Entry]) -> tuple[Known, int]:
    """What entries tell, and how many they are. Raises LedgerError."""
    runs: dict[str, _Run] = {}
    exceptions, count = ExceptionRegister(), 0
    for entry in found:
        count += 1
        exceptions.take(entry)
        if entry.kind is Kind.INTENT:
            runs[entry.id] = _Run(entry)
        elif entry.intent_id in runs:
            runs[entry.intent_id].add(entry)
    made = tuple(run.made() for run in runs.values())
    return Known(runs=made, exceptions=exceptions.all()), count


@dataclass(slots=True)
class _Run:
    intent: Entry
    ended: datetime | None = None
    accounts: set[AccountId] = field(default_factory=set)
    keys: dict[str, AccountId] = field(default_factory=dict)
    request_ids: set[str] = field(default_factory=set)

    def add(self, outcome: Entry) -> None:
        self.ended = outcome.time
        self.accounts.update(accounts_of(outcome))
        for line in lines_of(outcome.content):
            key, account = line.get("access_key_id"), line.get("account")
            if key and account:
                self.keys[str(key)] = AccountId(str(account))
            self.request_ids.update(str(one) for one in line.get("request_ids") or ())

    def made(self) -> LedgerRun:
        content = self.intent.content
        return LedgerRun(
            id=self.intent.id,
            operation=str(content.get("operation", "")),
            caller=str(content.get("caller_arn", "")),
            began=self.intent.time,
            ended=self.ended,
            accounts=frozenset((*accounts_of(self.intent), *self.accounts)),
            tasks=tuple(_TASKS[one] for one in str(content.get("task") or "").split(", ") if one in _TASKS),
            reason=_text(content.get("reason")),
            ticket=_text(content.get("ticket")),
            plan_hash=_text(content.get("plan_hash")),
            exception_id=_text(content.get("exception_id")),
            access_keys=dict(self.keys),
            request_ids=frozenset(self.request_ids),
        )


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
