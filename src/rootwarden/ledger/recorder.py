"""The ledger as callers see it: begin, act, finish. No intent, no act."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import TracebackType
from typing import Final, Self

from rootwarden.errors import LedgerError
from rootwarden.ledger.canonical import Json
from rootwarden.ledger.clock import Clock, utc_now
from rootwarden.ledger.entry import Draft, Entry, Kind
from rootwarden.ledger.query import OpenIntent, open_intents
from rootwarden.ledger.results import Result
from rootwarden.ledger.store import Store, entries
from rootwarden.model.ids import AccountId

GROUP_SIZE: Final = 200
"""Result lines per outcome entry of a bulk run."""
GROUP_TIME: Final = timedelta(seconds=5)
"""The longest a result line waits for company, as far as further lines or ``flush`` come."""


@dataclass(frozen=True, slots=True)
class RunContext:
    """What is the same for every entry of one run. Organization and endpoint come from the store."""

    caller_arn: str
    source_identity: str | None
    tool_version: str
    configuration_hash: str | None = None
    """SHA-256 of the configuration in force, hexadecimal; None without one."""


class Recorder:
    """Writes intents and outcomes for one run."""

    def __init__(
        self,
        store: Store,
        context: RunContext,
        *,
        clock: Clock = utc_now,
        new_id: Callable[[], str] = lambda: str(uuid.uuid4()),
        group_size: int = GROUP_SIZE,
        group_time: timedelta = GROUP_TIME,
    ) -> None:
        """Writes nothing yet."""
        self._store = store
        self._clock = clock
        self._new_id = new_id
        self.group_size = group_size
        self.group_time = group_time
        self._context: dict[str, Json] = {
            "caller_arn": context.caller_arn,
            "source_identity": context.source_identity,
            "organization_id": store.identity.organization_id,
            "endpoint": store.identity.endpoint,
            "configuration_hash": context.configuration_hash,
            "tool_version": context.tool_version,
        }

    @property
    def store(self) -> Store:
        """The ledger it writes to."""
        return self._store

    def begin(
        self,
        *,
        operation: str,
        accounts: Sequence[AccountId] = (),
        task: str | None = None,
        items: Sequence[str] = (),
        reason: str | None = None,
        ticket: str | None = None,
        plan_hash: str | None = None,
        exception_id: str | None = None,
        details: Mapping[str, Json] | None = None,
    ) -> Intent:
        """Records what is about to be done; returns once that is durable. Raises LedgerError: then do nothing."""
        content: dict[str, Json] = {
            "operation": operation,
            "accounts": list(accounts),
            "task": task,
            "items": list(items),
            "reason": reason,
            "ticket": ticket,
            "plan_hash": plan_hash,
            "exception_id": exception_id,
            "details": details,
        }
        return Intent(self, self._store.append(self.draft(Kind.INTENT, content)), self._clock)

    def note(
        self,
        *,
        operation: str,
        details: Mapping[str, Json],
        accounts: Sequence[AccountId] = (),
        reason: str | None = None,
        ticket: str | None = None,
    ) -> Entry:
        """Records something to know later, such as a plan's hash. Raises LedgerError."""
        content: dict[str, Json] = {
            "operation": operation,
            "accounts": list(accounts),
            "reason": reason,
            "ticket": ticket,
            "details": details,
        }
        return self._store.append(self.draft(Kind.NOTE, content))

    def settle(self, found: OpenIntent, results: Sequence[Result], *, note: str | None = None) -> Entry:
        """Records what looking at AWS showed of an intent that an earlier run left open. Raises LedgerError."""
        return self.outcome(found.intent, results, note=note)

    def outcome(self, intent: Entry, results: Sequence[Result], *, note: str | None = None) -> Entry:
        """Records result lines of an intent. Raises LedgerError."""
        content: dict[str, Json] = {
            "operation": intent.content.get("operation"),
            "task": intent.content.get("task"),
            "result": [result.as_json() for result in results],
            "note": note,
        }
        return self._store.append(self.draft(Kind.OUTCOME, content, intent.id))

    def open_intents(self) -> tuple[OpenIntent, ...]:
        """The intents of all runs that no outcome closes. Verifies the ledger as it reads, and raises as that does."""
        return open_intents(entries(self._store))

    def draft(self, kind: Kind, content: Mapping[str, Json], intent_id: str | None = None) -> Draft:
        """An entry with the run's context; what is empty is left out."""
        said = {
            key: value
            for key, value in {**self._context, **content}.items()
            if value is not None and value != []
        }
        return Draft(kind, self._new_id(), self._clock(), said, intent_id)


class Intent:
    """A recorded intent. Use it with ``with``: whatever ends the block, the results known by then are written.

    Lines come one by one with ``record``, which commits them in groups (safe from several threads), or all at once with
    ``finish``. What gets no line stays open, and the next run looks.
    """

    def __init__(self, recorder: Recorder, entry: Entry, clock: Clock) -> None:
        """Made by ``Recorder.begin``."""
        self.entry = entry
        self._recorder = recorder
        self._clock = clock
        self._lock = threading.Lock()
        self._pending: list[Result] = []
        self._oldest: datetime | None = None

    def record(self, *results: Result) -> None:
        """Takes results, and writes an outcome once there are enough of them or one has waited long enough.

        Raises LedgerError: then do nothing further. The lines are kept and tried again with the next write.
        """
        with self._lock:
            self._pending.extend(results)
            self._oldest = self._oldest or self._clock()
            if len(self._pending) >= self._recorder.group_size or self._is_due():
                self._write()

    def flush(self) -> None:
        """Writes what waits. Raises LedgerError."""
        with self._lock:
            self._write()

    def flush_if_due(self) -> None:
        """Writes what waits, where a line has waited long enough. Raises LedgerError."""
        with self._lock:
            if self._is_due():
                self._write()

    def finish(self, *results: Result) -> None:
        """Writes these and all that waits in one outcome. Raises LedgerError."""
        with self._lock:
            self._pending.extend(results)
            self._write()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            self.flush()
        except LedgerError:
            if not isinstance(error, LedgerError):
                raise  # with the error of the block, if any, as its context: what was done is not written down

    def _is_due(self) -> bool:
        return self._oldest is not None and self._clock() - self._oldest >= self._recorder.group_time

    def _write(self) -> None:
        if self._pending:
            self._recorder.outcome(self.entry, self._pending)
            self._pending.clear()
        self._oldest = None
