"""What an organization file holds beyond the organization itself comes to be: buckets and queues."""

from __future__ import annotations

import json
from datetime import UTC

from rootwarden.emulator.buckets import bucket_named, make_bucket
from rootwarden.emulator.building import LONG_AGO
from rootwarden.emulator.org_file import OrganizationFile
from rootwarden.emulator.queues import make_queue
from rootwarden.emulator.resource_specs import BucketSpec
from rootwarden.emulator.world import World


def stock(world: World, file: OrganizationFile) -> None:
    """Makes the buckets and queues of every account. moto keeps them, so an emulator has to be starting."""
    for account in (*file.all_accounts(), *file.standalone_accounts):
        for bucket in account.buckets:
            _make_bucket(world, account.id, bucket)
        for queue in account.queues:
            attributes = {"VisibilityTimeout": str(queue.visibility_timeout)}
            if queue.name.endswith(".fifo"):
                attributes["FifoQueue"] = "true"
            make_queue(queue.name, account.id, queue.region, queue.policy, attributes)


def _make_bucket(world: World, account: str, spec: BucketSpec) -> None:
    partition = world.organization.partition
    make_bucket(spec.name, account, spec.region, partition)
    made = bucket_named(spec.name, partition)
    if made is None:  # what was made a line ago is there
        raise AssertionError(spec.name)
    made.creation_date = (spec.created or world.clock.now() - LONG_AGO).astimezone(UTC)
    made.policy = None if spec.policy is None else json.dumps(spec.policy).encode()
