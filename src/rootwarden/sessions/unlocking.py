"""What may be done to buckets and queues inside an open session: looking always, changing only where a plan authorizes it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

from rootwarden.aws.buckets import BucketReader, BucketWriter
from rootwarden.aws.queues import QueueReader, QueueWriter
from rootwarden.errors import RefusedByRule
from rootwarden.model.unlock import ResourceKind

if TYPE_CHECKING:
    from rootwarden.model.unlock import Located
    from rootwarden.sessions.door import RootSession


class PolicyReader(Protocol):
    """Lists buckets or queues and reads their policies. All calls raise AwsError."""

    def all(self, region: str) -> Iterator[Located]:
        """Those of the account: of all Regions for buckets, of this one for queues."""
        ...

    def policy(self, where: Located, /) -> str | None:
        """The policy, or None; raises NotFound where there is no such bucket or queue."""
        ...


class PolicyWriter(PolicyReader, Protocol):
    """Changes policies too. Its calls return AWS's request id."""

    def put_policy(self, where: Located, policy: str, /) -> str | None:
        """Puts a policy in the place of the one there is."""
        ...

    def delete_policy(self, where: Located, /) -> str | None:
        """Takes the policy away."""
        ...


def bucket_reader(session: RootSession) -> BucketReader:
    """Reads the buckets of the session's account."""
    return BucketReader(lambda region: session.client("s3", region), session.account)


def policy_reader(session: RootSession, kind: ResourceKind) -> PolicyReader:
    """Reads what the session's task is about."""
    if kind is ResourceKind.BUCKET:
        return bucket_reader(session)
    return QueueReader(lambda region: session.client("sqs", region), session.account)


def policy_writer(session: RootSession, kind: ResourceKind) -> PolicyWriter:
    """Changes what the session's task is about; raises RefusedByRule in a session that is for looking only."""
    if not session.may_change or session.task is not kind.task:
        raise RefusedByRule(
            f"this session in {session.account} is not for changing a {kind.value}'s policy",
            advice="Please report this: it is a bug.",
        )
    if kind is ResourceKind.BUCKET:
        return BucketWriter(lambda region: session.client("s3", region), session.account)
    return QueueWriter(lambda region: session.client("sqs", region), session.account)
