"""The ledger: its entries, and what verifying it gave."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rootwarden.model.canonical import plain, rfc3339
from rootwarden.reports.report import Cell, Report, Table, Tone, cell

_SHOWN_ACCOUNTS = 3
_CALLER = re.compile(r"arn:[^:]*:[^:]*:[^:]*:(?P<account>[0-9]*):(?P<who>.*)")
_STEPPED = {"enable", "disable"}
_BAD = {"failed", "unknown", "refused", "still_there", "not_verified", "exposed", "unreachable"}


@dataclass(frozen=True, slots=True)
class EntryLine:
    """One entry, as a report needs it."""

    number: int
    kind: str
    id: str
    intent_id: str | None
    time: datetime
    accounts: tuple[str, ...]
    content: Mapping[str, Any]
    hash: str
    is_open: bool
    """An intent of which no outcome tells the end."""
    missing: tuple[str, ...]
    """The accounts an open intent misses."""


def list_report(lines: Sequence[EntryLine], *, total: int, location: str) -> Report:
    """Entries in their order."""
    table = Table(
        title="",
        columns=("No", "Time", "Kind", "Operation", "By", "Accounts", "Why", "Came of it"),
        rows=tuple(
            (
                cell(one.number),
                cell(rfc3339(one.time.replace(microsecond=0))),
                cell("intent, open" if one.is_open else one.kind, Tone.WARN if one.is_open else Tone.PLAIN),
                cell(_operation(one.content)),
                cell(_person(one.content)),
                cell(_accounts(one.accounts)),
                cell(_why(one.content)),
                _result(one),
            )
            for one in lines
        ),
    )
    text = f"{len(lines)} of {total} entr{'y' if total == 1 else 'ies'} of {location}; the chain up to the last was verified"
    documents = tuple(_document(one) for one in lines)
    return Report(
        "ledger list",
        {"location": location, "total": total, "entries": list(documents)},
        (table,),
        (Cell(text),),
        documents,
    )


def entry_report(entry: EntryLine, related: Sequence[EntryLine]) -> Report:
    """One entry with everything it holds, and those that belong to it."""
    fields = [("number", entry.number), ("kind", entry.kind), ("time", rfc3339(entry.time)), ("id", entry.id)]
    fields += [(key, _in_words(value)) for key, value in plain(entry.content).items() if key != "result"]
    fields.append(("hash", entry.hash))
    about = Table(
        "", ("Field", "Value"), tuple((cell(key, Tone.FAINT), cell(value)) for key, value in fields)
    )
    found = plain(entry.content).get("result", [])
    further = any(line.get("details") for line in found)
    results = Table(
        title="Result",
        columns=(
            *("Account", "Item", "Outcome", "Session key", "Request ids", "Reason"),
            *(("Further",) if further else ()),
        ),
        rows=tuple(
            (
                cell(line.get("account", "")),
                cell(line.get("item", "")),
                cell(line.get("outcome", ""), Tone.BAD if line.get("outcome") in _BAD else Tone.PLAIN),
                cell(line.get("access_key_id", "")),
                cell(", ".join(line.get("request_ids", []))),
                cell((line.get("reason") or {}).get("text", "")),
                *((cell(_in_words(line.get("details", {}))),) if further else ()),
            )
            for line in found
        ),
    )
    lines = tuple(Cell(f"See entry {one.number}: {one.kind} of {rfc3339(one.time)}") for one in related)
    document = {"entry": _document(entry), "related": [_document(one) for one in related]}
    return Report("ledger show", document, (about, results), lines, (_document(entry),))


def verified_report(
    *,
    organization_id: str,
    endpoint: str,
    location: str,
    entries: int,
    head: str,
    checkpoint: int | None,
    signature_checked: bool,
) -> Report:
    """A ledger that held; one that did not raises instead."""
    document = {
        "organization_id": organization_id,
        "endpoint": endpoint,
        "location": location,
        "entries": entries,
        "head": head,
        "checkpoint": checkpoint,
        "signature_checked": signature_checked,
    }
    lines = [
        Cell(
            f"{entries} entries of organization {organization_id} at {endpoint} are whole and in order.",
            Tone.GOOD,
        )
    ]
    lines.append(Cell(f"Head {head}"))
    if checkpoint is None:
        lines.append(
            Cell(
                "Without --checkpoint a cut tail, or a chain rewritten as a whole, cannot be seen.",
                Tone.FAINT,
            )
        )
    else:
        signed = ", whose signature is good" if signature_checked else ""
        lines.append(
            Cell(f"It holds all that the checkpoint at entry {checkpoint} vouches for{signed}.", Tone.GOOD)
        )
    return Report("ledger verify", document, (), tuple(lines), (document,))


def written_report(command: str, path: str, *, entries: int, head: str, signed: bool | None) -> Report:
    """A checkpoint or an export that was written. ``signed`` is None where it does not apply."""
    document = {"path": path, "entries": entries, "head": head}
    text = f"{entries} entries, head {head}, written to {path}"
    if signed is not None:
        document["signed"] = signed
        text += ", signed" if signed else ", not signed"
    return Report(command, document, (), (Cell(f"{text}."),), (document,))


def _document(one: EntryLine) -> dict[str, Any]:
    return {
        "number": one.number,
        "kind": one.kind,
        "id": one.id,
        "intent_id": one.intent_id,
        "time": rfc3339(one.time),
        "hash": one.hash,
        "open": one.is_open,
        "missing_accounts": list(one.missing),
        "content": plain(one.content),
    }


def _person(content: Mapping[str, Any]) -> str:
    """``user/alice (111122223333)`` for the caller's ARN."""
    found = _CALLER.fullmatch(str(content.get("caller_arn", "")))
    return f"{found['who']} ({found['account']})" if found else str(content.get("caller_arn", ""))


def _why(content: Mapping[str, Any]) -> str:
    """The reason, and the ticket in brackets."""
    reason, ticket = str(content.get("reason", "")), content.get("ticket")
    return f"{reason} [{ticket}]" if ticket else reason


def _operation(content: Mapping[str, Any]) -> str:
    """The command, and the one step it was about where it was about one."""
    operation = str(content.get("operation", ""))
    items = [str(one) for one in content.get("items") or ()]
    return f"{operation}: {items[0]}" if operation in _STEPPED and len(items) == 1 else operation


def _accounts(accounts: tuple[str, ...]) -> str:
    shown = ", ".join(accounts[:_SHOWN_ACCOUNTS])
    more = len(accounts) - _SHOWN_ACCOUNTS
    return f"{shown} and {more} more" if more > 0 else shown


def _result(one: EntryLine) -> Cell:
    words = [str(line.get("outcome")) for line in plain(one.content).get("result", [])]
    counts = {word: words.count(word) for word in dict.fromkeys(words)}
    text = ", ".join(word if count == 1 else f"{count} {word}" for word, count in counts.items())
    return cell(text, Tone.WARN if _BAD & set(counts) else Tone.PLAIN)


def _in_words(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_in_words(one)}" for key, one in value.items())
    if isinstance(value, list):
        return ", ".join(map(_in_words, value))
    return str(value)
