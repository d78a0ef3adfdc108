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
    ``unknown``. An intent that names no account is closed by an outcome none of whose items is ``unknown`` at last. One with the
    last word on each of its accounts, a line on the account as a whole, is done with and forgotten: a ledger of years fits in
    memory.
    """
    intents: dict[str, Entry] = {}
    latest: dict[str, _Lines] = {}
    for entry in entries:
        if entry.kind is Kind.INTENT:
            intents[entry.id] = entry
        elif entry.intent_id in intents:
            lines = latest.setdefault(entry.intent_id, {})
            for line in lines_of(entry.content):
                _add_line(lines, line)
            if _is_done_with(intents[entry.intent_id], lines):
                del intents[entry.intent_id], latest[entry.intent_id]
    return tuple(
        OpenIntent(intent, missing)
        for intent in intents.values()
        if (missing := _missing(intent, latest.get(intent.id))) is not None
    )


_Lines = dict[str | None, dict[str | None, str]]
"""The latest outcome by account and item; None for the organization's set-up, and for an account as a whole."""


def _add_line(lines: _Lines, line: Mapping[str, Any]) -> None:
    account, item, outcome = line.get("account"), line.get("item"), str(line.get("outcome"))
    if item is None and outcome != UNKNOWN:
        # A word on the account as a whole settles what was said of its items before.
        lines[account] = {None: outcome}
    else:
        lines.setdefault(account, {})[item] = outcome


def _is_done_with(intent: Entry, lines: _Lines) -> bool:
    accounts = accounts_of(intent)
    return bool(accounts) and all(
        None in (said := lines.get(account, {})) and UNKNOWN not in said.values() for account in accounts
    )


def _missing(intent: Entry, lines: _Lines | None) -> tuple[AccountId, ...] | None:
    """The accounts an intent still misses; None when it is closed."""
    accounts = accounts_of(intent)
    if lines is None:
        return accounts
    unsettled = {account for account, said in lines.items() if UNKNOWN in said.values()}
    if not accounts:
        return () if unsettled else None
    settled = lines.keys() - unsettled
    return tuple(account for account in accounts if account not in settled) or None
