"""The bucket a trail delivers to: listing and reading its log files.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-find-log-files.html
"""

from __future__ import annotations

import io
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from rootwarden.aws.error_codes import aws_call
from rootwarden.aws.pages import pages
from rootwarden.errors import Unreachable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from mypy_boto3_s3 import S3Client

_TRIES: Final = 3


@dataclass(frozen=True, slots=True)
class LogObject:
    """One object of the bucket."""

    key: str
    size: int
    """Bytes, as they are stored."""


class LogBucket:
    """Reads one bucket. All calls raise AwsError."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self.bucket = bucket

    def folders(self, prefix: str) -> tuple[str, ...]:
        """The prefixes one level below one, each with its slash. Needs s3:ListBucket."""
        found: list[str] = []
        for page in pages(
            self._client,
            "list_objects_v2",
            "s3:ListBucket",
            Bucket=self.bucket,
            Prefix=prefix,
            Delimiter="/",
        ):
            found += [str(one["Prefix"]) for one in page.get("CommonPrefixes", ())]
        return tuple(found)

    def objects(self, prefix: str, *, after: str | None = None) -> Iterator[LogObject]:
        """The objects below a prefix, in the order of their keys, beginning behind ``after``. Needs s3:ListBucket."""
        more: dict[str, Any] = {} if after is None else {"StartAfter": after}
        for page in pages(
            self._client, "list_objects_v2", "s3:ListBucket", Bucket=self.bucket, Prefix=prefix, **more
        ):
            for one in page.get("Contents", ()):
                yield LogObject(one["Key"], one["Size"])

    def read(self, key: str) -> BinaryIO:
        """An object's bytes. Needs s3:GetObject, and kms:Decrypt where a key of the customer's encrypts them.

        A body that breaks off while it is on its way is asked for again: among many thousands of objects some do.
        """
        for _ in range(_TRIES - 1):
            with suppress(Unreachable):
                return self._read(key)
        return self._read(key)

    def _read(self, key: str) -> BinaryIO:
        with aws_call("s3:GetObject"):
            answer = self._client.get_object(Bucket=self.bucket, Key=key)
            return io.BytesIO(answer["Body"].read())
