"""Finding a bucket or queue and reading its policy, inside a root session that is for looking."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from rootwarden.errors import AccessDenied, AwsError, BadInput, NotFound
from rootwarden.model.reason import reason_of
from rootwarden.model.unlock import Located, Resource, ResourceKind
from rootwarden.operations.unlock.document import policy_hash
from rootwarden.sessions.unlocking import bucket_reader, policy_reader

if TYPE_CHECKING:
    from rootwarden.model.ids import AccountId
    from rootwarden.sessions.door import RootRun, RootSession


def list_resources(run: RootRun, account: AccountId, kind: ResourceKind, region: str) -> tuple[Located, ...]:
    """The buckets of an account, or its queues in one Region. Raises AwsError; what came of it is recorded."""
    try:
        with run.open(account, kind.task) as session:
            found = tuple(policy_reader(session, kind).all(region))
    except AwsError as error:
        run.record(account, "failed", task=kind.task, reason=reason_of(error))
        raise
    run.record(account, "listed", task=kind.task)
    return found


def read_policy(
    run: RootRun,
    account: AccountId,
    kind: ResourceKind,
    name: str,
    region: str | None,
    *,
    home: str,
    partition: str,
) -> tuple[Resource, str | None]:
    """Where a bucket or queue is, and its policy. ``home`` is the Region to begin with; a queue has to come with its own.

    What came of it is recorded, the policy by its hash. Raises AwsError, and BadInput where there is no such bucket or queue.
    """
    resource = Resource(kind, partition, account, name, region or home)
    try:
        with run.open(account, kind.task) as session:
            if kind is ResourceKind.BUCKET and region is None:
                resource = Resource(kind, partition, account, name, _region_of_bucket(session, name, home))
            policy = policy_reader(session, kind).policy(resource.located)
    except NotFound as error:
        run.record(account, "failed", task=kind.task, item=resource.arn, reason=reason_of(error))
        raise BadInput(
            f"account {account} has no {kind.value} {name} in {resource.region}: {error.code}: {error.text}",
            advice=f"'rootwarden unlock {kind.value} --account {account}' on a terminal lists those there are.",
        ) from error
    except AwsError as error:
        run.record(account, "failed", task=kind.task, item=resource.arn, reason=reason_of(error))
        raise
    except BadInput:
        run.record(account, "failed", task=kind.task, item=resource.arn)
        raise
    details = {"policy_sha256": policy_hash(policy)} if policy is not None else None
    run.record(account, "read", task=kind.task, item=resource.arn, details=details)
    return resource, policy


def _region_of_bucket(session: RootSession, name: str, home: str) -> str:
    reader = bucket_reader(session)
    try:
        found = {one.name: one.region for one in reader.all(home)}
    except AccessDenied:
        # An SCP may deny the list and nothing else; S3 then says by its redirect where the bucket is.
        return reader.region_by_redirect(name, home)
    if name not in found:
        near = difflib.get_close_matches(name, found, n=3)
        meant = f" Near: {', '.join(near)}." if near else ""
        raise BadInput(
            f"account {session.account} has no bucket {name} among its {len(found)}",
            advice=f"A bucket belongs to one account: name that one with --account.{meant}",
        )
    return found[name]
