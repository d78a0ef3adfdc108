"""Checkpoints find what the chain alone cannot."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from hypothesis import given
from hypothesis import strategies as st
from ledger_values import IDENTITY, NOW, chain, draft, records

from rootwarden.errors import BadInput, CheckpointBroken, LedgerBroken, LedgerTooNew, WrongOrganization
from rootwarden.ledger.canonical import canonical_bytes
from rootwarden.ledger.chain import Head, Identity, genesis, head_of, verify
from rootwarden.ledger.checkpoint import (
    Checkpoint,
    SignedCheckpoint,
    parse_checkpoint,
    sign,
    verify_against,
    verify_signed,
)
from rootwarden.ledger.signature import Signature, SigningAlgorithm, load_public_key, public_key_pem

ENTRIES = chain(*(draft(number) for number in range(1, 7)))
RECORDS = records(ENTRIES)


def checkpoint_at(number: int) -> Checkpoint:
    head = head_of(ENTRIES[number - 1]) if number else genesis(IDENTITY)
    return Checkpoint(IDENTITY, head, NOW)


@given(st.integers(0, 6))
def test_a_ledger_that_grew_since_agrees(number: int) -> None:
    assert verify_against(checkpoint_at(number), IDENTITY, RECORDS) == head_of(ENTRIES[-1])


@given(st.integers(1, 6), st.data())
def test_a_cut_tail_is_found(number: int, data: st.DataObject) -> None:
    kept = data.draw(st.integers(0, number - 1))
    assert verify(IDENTITY, RECORDS[:kept]).number == kept
    with pytest.raises(LedgerBroken, match=f"entries {kept + 1} to {number} were cut off") as caught:
        verify_against(checkpoint_at(number), IDENTITY, RECORDS[:kept])
    assert (caught.value.fault, caught.value.number) == ("missing", kept + 1)


@given(st.integers(1, 6), st.data())
def test_a_chain_rewritten_with_valid_hashes_is_found(number: int, data: st.DataObject) -> None:
    first = data.draw(st.integers(1, number))
    forged = chain(*(draft(n, reason="forged") if n == first else draft(n) for n in range(1, 9)))
    assert verify(IDENTITY, records(forged)).number == 8
    with pytest.raises(LedgerBroken, match="rewritten at or before it") as caught:
        verify_against(checkpoint_at(number), IDENTITY, records(forged))
    assert (caught.value.fault, caught.value.number) == ("rewritten", number)


def test_a_broken_chain_is_found_first() -> None:
    with pytest.raises(LedgerBroken) as caught:
        verify_against(checkpoint_at(6), IDENTITY, RECORDS[:2] + RECORDS[3:])
    assert (caught.value.fault, caught.value.number) == ("missing", 3)


def test_the_checkpoint_of_another_ledger_is_refused() -> None:
    with pytest.raises(
        WrongOrganization, match="the checkpoint: this is the ledger of organization o-exampleorg1"
    ):
        verify_against(checkpoint_at(3), Identity("o-otherorg999", "aws"), [])


def test_a_forged_empty_checkpoint_is_found() -> None:
    with pytest.raises(LedgerBroken):
        verify_against(Checkpoint(IDENTITY, Head(0, "ab" * 32), NOW), IDENTITY, RECORDS)


class KeyInMemory:
    """A signer without KMS."""

    def __init__(self, key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> None:
        self.key = key

    def sign(self, message: bytes) -> Signature:
        if isinstance(self.key, ec.EllipticCurvePrivateKey):
            value = self.key.sign(message, ec.ECDSA(hashes.SHA256()))
            return Signature(SigningAlgorithm.ECDSA_SHA_256, "arn:test", value)
        # The salt that KMS uses: as long as the hash.
        pss = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)
        value = self.key.sign(message, pss, hashes.SHA256())
        return Signature(SigningAlgorithm.RSASSA_PSS_SHA_256, "arn:test", value)

    def public_key(self) -> bytes:
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        return self.key.public_key().public_bytes(serialization.Encoding.DER, form)


CURVE = KeyInMemory(ec.generate_private_key(ec.SECP256R1()))
RSA = KeyInMemory(rsa.generate_private_key(65537, 2048))
signers = pytest.mark.parametrize("signer", [CURVE, RSA], ids=["ecdsa", "rsa-pss"])


@signers
def test_a_signature_is_verified_with_the_public_key(signer: KeyInMemory) -> None:
    signed = parse_checkpoint(sign(checkpoint_at(6), signer).to_bytes())
    assert signed.checkpoint == checkpoint_at(6)
    verify_signed(signed, signer.public_key())
    verify_signed(signed, b"\n" + public_key_pem(signer.public_key()))


@signers
def test_another_checkpoint_under_the_same_signature_is_found(signer: KeyInMemory) -> None:
    signature = sign(checkpoint_at(6), signer).signature
    with pytest.raises(CheckpointBroken, match="does not verify") as caught:
        verify_signed(SignedCheckpoint(checkpoint_at(5), signature), signer.public_key())
    assert caught.value.exit_code == 5


@signers
def test_any_changed_byte_of_a_signed_file_is_found(signer: KeyInMemory) -> None:
    """By the form, by the signature; nothing passes."""
    whole = sign(checkpoint_at(6), signer).to_bytes()
    passed = []
    for at in range(len(whole) - 1):
        try:
            found = parse_checkpoint(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
            verify_signed(found, signer.public_key())
        except (BadInput, CheckpointBroken, LedgerTooNew):
            continue
        passed.append(found)
    # The ARN only says where to fetch the key; it is outside what is signed.
    assert {found.checkpoint for found in passed} <= {checkpoint_at(6)}
    assert all(found.signature is not None and found.signature.key != "arn:test" for found in passed)


def test_the_wrong_kind_of_key_is_refused() -> None:
    with pytest.raises(CheckpointBroken, match="which the given public key is not for"):
        verify_signed(sign(checkpoint_at(6), CURVE), RSA.public_key())


def test_no_signature_is_not_a_good_one() -> None:
    with pytest.raises(CheckpointBroken, match="not signed"):
        verify_signed(SignedCheckpoint(checkpoint_at(6)), CURVE.public_key())


def test_other_keys_and_other_files_are_no_public_keys() -> None:
    other = ed25519.Ed25519PrivateKey.generate().public_key()
    raw = other.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    for data in (raw, b"", b"-----BEGIN PUBLIC KEY-----\nnothing\n-----END PUBLIC KEY-----\n", b"\x30\x03"):
        with pytest.raises(BadInput, match="not a public key"):
            load_public_key(data)


def changed(inner: dict[str, Any] | None = None, **outer: Any) -> bytes:
    fields = json.loads(sign(checkpoint_at(6), CURVE).to_bytes())
    fields["checkpoint"].update(inner or {})
    return canonical_bytes({**fields, **outer})


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"not json",
        b'{ "checkpoint": {}, "signature": null }',
        changed({"number": -1}),
        changed({"number": "6"}),
        changed({"number": True}),
        changed({"hash": "AB" * 32}),
        changed({"hash": None}),
        changed({"time": "yesterday"}),
        changed({"schema": "another/1"}),
        changed({"more": 1}),
        changed(more=1),
        changed(checkpoint=[]),
        changed(signature=[]),
        changed(signature={"algorithm": "none", "key": "", "value": ""}),
        changed(signature={"algorithm": ["ECDSA_SHA_256"], "key": "", "value": ""}),
        changed(signature={"algorithm": "ECDSA_SHA_256", "key": "", "value": "***"}),
        changed(signature={"algorithm": "ECDSA_SHA_256", "key": "", "value": None}),
        changed(signature={"algorithm": "ECDSA_SHA_256", "key": "", "value": "é"}),
        changed(signature={"algorithm": "ECDSA_SHA_256", "key": "", "value": "AB=="}),
        changed(signature={"algorithm": "ECDSA_SHA_256", "key": ""}),
        base64.b64encode(changed()),
    ],
)
def test_what_is_no_checkpoint_is_bad_input(data: bytes) -> None:
    with pytest.raises(BadInput, match="not a checkpoint") as caught:
        parse_checkpoint(data)
    assert caught.value.exit_code == 2


def test_a_newer_checkpoint_is_said_to_be_newer() -> None:
    with pytest.raises(LedgerTooNew):
        parse_checkpoint(changed({"schema": "rootwarden/ledger-checkpoint/2"}))
