"""The chain: where it begins, how an entry joins it, and how to tell that nobody touched it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, NoReturn

from rootwarden.errors import LedgerBroken, LedgerTooNew, NotCanonical, WrongOrganization
from rootwarden.ledger.canonical import canonical_bytes
from rootwarden.ledger.entry import Draft, Entry, Kind, parse, seal

GENESIS_SCHEMA: Final = "rootwarden/ledger-genesis/1"


@dataclass(frozen=True, slots=True)
class Identity:
    """What a ledger belongs to: one organization, seen at one endpoint."""

    organization_id: str
    endpoint: str
    """``aws``, or the URL that overrides it; never the Region."""


@dataclass(frozen=True, slots=True)
class Head:
    """How far a chain reaches. It vouches for every entry up to it."""

    number: int
    """Of the last entry; 0 for an empty ledger."""
    hash: str
    """Of the last entry; the genesis hash for an empty ledger."""


@dataclass(frozen=True, slots=True)
class Record:
    """An entry's bytes as a store or an export holds them, before anybody believed them."""

    place: str
    """Where they lie, in words for a message: ``row 7``, ``line 8``, an object's key."""
    data: bytes
    number: int | None = None
    """The number under which the store keeps them, or None where it has none of its own."""


def genesis(identity: Identity) -> Head:
    """The head of the empty ledger: a hash over whose it is."""
    owner = {
        "endpoint": identity.endpoint,
        "organization_id": identity.organization_id,
        "schema": GENESIS_SCHEMA,
    }
    return Head(0, hashlib.sha256(canonical_bytes(owner)).hexdigest())


def follow(head: Head, draft: Draft) -> Entry:
    """The append rule: the next number, and the hash of the entry before."""
    return seal(draft, head.number + 1, head.hash)


def head_of(entry: Entry) -> Head:
    """The head of a chain that ends with this entry."""
    return Head(entry.number, entry.hash)


def last_entry(record: Record) -> Entry:
    """The last entry as a store keeps it, on which the next one will be built.

    Raises LedgerBroken where its own hash does not hold or it is kept under another number; it is not compared with the
    entries before it, which ``verify`` does.
    """
    try:
        entry = parse(record.data)
    except NotCanonical as error:
        raise _broken(
            "altered", record.number or 0, record, "an entry as it was written", error.message
        ) from error
    if record.number is not None and record.number != entry.number:
        raise _broken("reordered", record.number, record, f"entry {record.number}", f"entry {entry.number}")
    return entry


def verify(identity: Identity, records: Iterable[Record]) -> Head:
    """Verifies a whole ledger and returns its head.

    Raises LedgerBroken, which names the first altered, missing, reordered or inserted entry; WrongOrganization for the ledger
    of another organization or endpoint; LedgerTooNew. An empty ledger is whole. What is cut off the end, and a chain that was
    rewritten from some entry to the end with valid hashes, only a checkpoint can tell.
    """
    head = genesis(identity)
    for entry in walk(identity, records):
        head = head_of(entry)
    return head


def walk(identity: Identity, records: Iterable[Record]) -> Iterator[Entry]:
    """The entries of a ledger, each verified before it is given out. Raises as ``verify`` does, at the first fault."""
    rest = iter(records)
    state = _State(identity, genesis(identity))
    for record in rest:
        entry = _verified(state, record, rest)
        state.head = head_of(entry)
        if entry.kind is Kind.INTENT:
            state.intents.add(entry.id)
        yield entry


@dataclass(slots=True)
class _State:
    identity: Identity
    head: Head
    intents: set[str] = field(default_factory=set)


def _verified(state: _State, record: Record, rest: Iterator[Record]) -> Entry:
    """One entry's verification, in the numbered steps of docs/ledger.md."""
    expected = state.head.number + 1

    # 1. The bytes are the canonical form of an entry of a schema we know, and
    # 2. its hash is the hash of its other fields.
    try:
        entry = parse(record.data)
    except LedgerTooNew:
        raise
    except NotCanonical as error:
        raise _unreadable(expected, record, error) from error

    # 3. It is kept under the number it says.
    if record.number is not None and record.number != entry.number:
        _explain_number(record.number, expected, record, entry, rest)

    # 4. Its number is the next one.
    if entry.number != expected:
        _explain_number(entry.number, expected, record, entry, rest)

    # 5. It says that it belongs to this organization and endpoint.
    _check_owner(state, record, entry)

    # 6. It carries the hash of the entry before it.
    if entry.previous != state.head.hash:
        _explain_link(state.head, record, entry, rest)

    # 7. An intent is a new one, and an outcome names an intent that stands before it.
    if entry.kind is Kind.INTENT and entry.id in state.intents:
        raise _broken(
            "inserted", expected, record, "an intent with an id of its own", f"intent {entry.id} once more"
        )
    if entry.kind is Kind.OUTCOME and entry.intent_id not in state.intents:
        raise _broken(
            "inserted", expected, record, "an outcome of an intent before it", f"intent {entry.intent_id}"
        )
    return entry


