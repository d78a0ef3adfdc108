"""What an organization file can get wrong about buckets and queues."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from rootwarden.emulator.policy_forms import BucketPolicyForm, fault_of_bucket_policy, fault_of_queue_policy

if TYPE_CHECKING:
    from rootwarden.emulator.org_file import AccountSpec, OrganizationFile
    from rootwarden.emulator.resource_specs import BucketSpec, QueueSpec

_PREFIXES: Mapping[str, tuple[str, ...]] = {"aws-us-gov": ("us-gov-",), "aws-cn": ("cn-",)}


def resource_faults(file: OrganizationFile) -> Iterator[tuple[str, str]]:
    """The place of each mistake, and what is wrong there."""
    yield from _twice(file)
    known = frozenset(account.id for _, account in _accounts(file))
    for path, account in _accounts(file):
        for n, bucket in enumerate(account.buckets):
            yield from _region(f"{path}.buckets[{n}]", bucket, file.partition)
            form = BucketPolicyForm(bucket.name, file.partition, known)
            if bucket.policy is not None:
                fault = fault_of_bucket_policy(json.dumps(bucket.policy), form)
                if fault is not None:
                    yield f"{path}.buckets[{n}].policy", fault.message
        for n, queue in enumerate(account.queues):
            yield from _region(f"{path}.queues[{n}]", queue, file.partition)
            if queue.policy is not None:
                fault = fault_of_queue_policy(json.dumps(queue.policy))
                if fault is not None:
                    yield f"{path}.queues[{n}].policy", fault.message


def _accounts(file: OrganizationFile) -> Iterator[tuple[str, AccountSpec]]:
    yield "management_account", file.management_account
    yield from ((f"accounts[{n}]", account) for n, account in enumerate(file.accounts))
    yield from ((f"standalone_accounts[{n}]", account) for n, account in enumerate(file.standalone_accounts))


def _twice(file: OrganizationFile) -> Iterator[tuple[str, str]]:
    buckets = [
        (f"{path}.buckets[{n}].name", bucket.name)
        for path, account in _accounts(file)
        for n, bucket in enumerate(account.buckets)
    ]
    counts = Counter(name for _, name in buckets)
    for path, name in buckets:
        if counts[name] > 1:
            yield path, f"{name} is there {counts[name]} times"
    for path, account in _accounts(file):
        queues = Counter((queue.region, queue.name) for queue in account.queues)
        for n, queue in enumerate(account.queues):
            found = queues[queue.region, queue.name]
            if found > 1:
                yield f"{path}.queues[{n}].name", f"{queue.name} is there {found} times in {queue.region}"


def _region(path: str, spec: BucketSpec | QueueSpec, partition: str) -> Iterator[tuple[str, str]]:
    own = _PREFIXES.get(partition)
    others = tuple(prefix for prefixes in _PREFIXES.values() for prefix in prefixes)
    fits = spec.region.startswith(own) if own else not spec.region.startswith(others)
    if not fits:
        yield f"{path}.region", f"{spec.region} is not in the partition {partition}"
