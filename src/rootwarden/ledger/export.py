"""The export: a whole ledger as JSON Lines, which can be verified elsewhere and by other programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from rootwarden.errors import BadInput, LedgerBroken, LedgerTooNew, NotCanonical
from rootwarden.ledger.canonical import Json, canonical_bytes, parse_canonical
from rootwarden.ledger.chain import Head, Identity, Record, verify, wrong_organization
from rootwarden.ledger.entry import Entry

SCHEMA: Final = "rootwarden/ledger-export/1"
_HEADER_KEYS: Final = frozenset({"endpoint", "hash", "number", "organization_id", "schema"})


def export(identity: Identity, head: Head, entries: Iterable[Entry]) -> Iterator[bytes]:
    """The lines of an export: a header that says what follows, then each entry up to ``head`` as it is stored.

    Raises LedgerBroken where the entries end before the head.
    """
    yield _header(identity, head)
    number = 0
    for entry in entries:
        if entry.number > head.number:
            return
        number = entry.number
        yield entry.to_bytes() + b"\n"
    if number < head.number:
        raise _cut_off(number, head)


def verify_export(lines: Iterable[bytes], identity: Identity | None = None) -> Head:
    """Verifies an export, header and all, and returns its head.

    Raises what ``chain.verify`` raises, also where the header and the entries disagree; BadInput for what is no export; and
    WrongOrganization where ``identity`` is given and the export is of another one.
    """
    rest = iter(lines)
    header = _parse_header(next(rest, b""))
    found, vouched = header
    if identity is not None and found != identity:
        raise wrong_organization("the export", found, identity)
    records = (Record(f"line {place}", line.removesuffix(b"\n")) for place, line in enumerate(rest, start=2))
    head = verify(found, records)
    if head.number < vouched.number:
        raise _cut_off(head.number, vouched)
    if head != vouched:
        raise LedgerBroken(
            f"the export's header vouches for entry {vouched.number} with hash {vouched.hash}, but its last entry is "
            f"{head.number} with hash {head.hash}",
            fault="inserted" if head.number > vouched.number else "rewritten",
            number=head.number,
            expected=f"hash {vouched.hash}",
            found=f"hash {head.hash}",
            advice="Export the ledger again and compare.",
        )
    return head


def _header(identity: Identity, head: Head) -> bytes:
    fields: dict[str, Json] = {
        "endpoint": identity.endpoint,
        "hash": head.hash,
        "number": head.number,
        "organization_id": identity.organization_id,
        "schema": SCHEMA,
    }
    return canonical_bytes(fields) + b"\n"


def _parse_header(line: bytes) -> tuple[Identity, Head]:
    advice = "Give a file that 'rootwarden ledger export' wrote, unchanged."
    try:
        fields = parse_canonical(line.removesuffix(b"\n"))
    except NotCanonical as error:
        raise BadInput(f"not an export of a ledger: {error.message}", advice=advice) from error
    schema = str(fields.get("schema"))
    if schema.startswith("rootwarden/ledger-export/") and schema != SCHEMA:
        raise LedgerTooNew(
            f"the export has schema {schema!r}; this version knows {SCHEMA!r}",
            advice="Update rootwarden.",
        )
    number, digest = fields.get("number"), fields.get("hash")
    if (
        schema != SCHEMA
        or fields.keys() != _HEADER_KEYS
        or not isinstance(number, int)
        or not isinstance(digest, str)
    ):
        raise BadInput(f"not an export of a ledger: its header has schema {schema!r}", advice=advice)
    return Identity(str(fields.get("organization_id")), str(fields.get("endpoint"))), Head(number, digest)


def _cut_off(number: int, vouched: Head) -> LedgerBroken:
    return LedgerBroken(
        f"the entries end with {number}, but entry {vouched.number} was there: {number + 1} to {vouched.number} were cut off",
        fault="missing",
        number=number + 1,
        expected=f"entries up to {vouched.number}",
        found=f"entries up to {number}",
        advice="Keep what is there as evidence; export the ledger again.",
    )
