"""Checkpoints signed by KMS, verified without it."""

from __future__ import annotations

import os

import boto3
import pytest
from ledger_world import IDENTITY, KEYS_VARIABLE, NOW

from rootwarden.aws.ledger_signing import KmsClient, KmsSigner
from rootwarden.errors import CheckpointBroken, ConfigurationError, LedgerUnreadable, LedgerUnwritable
from rootwarden.ledger.chain import Head
from rootwarden.ledger.checkpoint import Checkpoint, SignedCheckpoint, parse_checkpoint, sign, verify_signed
from rootwarden.ledger.signature import SigningAlgorithm, public_key_pem

CHECKPOINT = Checkpoint(IDENTITY, Head(7, "ab" * 32), NOW)


@pytest.fixture
def kms(aws_url: str) -> KmsClient:
    client: KmsClient = boto3.session.Session().client(
        "kms",
        endpoint_url=aws_url,
        region_name="us-east-1",
        aws_access_key_id=os.environ[KEYS_VARIABLE].split()[0],
        aws_secret_access_key=os.environ[KEYS_VARIABLE].split()[1],
    )
    return client


def key(kms: KmsClient, spec: str, usage: str = "SIGN_VERIFY") -> str:
    answer = kms.create_key(KeySpec=spec, KeyUsage=usage)  # type: ignore[attr-defined] # only tests make keys
    return str(answer["KeyMetadata"]["Arn"])


@pytest.mark.parametrize(
    ("spec", "algorithm"),
    [
        ("ECC_NIST_P256", SigningAlgorithm.ECDSA_SHA_256),
        ("ECC_SECG_P256K1", SigningAlgorithm.ECDSA_SHA_256),
        ("RSA_2048", SigningAlgorithm.RSASSA_PSS_SHA_256),
    ],
)
def test_a_signed_checkpoint_is_verified_offline(
    kms: KmsClient, spec: str, algorithm: SigningAlgorithm
) -> None:
    arn = key(kms, spec)
    signer = KmsSigner(kms, arn)
    data = sign(CHECKPOINT, signer).to_bytes()
    public = signer.public_key()

    signed = parse_checkpoint(data)
    assert signed.checkpoint == CHECKPOINT
    assert signed.signature is not None
    assert (signed.signature.algorithm, signed.signature.key) == (algorithm, arn)
    verify_signed(signed, public)
    verify_signed(signed, public_key_pem(public))

    forged = SignedCheckpoint(Checkpoint(IDENTITY, Head(8, "ab" * 32), NOW), signed.signature)
    with pytest.raises(CheckpointBroken, match="does not verify"):
        verify_signed(parse_checkpoint(forged.to_bytes()), public)
    with pytest.raises(CheckpointBroken):
        verify_signed(signed, KmsSigner(kms, key(kms, spec)).public_key())


def test_a_key_that_signs_otherwise_is_refused(kms: KmsClient) -> None:
    with pytest.raises(
        ConfigurationError, match="ECDSA_SHA_384, not with ECDSA_SHA_256 or RSASSA_PSS_SHA_256"
    ):
        sign(CHECKPOINT, KmsSigner(kms, key(kms, "ECC_NIST_P384")))


def test_a_key_that_does_not_exist_is_refused(kms: KmsClient) -> None:
    arn = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"
    with pytest.raises(
        LedgerUnreadable, match="the signing key cannot be read: kms:GetPublicKey: NotFoundException"
    ):
        sign(CHECKPOINT, KmsSigner(kms, arn))


def test_a_key_that_may_not_sign_is_refused(kms: KmsClient) -> None:
    arn = key(kms, "ECC_NIST_P256")
    signer = KmsSigner(kms, arn)
    signer.public_key()
    signer._key_id = arn[:-4] + "0000"
    with pytest.raises(LedgerUnwritable, match="the checkpoint cannot be signed: kms:Sign"):
        sign(CHECKPOINT, signer)
