"""A checkpoint: the head of a ledger, kept where whoever can rewrite the ledger cannot reach.

It finds what the chain alone cannot: a tail cut off, and a chain written anew with valid hashes.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from rootwarden.errors import BadInput, CheckpointBroken, LedgerBroken, LedgerTooNew, NotCanonical
from rootwarden.ledger.canonical import canonical_bytes, parse_canonical
from rootwarden.ledger.chain import Head, Identity, Record, genesis, head_of, walk, wrong_organization
from rootwarden.ledger.entry import format_time, parse_time
from rootwarden.ledger.signature import Signature, Signer, SigningAlgorithm, verify_signature

SCHEMA: Final = "rootwarden/ledger-checkpoint/1"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of one ledger at one time."""

    identity: Identity
    head: Head
    time: datetime

    def to_bytes(self) -> bytes:
        """The canonical bytes, which are what is signed."""
        return canonical_bytes(_fields(self))


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A checkpoint as its file holds it. ``signature`` None means nobody signed."""

    checkpoint: Checkpoint
    signature: Signature | None = None

    def to_bytes(self) -> bytes:
        """The file: one line of canonical JSON."""
        signature = None
        if self.signature is not None:
            value = base64.b64encode(self.signature.value).decode("ascii")
            signature = {
                "algorithm": self.signature.algorithm.value,
                "key": self.signature.key,
                "value": value,
            }
        return canonical_bytes({"checkpoint": _fields(self.checkpoint), "signature": signature}) + b"\n"


def sign(checkpoint: Checkpoint, signer: Signer) -> SignedCheckpoint:
    """The checkpoint with a signature over its canonical bytes. Raises what the signer raises."""
    return SignedCheckpoint(checkpoint, signer.sign(checkpoint.to_bytes()))


def parse_checkpoint(data: bytes) -> SignedCheckpoint:
    """Reads a checkpoint file. Raises BadInput for what is none and LedgerTooNew for one of a newer version."""
    try:
        return _signed_checkpoint(parse_canonical(data.removesuffix(b"\n")))
    except NotCanonical as error:
        raise BadInput(
            f"not a checkpoint: {error.message}",
            advice="Give a file that 'rootwarden ledger checkpoint' wrote, unchanged.",
        ) from error


def verify_signed(signed: SignedCheckpoint, public_key: bytes) -> None:
    """Verifies the signature offline; ``public_key`` is PEM or DER. Raises CheckpointBroken, also where there is none."""
    if signed.signature is None:
        raise CheckpointBroken(
            "the checkpoint is not signed",
            advice="Leave the public key out to compare with an unsigned checkpoint, or take a signed one.",
        )
    verify_signature(signed.checkpoint.to_bytes(), signed.signature, public_key)


def verify_against(checkpoint: Checkpoint, identity: Identity, records: Iterable[Record]) -> Head:
    """Verifies a whole ledger, and that it still holds all that the checkpoint vouches for. Returns its head.

    Raises what ``chain.verify`` raises. LedgerBroken with fault ``missing`` means a tail was cut off; with fault ``rewritten``
    that the entries up to the checkpoint are not the ones it was made of, though their hashes fit each other.
    """
    # 1. The checkpoint is of this ledger.
    if checkpoint.identity != identity:
        raise wrong_organization("the checkpoint", checkpoint.identity, identity)

    # 2. The chain holds, and 3. at the checkpoint's number it has the checkpoint's hash.
    vouched = checkpoint.head
    head = genesis(identity)
    _compare(vouched, head)
    for entry in walk(identity, records):
        head = head_of(entry)
        _compare(vouched, head)

    # 4. It reaches at least as far as the checkpoint.
    if head.number < vouched.number:
        raise LedgerBroken(
            f"the ledger ends with entry {head.number}, but the checkpoint of {format_time(checkpoint.time)} has seen entry "
            f"{vouched.number}: entries {head.number + 1} to {vouched.number} were cut off",
            fault="missing",
            number=head.number + 1,
            expected=f"entries up to {vouched.number}",
            found=f"entries up to {head.number}",
            advice="Keep the ledger as evidence; exports and, on S3, older object versions may still hold the missing entries.",
        )
    return head


def _compare(vouched: Head, head: Head) -> None:
    if head.number == vouched.number and head.hash != vouched.hash:
        raise LedgerBroken(
            f"entry {head.number} is not the one the checkpoint vouches for: expected hash {vouched.hash}, found "
            f"{head.hash}. The entries fit each other, so the chain was rewritten at or before it",
            fault="rewritten",
            number=head.number,
            expected=f"hash {vouched.hash}",
            found=f"hash {head.hash}",
            advice="Keep the ledger as evidence. An older checkpoint or an export narrows down where the rewriting begins.",
        )


def _fields(checkpoint: Checkpoint) -> dict[str, str | int]:
    return {
        "endpoint": checkpoint.identity.endpoint,
        "hash": checkpoint.head.hash,
        "number": checkpoint.head.number,
        "organization_id": checkpoint.identity.organization_id,
        "schema": SCHEMA,
        "time": format_time(checkpoint.time),
    }


def _signed_checkpoint(fields: Mapping[str, Any]) -> SignedCheckpoint:
    if fields.keys() != {"checkpoint", "signature"}:
        raise NotCanonical(f"its fields are {sorted(fields)}")
    return SignedCheckpoint(_checkpoint(fields["checkpoint"]), _signature(fields["signature"]))


def _checkpoint(fields: Any) -> Checkpoint:
    if not isinstance(fields, dict):
        raise NotCanonical("its checkpoint is not an object")
    schema = fields.get("schema")
    if (
        isinstance(schema, str)
        and schema != SCHEMA
        and re.fullmatch(r"rootwarden/ledger-checkpoint/[1-9]\d{0,5}", schema)
    ):
        raise LedgerTooNew(
            f"the checkpoint has schema {schema!r}; this version knows {SCHEMA!r}",
            advice="Update rootwarden.",
        )
    if schema != SCHEMA or fields.keys() != {
        "endpoint",
        "hash",
        "number",
        "organization_id",
        "schema",
        "time",
    }:
        raise NotCanonical(f"its schema is {schema!r} and its fields are {sorted(fields)}")
    number = fields["number"]
    if isinstance(number, bool) or not isinstance(number, int) or number < 0:
        raise NotCanonical(f"its number is {number!r}")
    texts = {key: _text(fields, key) for key in ("endpoint", "hash", "organization_id", "time")}
    if not re.fullmatch(r"[0-9a-f]{64}", texts["hash"]):
        raise NotCanonical(f"its hash is {texts['hash']!r}")
    identity = Identity(texts["organization_id"], texts["endpoint"])
    return Checkpoint(identity, Head(number, texts["hash"]), parse_time(texts["time"]))


def _signature(fields: Any) -> Signature | None:
    if fields is None:
        return None
    if not isinstance(fields, dict) or fields.keys() != {"algorithm", "key", "value"}:
        raise NotCanonical("its signature is not an object of algorithm, key and value")
    if fields["algorithm"] not in list(SigningAlgorithm):
        raise NotCanonical(f"its signing algorithm is {fields['algorithm']!r}")
    text = _text(fields, "value")
    try:
        value = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NotCanonical("its signature is not base64") from error
    if base64.b64encode(value).decode("ascii") != text:  # the last character may have bits that say nothing
        raise NotCanonical("its signature is not written as base64 is")
    return Signature(SigningAlgorithm(fields["algorithm"]), _text(fields, "key"), value)


def _text(fields: Mapping[str, Any], key: str) -> str:
    value = fields[key]
    if not isinstance(value, str):
        raise NotCanonical(f"its {key} is not text")
    return value
