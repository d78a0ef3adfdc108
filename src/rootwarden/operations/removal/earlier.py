"""What earlier runs of the same plan did, as the ledger tells it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from rootwarden.ledger.entry import Entry, Kind
from rootwarden.ledger.query import accounts_of
from rootwarden.ledger.results import lines_of
from rootwarden.model.ids import AccountId

COMPLETE: Final = "complete"
"""The detail of an account's last word that says whether the plan was carried out in it."""


@dataclass(frozen=True, slots=True)
class EarlierRuns:
    """Accounts of a plan by what earlier runs of it came to."""

    begun: frozenset[AccountId] = frozenset()
    """Those that some run set out to work on."""
    complete: frozenset[AccountId] = frozenset()
    """Those in which everything the plan lists was gone, and seen to be gone."""


def earlier_runs(entries: Iterable[Entry], plan_hash: str) -> EarlierRuns:
    """Reads the ledger's entries; the last word on an account counts."""
    intents: set[str] = set()
    begun: set[AccountId] = set()
    complete: dict[AccountId, bool] = {}
    for entry in entries:
        if entry.kind is Kind.INTENT and entry.content.get("plan_hash") == plan_hash:
            intents.add(entry.id)
            begun.update(accounts_of(entry))
        elif entry.kind is Kind.OUTCOME and entry.intent_id in intents:
            complete |= _last_words(entry)
    return EarlierRuns(frozenset(begun), frozenset(one for one, done in complete.items() if done))


def _last_words(entry: Entry) -> dict[AccountId, bool]:
    return {
        AccountId(str(line["account"])): details.get(COMPLETE) is True
        for line in lines_of(entry.content)
        if line.get("account") and line.get("item") is None and (details := _details(line)) is not None
    }


def _details(line: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """None for a line that settles an account by a later look, which says nothing of the plan."""
    found = line.get("details")
    return found if isinstance(found, Mapping) and COMPLETE in found else None