def _check_owner(state: _State, record: Record, entry: Entry) -> None:
    """Step 5: the first entry tells whose ledger this is; a later one that says otherwise was tampered with."""
    wanted = state.identity
    found = Identity(str(entry.content.get("organization_id")), str(entry.content.get("endpoint")))
    if found == wanted:
        return
    if entry.number > 1 or entry.previous != genesis(found).hash:
        raise _broken(
            "altered", entry.number, record, f"an entry of {_named(wanted)}", f"one of {_named(found)}"
        )
    raise wrong_organization(record.place, found, wanted)


def wrong_organization(place: str, found: Identity, wanted: Identity) -> WrongOrganization:
    """The error for a ledger that belongs to somebody else."""
    return WrongOrganization(
        f"{place}: this is the ledger of {_named(found)}, not of {_named(wanted)}",
        advice="Name the ledger of this organization with --ledger, or use a profile of the other one.",
    )


def _named(identity: Identity) -> str:
    return f"organization {identity.organization_id} at endpoint {identity.endpoint}"


def _explain_number(
    found: int, expected: int, record: Record, entry: Entry, rest: Iterator[Record]
) -> NoReturn:
    """Step 3 or 4 failed: tells a missing entry from one that moved and one that was added."""
    said = f"entry {entry.number}" + ("" if found == entry.number else f" kept under number {found}")
    if entry.number < expected or found < expected:
        raise _broken("inserted", entry.number, record, f"entry {expected}", f"{said} once more")
    if found != entry.number:
        raise _broken("reordered", expected, record, f"entry {expected}", said)
    for later in rest:
        other = _readable(later)
        if other is not None and other.number == expected:
            raise _broken(
                "reordered", expected, record, f"entry {expected}", f"{said}; {expected} is at {later.place}"
            )
    raise _broken("missing", expected, record, f"entry {expected}", said)


def _explain_link(head: Head, record: Record, entry: Entry, rest: Iterator[Record]) -> NoReturn:
    """Step 6 failed: the entries after it show which side of the break is genuine."""
    follower: Entry | None = None
    for later in rest:
        other = _readable(later)
        follower = follower or other
        if other is not None and other.number == entry.number and other.previous == head.hash:
            raise _broken(
                "inserted", entry.number, record, f"previous {head.hash}", f"previous {entry.previous}"
            )
    goes_on = follower is None or follower.previous == entry.hash
    if goes_on and head.number > 0:
        # The rest of the chain (or nothing yet) grew from this entry, so what it points back to was changed, hash and all.
        raise _broken("altered", head.number, record, f"hash {entry.previous}", f"hash {head.hash}")
    raise _broken("altered", entry.number, record, f"previous {head.hash}", f"previous {entry.previous}")


def _readable(record: Record) -> Entry | None:
    try:
        return parse(record.data)
    except (NotCanonical, LedgerTooNew):
        return None


def _unreadable(number: int, record: Record, error: NotCanonical) -> LedgerBroken:
    return _broken("altered", number, record, "an entry as it was written", error.message, says=error.message)


def _broken(
    fault: str, number: int, record: Record, expected: str, found: str, *, says: str | None = None
) -> LedgerBroken:
    """``says`` is for where "expected this, found that" would not read well."""
    return LedgerBroken(
        f"the ledger is broken at entry {number} ({fault}), {record.place}: "
        + (says or f"expected {expected}, found {found}"),
        fault=fault,
        number=number,
        expected=expected,
        found=found,
        advice="Nothing is done as root on a broken ledger. Keep it as evidence, compare it with exports and checkpoints, and "
        "start a new one with --ledger.",
    )
