"""The bucket of a ledger: conditional writes, Object Lock retention, prefix listing.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from rootwarden.aws.error_codes import aws_call
from rootwarden.errors import (
    AwsError,
    BadInput,
    LedgerError,
    LedgerUnreadable,
    LedgerUnwritable,
    RootwardenError,
)
from rootwarden.ledger.canonical import MAX_BYTES
from rootwarden.ledger.clock import Clock, utc_now
from rootwarden.ledger.location import S3Location
from rootwarden.ledger.object_store import Fetched
from rootwarden.model.ids import AccountId

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_NOT_WRITTEN: Final = frozenset({"PreconditionFailed", "ConditionalRequestConflict", "OperationAborted"})
"""412 where the condition does not hold; 409 where another request for the key is under way."""


class LockMode(StrEnum):
    """Object Lock retention modes, in AWS's words."""

    GOVERNANCE = "GOVERNANCE"
    COMPLIANCE = "COMPLIANCE"


@dataclass(frozen=True, slots=True)
class Retention:
    """How long entries are kept from deletion, for a bucket with Object Lock that has no default rule of its own."""

    mode: LockMode = LockMode.GOVERNANCE
    length: timedelta = timedelta(days=365)

    def __post_init__(self) -> None:
        """Raises BadInput for a length S3 would not take."""
        if self.length < timedelta(days=1):
            raise BadInput(f"a retention of {self.length} is too short", advice="Use at least a day.")


class LedgerBucket:
    """A ``ledger.object_store.ObjectStore`` on boto3."""

    def __init__(
        self,
        client: S3Client,
        location: S3Location,
        *,
        owner: AccountId | None = None,
        retention: Retention | None = None,
        clock: Clock = utc_now,
    ) -> None:
        """``owner`` is the account the bucket has to belong to; S3 refuses every request if it is another's.

        ``client`` has to sign for the bucket's Region. Makes no request yet.
        """
        self._client = client
        self._location = location
        self._base: dict[str, Any] = {"Bucket": location.bucket}
        if owner is not None:
            self._base["ExpectedBucketOwner"] = owner
        self._owner = owner
        self._retention = retention or Retention()
        self._clock = clock
        self._lock = threading.Lock()
        self._explicit_retention: bool | None = None

    @property
    def location(self) -> str:
        """``s3://BUCKET/PREFIX``."""
        return str(self._location).rstrip("/")

    def get(self, key: str) -> Fetched | None:
        """The object, or None. Needs s3:GetObject, and s3:ListBucket to tell "none" from "not allowed"."""
        try:
            with aws_call("s3:GetObject"):
                answer = self._client.get_object(**self._base, Key=self._full(key))
                data = answer["Body"].read(MAX_BYTES + 1)
        except AwsError as error:
            if error.code == "NoSuchKey":
                return None
            raise self._explained(error, LedgerUnreadable) from error
        except RootwardenError as error:
            raise self._explained(error, LedgerUnreadable) from error
        return Fetched(data, answer["ETag"])

    def put_new(self, key: str, data: bytes, *, retain: bool) -> bool:
        """Writes the object if there is none of that key. Needs s3:PutObject, and s3:PutObjectRetention to retain."""
        return self._put(key, data, {"IfNoneMatch": "*"} | (self._retained() if retain else {}))

    def replace(self, key: str, data: bytes, etag: str) -> bool:
        """Writes the object if it still has this ETag. Needs s3:PutObject and s3:GetObject."""
        return self._put(key, data, {"IfMatch": etag})

    def list_after(self, folder: str, after: str, limit: int) -> tuple[str, ...]:
        """Keys below ``folder`` behind ``after``. Needs s3:ListBucket."""
        start = len(self._full(""))
        try:
            with aws_call("s3:ListBucket"):
                answer = self._client.list_objects_v2(
                    **self._base, Prefix=self._full(folder), StartAfter=self._full(after), MaxKeys=limit
                )
        except RootwardenError as error:
            raise self._explained(error, LedgerUnreadable) from error
        return tuple(item["Key"][start:] for item in answer.get("Contents", ()))

    def _full(self, key: str) -> str:
        return f"{self._location.prefix}/{key}" if self._location.prefix else key

    def _put(self, key: str, data: bytes, conditions: dict[str, Any]) -> bool:
        try:
            with aws_call("s3:PutObject"):
                self._client.put_object(
                    **self._base, Key=self._full(key), Body=data, ContentType="application/json", **conditions
                )
        except AwsError as error:
            if error.code in _NOT_WRITTEN or (error.code == "NoSuchKey" and "IfMatch" in conditions):
                return False
            raise self._explained(error, LedgerUnwritable) from error
        except RootwardenError as error:
            raise self._explained(error, LedgerUnwritable) from error
        return True

    def _retained(self) -> dict[str, Any]:
        """Retention to ask for: none where the bucket has no Object Lock, or has a default rule, which S3 applies itself."""
        with self._lock:
            if self._explicit_retention is None:
                self._explicit_retention = self._has_lock_without_rule()
        if not self._explicit_retention:
            return {}
        until = self._clock() + self._retention.length
        return {"ObjectLockMode": self._retention.mode.value, "ObjectLockRetainUntilDate": until}

    def _has_lock_without_rule(self) -> bool:
        """Needs s3:GetBucketObjectLockConfiguration. Being refused it is an error: it does not mean "no Object Lock"."""
        try:
            with aws_call("s3:GetBucketObjectLockConfiguration"):
                answer = self._client.get_object_lock_configuration(**self._base)
        except AwsError as error:
            if error.code == "ObjectLockConfigurationNotFoundError":
                return False
            raise self._explained(error, LedgerUnwritable) from error
        except RootwardenError as error:
            raise self._explained(error, LedgerUnwritable) from error
        configuration = answer.get("ObjectLockConfiguration", {})
        return configuration.get("ObjectLockEnabled") == "Enabled" and "Rule" not in configuration

    def _explained(self, error: RootwardenError, kind: type[LedgerError]) -> LedgerError:
        """The ledger's error for one of AWS's, whose text stays in it."""
        advice = error.advice
        if isinstance(error, AwsError) and error.code in {"AccessDenied", "403", "Forbidden"}:
            whose = f" that belongs to account {self._owner}" if self._owner else ""
            advice = (
                f"S3 gives this answer where the caller lacks {error.operation}, where the bucket's policy, its KMS key or an SCP "
                f"says no, and where it is not a bucket{whose}."
            )
        return kind(f"ledger {self.location}: {error.message}", advice=advice)
