"""Buckets and queues as policies see them: whose they are, and the policy they carry."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from rootwarden.emulator.buckets import bucket_named, policy_of_bucket
from rootwarden.emulator.call import Call
from rootwarden.emulator.keyring import Principal
from rootwarden.emulator.queues import policy_of_queue, queue_of
from rootwarden.policy import MalformedPolicy, Policy, parse_policy, unreadable_policy

_ROOT_KEEPS: Final = frozenset({"GetQueueAttributes", "GetQueueUrl", "ListQueues", "SetQueueAttributes"})
"""What no queue policy keeps from the root user of the queue's account: otherwise root could not unlock it.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user.html. That root's own sign-in and a root session are the
ways out of a queue policy that denies everyone is documented; which of root's calls the policy leaves free is inferred
from the actions of the task policy.
"""


@dataclass(frozen=True, slots=True)
class Holding:
    """A bucket or queue that is there."""

    owner: str
    policies: tuple[Policy, ...] = ()


def holding(call: Call, resource: str, partition: str) -> Holding | None:
    """The bucket or queue an ARN names; None where there is none, or where the ARN names something else.

    What holds for everybody but the caller, the owner's root user, is left out. The caller holds the world's lock.
    """
    if call.service == "s3" and call.operation != "CreateBucket":
        return _bucket(resource.rpartition(":::")[2].partition("/")[0], partition)
    if call.service == "sqs" and call.operation != "CreateQueue":
        return _queue(call, resource)
    return None


def _bucket(name: str, partition: str) -> Holding | None:
    bucket = bucket_named(name, partition)
    if bucket is None:
        return None
    return Holding(bucket.account_id, _policies(policy_of_bucket(bucket), f"the policy of bucket {name}"))


def _queue(call: Call, arn: str) -> Holding | None:
    queue = queue_of(arn)
    if queue is None:
        return None
    if _is_unlocking(call.caller, call.operation, queue.account_id):
        return Holding(queue.account_id)
    return Holding(queue.account_id, _policies(policy_of_queue(queue), f"the policy of queue {queue.name}"))


def _is_unlocking(caller: Principal, operation: str, owner: str) -> bool:
    return caller.is_root and caller.account == owner and operation in _ROOT_KEEPS


def _policies(text: str | None, name: str) -> tuple[Policy, ...]:
    return () if text is None else (_parsed(text, name),)


@lru_cache(maxsize=512)
def _parsed(text: str, name: str) -> Policy:
    try:
        return parse_policy(text, name=name)
    except MalformedPolicy as error:  # what moto itself writes is not checked
        return unreadable_policy(name=name, why=str(error))
