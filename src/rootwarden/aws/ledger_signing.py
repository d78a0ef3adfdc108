"""Signatures over checkpoints with an asymmetric AWS KMS key.

https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html
https://docs.aws.amazon.com/kms/latest/APIReference/API_GetPublicKey.html
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Final, Protocol

from rootwarden.aws.error_codes import aws_call
from rootwarden.errors import ConfigurationError, LedgerUnreadable, LedgerUnwritable, RootwardenError
from rootwarden.ledger.signature import Signature, SigningAlgorithm

_LONGEST_RAW: Final = 4096
"""Bytes KMS hashes itself; of anything longer it takes the digest."""


class KmsClient(Protocol):
    """The two calls of boto3's KMS client that are made here."""

    def sign(self, **parameters: Any) -> Mapping[str, Any]:
        """kms:Sign."""

    def get_public_key(self, **parameters: Any) -> Mapping[str, Any]:
        """kms:GetPublicKey."""


class KmsSigner:
    """A ``ledger.signature.Signer``."""

    def __init__(self, client: KmsClient, key_id: str) -> None:
        """``key_id`` is the id, ARN or alias of a SIGN_VERIFY key: ECC_NIST_P256, ECC_SECG_P256K1 or RSA. No request yet."""
        self._client = client
        self._key_id = key_id
        self._algorithm: SigningAlgorithm | None = None

    def sign(self, message: bytes) -> Signature:
        """Signs the bytes. Needs kms:Sign and kms:GetPublicKey. Raises LedgerUnwritable with AWS's words."""
        if self._algorithm is None:
            self.public_key()
        raw = len(message) <= _LONGEST_RAW
        try:
            with aws_call("kms:Sign"):
                answer = self._client.sign(
                    KeyId=self._key_id,
                    Message=message if raw else hashlib.sha256(message).digest(),
                    MessageType="RAW" if raw else "DIGEST",
                    SigningAlgorithm=str(self._algorithm),
                )
        except RootwardenError as error:
            raise LedgerUnwritable(
                f"the checkpoint cannot be signed: {error.message}", advice=error.advice
            ) from error
        return Signature(
            SigningAlgorithm(answer["SigningAlgorithm"]), str(answer["KeyId"]), bytes(answer["Signature"])
        )

    def public_key(self) -> bytes:
        """The public key (DER). Needs kms:GetPublicKey.

        Raises LedgerUnreadable with AWS's words, and ConfigurationError for a key that cannot sign with ECDSA_SHA_256 or
        RSASSA_PSS_SHA_256.
        """
        try:
            with aws_call("kms:GetPublicKey"):
                answer = self._client.get_public_key(KeyId=self._key_id)
        except RootwardenError as error:
            raise LedgerUnreadable(
                f"the signing key cannot be read: {error.message}", advice=error.advice
            ) from error
        offered = set(answer.get("SigningAlgorithms", ()))
        self._algorithm = next(
            (algorithm for algorithm in SigningAlgorithm if algorithm.value in offered), None
        )
        if self._algorithm is None:
            raise ConfigurationError(
                f"KMS key {self._key_id} signs with {', '.join(sorted(offered)) or 'nothing'}, not with "
                f"{' or '.join(SigningAlgorithm)}",
                advice="Name a key of spec ECC_NIST_P256 or RSA_2048 (or longer) with key usage SIGN_VERIFY.",
            )
        return bytes(answer["PublicKey"])
