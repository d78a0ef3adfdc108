"""Buckets, as AWS's own services reach them: past every policy. moto keeps them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from moto.s3 import s3_backends
from moto.s3.models import FakeBucket, S3Backend

from rootwarden.emulator.forwarding import bucket_owner


def bucket_named(name: str, partition: str) -> FakeBucket | None:
    """The bucket of a name, whoever owns it, or None. The caller holds the world's lock."""
    backend = _backend(name, partition)
    return None if backend is None else backend.buckets.get(name)


def buckets_of(account: str, partition: str) -> list[FakeBucket]:
    """An account's buckets by their names. The caller holds the world's lock."""
    if account not in s3_backends:
        return []
    found = s3_backends[account][partition].buckets
    return [found[name] for name in sorted(found)]


def policy_of_bucket(bucket: FakeBucket) -> str | None:
    """The bucket's policy, or None. The caller holds the world's lock."""
    return None if bucket.policy is None else bucket.policy.decode()


def make_bucket(name: str, account: str, region: str, partition: str) -> None:
    """Makes a bucket where nobody has one of that name. The caller holds the world's lock."""
    if bucket_owner(name, partition) is None:
        s3_backends[account][partition].create_bucket(name, region)


def put_object(bucket: str, key: str, content: bytes, partition: str, when: datetime) -> bool:
    """Writes an object of gzipped JSON; says False where there is no such bucket. The caller holds the world's lock."""
    backend = _backend(bucket, partition)
    if backend is None:
        return False
    written: Any = backend.put_object(bucket, key, content)
    written.set_metadata({"Content-Type": "application/json", "Content-Encoding": "gzip"})
    written.last_modified = when.replace(tzinfo=None)
    return True


def drop_object(bucket: str, key: str, partition: str) -> None:
    """Deletes an object, if it is still there. The caller holds the world's lock."""
    backend = _backend(bucket, partition)
    if backend is not None:
        backend.delete_object(bucket, key)


def _backend(bucket: str, partition: str) -> S3Backend | None:
    owner = bucket_owner(bucket, partition)
    return None if owner is None else s3_backends[owner][partition]
