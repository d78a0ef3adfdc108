"""Unlocking buckets and queues: what is locked, what is planned, and how it came out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from rootwarden.model.ids import AccountId
from rootwarden.model.tasks import RootTask


class ResourceKind(StrEnum):
    """What a root session can unlock."""

    BUCKET = "bucket"
    QUEUE = "queue"

    @property
    def service(self) -> str:
        """The prefix of its actions and the service in its ARN."""
        return "s3" if self is ResourceKind.BUCKET else "sqs"

    @property
    def task(self) -> RootTask:
        """The task whose session unlocks it."""
        return RootTask.S3_UNLOCK if self is ResourceKind.BUCKET else RootTask.SQS_UNLOCK


@dataclass(frozen=True, slots=True)
class Located:
    """A bucket or queue by its name, and the Region it is in."""

    name: str
    region: str


@dataclass(frozen=True, slots=True)
class Resource:
    """One bucket or queue."""

    kind: ResourceKind
    partition: str
    account: AccountId
    name: str
    region: str

    @property
    def arn(self) -> str:
        """Its ARN; a bucket's names neither Region nor account."""
        if self.kind is ResourceKind.BUCKET:
            return f"arn:{self.partition}:s3:::{self.name}"
        return f"arn:{self.partition}:sqs:{self.region}:{self.account}:{self.name}"

    @property
    def located(self) -> Located:
        """Where to call about it."""
        return Located(self.name, self.region)
