"""Signatures over checkpoints: made by an asymmetric AWS KMS key, verified offline with its public key.

https://docs.aws.amazon.com/kms/latest/developerguide/offline-public-key.html
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from rootwarden.errors import BadInput, CheckpointBroken


class SigningAlgorithm(StrEnum):
    """KMS signing algorithms that we use, in AWS's words."""

    ECDSA_SHA_256 = "ECDSA_SHA_256"
    RSASSA_PSS_SHA_256 = "RSASSA_PSS_SHA_256"


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature and which key made it how."""

    algorithm: SigningAlgorithm
    key: str
    """ARN of the KMS key."""
    value: bytes
    """DER (X9.62) for ECDSA, the bytes of RFC 8017 for RSA, as KMS returns them."""


class Signer(Protocol):
    """Something that signs: ``aws.ledger_signing`` with KMS."""

    def sign(self, message: bytes) -> Signature:
        """Signs the bytes. Raises LedgerUnwritable where the key cannot be used."""

    def public_key(self) -> bytes:
        """The public key: DER of a SubjectPublicKeyInfo. Raises LedgerUnreadable where it cannot be had."""


def load_public_key(data: bytes) -> ec.EllipticCurvePublicKey | rsa.RSAPublicKey:
    """A public key from PEM or DER (SubjectPublicKeyInfo). Raises BadInput for anything else."""
    try:
        if data.lstrip().startswith(b"-----BEGIN"):
            key = serialization.load_pem_public_key(data)
        else:
            key = serialization.load_der_public_key(data)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise _no_key(str(error)) from error
    if not isinstance(key, (ec.EllipticCurvePublicKey, rsa.RSAPublicKey)):
        raise _no_key("neither RSA nor elliptic curve")
    return key


def public_key_pem(data: bytes) -> bytes:
    """The PEM text of a public key, to keep in a file. Raises BadInput for what is none."""
    return load_public_key(data).public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def verify_signature(message: bytes, signature: Signature, public_key: bytes) -> None:
    """Verifies without AWS. Raises CheckpointBroken where the signature is not this key's over these bytes.

    ``public_key`` is PEM or DER and has to come from somewhere the signer of a forgery could not write. KMS salts
    RSASSA-PSS with as many bytes as the hash has; any length of salt is accepted here.
    """
    key = load_public_key(public_key)
    try:
        match key, signature.algorithm:
            case ec.EllipticCurvePublicKey(), SigningAlgorithm.ECDSA_SHA_256:
                key.verify(signature.value, message, ec.ECDSA(hashes.SHA256()))
            case rsa.RSAPublicKey(), SigningAlgorithm.RSASSA_PSS_SHA_256:
                pss = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.AUTO)
                key.verify(signature.value, message, pss, hashes.SHA256())
            case _:
                raise CheckpointBroken(
                    f"the checkpoint is signed with {signature.algorithm}, which the given public key is not for",
                    advice="Give the public key of the KMS key that the configuration names.",
                )
    except InvalidSignature as error:
        raise CheckpointBroken(
            f"the checkpoint's signature by {signature.key} does not verify with the given public key",
            advice="The checkpoint was changed, or another key signed it. Fetch the key anew with kms:GetPublicKey and compare.",
        ) from error


def _no_key(why: str) -> BadInput:
    return BadInput(
        f"not a public key: {why}",
        advice="Give PEM or DER as kms:GetPublicKey returns it (SubjectPublicKeyInfo).",
    )
