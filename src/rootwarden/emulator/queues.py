"""SQS queues, by account and Region. moto keeps them; their policies are kept as text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from moto.sqs import sqs_backends
from moto.sqs.models import Queue, SQSBackend

_ARN_FIELDS = 6


def queues_in(account: str, region: str) -> SQSBackend:
    """Everything one account has in one Region."""
    backend: SQSBackend = sqs_backends[account][region]
    return backend


def queue_of(arn: str) -> Queue | None:
    """The queue an ARN names, or None. The caller holds the world's lock."""
    parts = arn.split(":")
    if len(parts) != _ARN_FIELDS or parts[2] != "sqs" or not parts[4].isdigit():
        return None
    if parts[4] not in sqs_backends or parts[3] not in sqs_backends[parts[4]]:
        return None
    return queues_in(parts[4], parts[3]).queues.get(parts[5])


def policy_of_queue(queue: Queue) -> str | None:
    """The queue's policy, or None. The caller holds the world's lock."""
    found = queue.policy
    return None if found is None else str(found)


def set_attributes(queue: Queue, attributes: Mapping[str, str]) -> None:
    """Changes attributes and leaves the others; an empty policy is none. The caller holds the world's lock."""
    # moto takes a policy away whenever it is not named.
    kept = {"Policy": policy_of_queue(queue), **attributes}
    queues_in(queue.account_id, queue.region).set_queue_attributes(queue.name, kept)


def make_queue(
    name: str, account: str, region: str, policy: Mapping[str, Any] | None, attributes: Mapping[str, str]
) -> None:
    """Makes a queue. The caller holds the world's lock."""
    queue = queues_in(account, region).create_queue(name, None, **attributes)
    if policy is not None:
        set_attributes(queue, {"Policy": json.dumps(policy)})
