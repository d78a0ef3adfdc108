"""One entry of the ledger: what it says, its canonical bytes and its hash. Specified in docs/ledger.md."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from rootwarden.errors import LedgerTooNew, NotCanonical
from rootwarden.ledger.canonical import Json, canonical_bytes, freeze, parse_canonical
from rootwarden.ledger.secret_guard import refuse_secrets

SCHEMA: Final = "rootwarden/ledger-entry/1"
_HASH: Final = re.compile(r"[0-9a-f]{64}")
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
_ID: Final = re.compile(r"[0-9a-z-]{8,64}")
_KEYS: Final = frozenset(
    {"content", "hash", "id", "intent_id", "kind", "number", "previous", "schema", "time"}
)


class Kind(StrEnum):
    """What an entry is for."""

    INTENT = "intent"
    """Written before AWS is called."""
    OUTCOME = "outcome"
    """What came of an intent, or of some of its accounts."""
    NOTE = "note"
    """Something to know later that needs no second entry: the hash of a plan, say."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry before the store gives it a number and a place in the chain."""

    kind: Kind
    id: str
    time: datetime
    content: Mapping[str, Json]
    intent_id: str | None = None
    """For an outcome the id of its intent, else None."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as it stands in the ledger."""

    number: int
    """From 1, without gaps."""
    kind: Kind
    id: str
    intent_id: str | None
    time: datetime
    previous: str
    """Hash of the entry before it, or the genesis hash for the first."""
    content: Mapping[str, Json]
    hash: str
    """SHA-256, hexadecimal, of the canonical bytes of all other fields."""

    def to_bytes(self) -> bytes:
        """The bytes a store keeps and an export holds in one line."""
        return canonical_bytes({**_fields(self, self.number, self.previous), "hash": self.hash})


def seal(draft: Draft, number: int, previous: str) -> Entry:
    """The entry a draft becomes at its place in the chain.

    Raises SecretRefused where the content looks like a secret and NotCanonical where it is no JSON the ledger can hold.
    """
    refuse_secrets(draft.content)
    _check_intent_id(draft.kind, draft.intent_id)
    if not _ID.fullmatch(draft.id):
        raise NotCanonical(f"{draft.id!r} is not an entry id")
    digest = hash_of(_fields(draft, number, previous))
    time = draft.time.astimezone(UTC)
    content = _frozen(draft.content)
    return Entry(number, draft.kind, draft.id, draft.intent_id, time, previous, content, digest)


def hash_of(fields: Mapping[str, Json]) -> str:
    """SHA-256, hexadecimal, of the canonical bytes of an entry's fields without ``hash``."""
    return hashlib.sha256(canonical_bytes({key: fields[key] for key in fields if key != "hash"})).hexdigest()


def parse(data: bytes) -> Entry:
    """The entry that bytes say, its own hash checked. Raises NotCanonical, or LedgerTooNew for a newer schema."""
    fields = parse_canonical(data)
    schema = fields.get("schema")
    if schema != SCHEMA:
        if isinstance(schema, str) and re.fullmatch(r"rootwarden/ledger-entry/[1-9]\d{0,5}", schema):
            raise LedgerTooNew(
                f"an entry has schema {schema!r}; this version knows {SCHEMA!r}", advice="Update rootwarden."
            )
        raise NotCanonical(f"its schema is {schema!r}")
    if fields.keys() != _KEYS:
        raise NotCanonical(f"its fields are {sorted(fields)}")
    _check_types(fields)
    digest = hash_of(fields)
    if digest != fields["hash"]:
        raise NotCanonical(f"its hash says {fields['hash']}, its bytes give {digest}")
    return Entry(
        number=fields["number"],
        kind=Kind(fields["kind"]),
        id=fields["id"],
        intent_id=fields["intent_id"],
        time=parse_time(fields["time"]),
        previous=fields["previous"],
        content=_frozen(fields["content"]),
        hash=digest,
    )


def format_time(time: datetime) -> str:
    """RFC 3339 in UTC with microseconds: ``2026-03-01T09:30:00.000000Z``. Raises NotCanonical for a time without a zone."""
    if time.tzinfo is None:
        raise NotCanonical("a time without a zone")
    return time.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def parse_time(text: str) -> datetime:
    """The time that ``format_time`` wrote. Raises NotCanonical."""
    if not _TIME.fullmatch(text):
        raise NotCanonical(f"{text!r} is not a time of the form 2026-03-01T09:30:00.000000Z")
    try:
        time = datetime.fromisoformat(text)
    except ValueError as error:
        raise NotCanonical(f"{text!r} is not a time: {error}") from error
    if format_time(time) != text:  # some versions of Python take 24:00 for the next day
        raise NotCanonical(f"{text!r} is not how its time is written")
    return time


def _fields(entry: Entry | Draft, number: int, previous: str) -> dict[str, Json]:
    return {
        "content": entry.content,
        "id": entry.id,
        "intent_id": entry.intent_id,
        "kind": entry.kind.value,
        "number": number,
        "previous": previous,
        "schema": SCHEMA,
        "time": format_time(entry.time),
    }


def _frozen(content: Mapping[str, Json]) -> Mapping[str, Json]:
    frozen = freeze(content)
    if not isinstance(frozen, Mapping):
        raise NotCanonical("its content is not an object")
    return frozen


def _check_types(fields: Mapping[str, Any]) -> None:
    """Each field is of its kind and form, so that nothing downstream meets a surprise."""
    number, intent_id = fields["number"], fields["intent_id"]
    if isinstance(number, bool) or not isinstance(number, int) or number < 1:
        raise NotCanonical(f"its number is {number!r}")
    for key, form in (("hash", _HASH), ("previous", _HASH), ("id", _ID), ("time", _TIME)):
        if not isinstance(fields[key], str) or not form.fullmatch(fields[key]):
            raise NotCanonical(f"its {key} is {fields[key]!r}")
    if intent_id is not None and not (isinstance(intent_id, str) and _ID.fullmatch(intent_id)):
        raise NotCanonical(f"its intent_id is {intent_id!r}")
    if fields["kind"] not in list(Kind):  # a list compares, where a set would have to hash whatever is there
        raise NotCanonical(f"its kind is {fields['kind']!r}")
    if not isinstance(fields["content"], dict):
        raise NotCanonical("its content is not an object")
    _check_intent_id(Kind(fields["kind"]), intent_id)


def _check_intent_id(kind: Kind, intent_id: str | None) -> None:
    if (kind is Kind.OUTCOME) != (intent_id is not None):
        raise NotCanonical("an outcome names its intent, and nothing else does")
