"""Questions to a ledger: which entries, and which intents are open."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rootwarden.ledger.entry import Entry, Kind
from rootwarden.ledger.results import UNKNOWN, lines_of
from rootwarden.model.ids import AccountId


@dataclass(frozen=True, slots=True)
class Filter:
    """What ``ledger list`` asks for; None asks for nothing in particular."""

    account: AccountId | None = None
    """Named by the entry, or by one of its result lines."""
    person: str | None = None
    """Any part of the caller's ARN or of its source identity, in any case."""
    operation: str | None = None
    """The whole of it, or its first words: ``remove`` finds ``remove apply``."""
    since: datetime | None = None
    """At or after."""
    until: datetime | None = None
    """Before."""

    def admits(self, entry: Entry) -> bool:
        """Whether the entry is asked for."""
        return (
            (self.account is None or self.account in accounts_of(entry))
            and (self.person is None or self._is_by(entry.content, self.person.casefold()))
            and (
                self.operation is None
                or self._is_operation(str(entry.content.get("operation")), self.operation)
            )
            and (self.since is None or entry.time >= self.since)
            and (self.until is None or entry.time < self.until)
        )

    @staticmethod
    def _is_by(content: Mapping[str, Any], person: str) -> bool:
        names = (content.get("caller_arn"), content.get("source_identity"))
        return any(person in str(name).casefold() for name in names if name is not None)

    @staticmethod
    def _is_operation(operation: str, wanted: str) -> bool:
        return operation == wanted or operation.startswith(f"{wanted} ")


@dataclass(frozen=True, slots=True)
class OpenIntent:
    """Something that was begun and of which no outcome tells the end: a crash, or an answer that never came."""

    intent: Entry
    accounts: tuple[AccountId, ...]
    """Those not accounted for; empty where the intent names none."""


def accounts_of(entry: Entry) -> tuple[AccountId, ...]:
    """The accounts an entry names, those of its result lines included, each once."""
    named = entry.content.get("accounts")
    accounts = list(named) if isinstance(named, (list, tuple)) else []
    accounts += [line.get("account") for line in lines_of(entry.content)]
    return tuple(dict.fromkeys(AccountId(str(account)) for account in accounts if account is not None))


def select(entries: Iterable[Entry], wanted: Filter) -> Iterator[Entry]:
    """The entries asked for, in their order."""
    return (entry for entry in entries if wanted.admits(entry))


def open_intents(entries: Iterable[Entry]) -> tuple[OpenIntent, ...]:
    """The intents without outcome, or with accounts not yet accounted for, in their order.

    An account is accounted for once a result line names it, unless the last line on it (or on one of its items) says
    ``unknown``. An intent that names no account is closed by an outcome none of whose items is ``unknown`` at last.
    """
    intents: dict[str, Entry] = {}
    latest: dict[str, dict[tuple[str | None, str | None], str]] = {}
    for entry in entries:
        if entry.kind is Kind.INTENT:
            intents[entry.id] = entry
        elif entry.kind is Kind.OUTCOME and entry.intent_id is not None:
            lines = latest.setdefault(entry.intent_id, {})
            for line in lines_of(entry.content):
                _add_line(lines, line)
    return tuple(
        OpenIntent(intent, missing)
        for intent in intents.values()
        if (missing := _missing(intent, latest.get(intent.id))) is not None
    )


def _add_line(lines: dict[tuple[str | None, str | None], str], line: Mapping[str, Any]) -> None:
    account, item, outcome = line.get("account"), line.get("item"), str(line.get("outcome"))
    if item is None and outcome != UNKNOWN:
        # A word on the account as a whole settles what was said of its items before.
        for key in [key for key in lines if key[0] == account]:
            del lines[key]
    lines[(account, item)] = outcome


def _missing(
    intent: Entry, lines: Mapping[tuple[str | None, str | None], str] | None
) -> tuple[AccountId, ...] | None:
    """The accounts an intent still misses; None when it is closed."""
    accounts = accounts_of(intent)
    if lines is None:
        return accounts
    unsettled = {key[0] for key, outcome in lines.items() if outcome == UNKNOWN}
    if not accounts:
        return () if unsettled else None
    settled = {key[0] for key in lines} - unsettled
    return tuple(account for account in accounts if account not in settled) or None
