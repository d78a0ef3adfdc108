"""What the S3 store needs of a bucket. ``aws.ledger_bucket`` does it with boto3; ``app`` hands it in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Fetched:
    """An object as it is now."""

    data: bytes
    etag: str


class ObjectStore(Protocol):
    """The objects below one prefix of a bucket, by key relative to it. Safe to share between threads.

    Every method raises LedgerUnreadable or LedgerUnwritable, which carries the reason, where the answer is neither of those
    below: no such bucket, no permission, another account's bucket, no answer.
    """

    @property
    def location(self) -> str:
        """``s3://BUCKET/PREFIX``."""

    def get(self, key: str) -> Fetched | None:
        """The object, or None where there is none."""

    def put_new(self, key: str, data: bytes, *, retain: bool) -> bool:
        """Writes the object if there is none of that key, in one atomic step (``If-None-Match: *``).

        False means that there is one, or that another write of the key was under way. ``retain`` asks for Object Lock
        retention where the bucket has Object Lock. An answer may get lost: after False, an object with these very bytes may
        be this call's own.
        """

    def replace(self, key: str, data: bytes, etag: str) -> bool:
        """Writes the object if it still has this ETag, in one atomic step (``If-Match``). False as for ``put_new``."""

    def list_after(self, folder: str, after: str, limit: int) -> tuple[str, ...]:
        """Up to ``limit`` keys (at most 1000) below ``folder`` that sort behind the key ``after``, in order of their bytes."""
