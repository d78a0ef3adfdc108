"""The part of the ledger that belongs to a removal: from the plan to the head, without a gap. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from rootwarden.errors import LedgerBroken, LedgerError, NotCanonical
from rootwarden.ledger.checkpoint import parse_checkpoint
from rootwarden.ledger.entry import Entry, Kind, parse
from rootwarden.ledger.results import lines_of
from rootwarden.model.evidence import ExpectedCall

FILE: Final = "ledger.jsonl"
CHECKPOINT: Final = "checkpoint.json"


def excerpt(entries: Iterable[Entry], plan_hash: str) -> tuple[Entry, ...]:
    """The entries from the first that names the plan; those of others lie between, so that the chain can be followed."""
    found: list[Entry] = []
    for entry in entries:
        if found or _names(entry, plan_hash):
            found.append(entry)
    return tuple(found)


def _names(entry: Entry, plan_hash: str) -> bool:
    details = entry.content.get("details")
    noted = details.get("plan_hash") if isinstance(details, Mapping) else None
    return plan_hash in {entry.content.get("plan_hash"), noted}


def read_excerpt(data: bytes) -> tuple[Entry, ...]:
    """The entries of a file, each followed by the next. Raises LedgerBroken and NotCanonical."""
    found: list[Entry] = []
    for line in data.splitlines():
        entry = parse(line)
        if found and (entry.number, entry.previous) != (found[-1].number + 1, found[-1].hash):
            raise LedgerBroken(
                f"entry {entry.number} does not follow entry {found[-1].number}",
                fault="missing",
                number=entry.number,
                expected=f"previous {found[-1].hash}",
                found=f"previous {entry.previous}",
            )
        found.append(entry)
    return tuple(found)


def problem_of(data: bytes, checkpoint: bytes, plan_hash: str) -> str | None:
    """What is wrong with an excerpt and the checkpoint of its last entry, or None."""
    try:
        entries = read_excerpt(data)
        head = parse_checkpoint(checkpoint).checkpoint.head
    except (LedgerError, NotCanonical) as error:
        return error.message
    if not entries or not _names(entries[0], plan_hash):
        return f"its first entry does not name plan {plan_hash}"
    last = entries[-1]
    if (last.number, last.hash) != (head.number, head.hash):
        return f"it ends with entry {last.number}, and the checkpoint vouches for entry {head.number}"
    return None


def outcome_lines(entries: Iterable[Entry], plan_hash: str) -> Iterator[tuple[Entry, Mapping[str, Any]]]:
    """The result lines of the plan's runs, with their entries."""
    intents = set()
    for entry in entries:
        if entry.kind is Kind.INTENT and entry.content.get("plan_hash") == plan_hash:
            intents.add(entry.id)
        elif entry.kind is Kind.OUTCOME and entry.intent_id in intents:
            for line in lines_of(entry.content):
                yield entry, line


def expected_calls(entries: Iterable[Entry], plan_hash: str) -> tuple[ExpectedCall, ...]:
    """The calls whose request ids the ledger holds, each once: those that opened sessions, and those that deleted."""
    calls: dict[str, ExpectedCall] = {}
    for _, line in outcome_lines(entries, plan_hash):
        ids = [str(one) for one in line.get("request_ids") or ()]
        account, item = str(line.get("account")), line.get("item")
        for place, request_id in enumerate(ids):
            about = None if place == 0 and line.get("access_key_id") else item
            calls.setdefault(request_id, ExpectedCall(request_id, account, about and str(about)))
    return tuple(calls.values())


def sessions(entries: Iterable[Entry], plan_hash: str) -> tuple[tuple[str, str], ...]:
    """The account and access key id of every root session of the plan's runs."""
    return tuple(
        dict.fromkeys(
            (str(line["account"]), str(line["access_key_id"]))
            for _, line in outcome_lines(entries, plan_hash)
            if line.get("account") and line.get("access_key_id")
        )
    )
