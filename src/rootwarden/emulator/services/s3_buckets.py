"""S3: the list of buckets, and their policies.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html
https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

from moto.s3.models import FakeBucket

from rootwarden.emulator import foreign
from rootwarden.emulator.answers import AwsAnswer
from rootwarden.emulator.buckets import bucket_named, buckets_of, policy_of_bucket
from rootwarden.emulator.call import Call
from rootwarden.emulator.policy_forms import BucketPolicyForm, fault_of_bucket_policy
from rootwarden.emulator.services.served import Served
from rootwarden.emulator.world import World

_MOST_BUCKETS: Final = 10_000
_FILTERS: Final = ("MaxBuckets", "ContinuationToken", "Prefix", "BucketRegion")


def list_buckets(world: World, call: Call) -> Mapping[str, Any]:
    """The caller's buckets of every Region, by name. A bucket's Region shows only where a parameter was given."""
    most, prefix, region = (call.params.get(name) for name in ("MaxBuckets", "Prefix", "BucketRegion"))
    most = _MOST_BUCKETS if most is None else most
    if not 1 <= most <= _MOST_BUCKETS:
        text = f"Argument max-buckets must be an integer between 1 and {_MOST_BUCKETS}"
        raise AwsAnswer("InvalidArgument", text)
    if region is not None and region != call.region:  # documented as not supported; code and text inferred
        raise AwsAnswer("InvalidArgument", f"Argument bucket-region must be {call.region}, the endpoint's.")
    after = _after(call.params.get("ContinuationToken"))
    found = [
        bucket
        for bucket in buckets_of(call.caller.account, world.organization.partition)
        if bucket.name > after
        and bucket.name.startswith(prefix or "")
        and region in (None, bucket.region_name)
    ]
    shows_region = any(call.params.get(name) is not None for name in _FILTERS)
    answer: dict[str, Any] = {
        "Owner": {"ID": hashlib.sha256(call.caller.account.encode()).hexdigest()},
        "Buckets": [_listed(bucket, shows_region=shows_region) for bucket in found[:most]],
    }
    if len(found) > most:
        answer["ContinuationToken"] = base64.b64encode(found[most - 1].name.encode()).decode()
    return answer | ({} if prefix is None else {"Prefix": prefix})


def _after(token: str | None) -> str:
    """The name the page before ended with."""
    try:
        return base64.b64decode(token or "", validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise AwsAnswer("InvalidArgument", "The continuation token provided is incorrect") from error


def _listed(bucket: FakeBucket, *, shows_region: bool) -> dict[str, Any]:
    shown = {"Name": bucket.name, "CreationDate": bucket.creation_date}
    return shown | ({"BucketRegion": bucket.region_name} if shows_region else {})


def get_bucket_policy(world: World, call: Call) -> Mapping[str, Any]:
    """The policy without white space, as S3 gives it back."""
    bucket = _own_bucket(world, call)
    found = policy_of_bucket(bucket)
    if found is None:
        text = "The bucket policy does not exist"
        raise AwsAnswer("NoSuchBucketPolicy", text, 404, BucketName=bucket.name)
    return {"Policy": json.dumps(json.loads(found), separators=(",", ":"), ensure_ascii=False)}


def put_bucket_policy(world: World, call: Call) -> Mapping[str, Any]:
    """Another policy in the place of the one there is."""
    bucket = _own_bucket(world, call)
    text = call.params.get("Policy") or ""
    form = BucketPolicyForm(bucket.name, world.organization.partition, frozenset(world.root_users))
    fault = fault_of_bucket_policy(text, form)
    if fault is not None:
        raise fault
    bucket.policy = text.encode()
    return {}


def delete_bucket_policy(world: World, call: Call) -> Mapping[str, Any]:
    """Takes the policy away; that there is none is no mistake."""
    _own_bucket(world, call).policy = None
    return {}


def _own_bucket(world: World, call: Call) -> FakeBucket:
    """The bucket; only identities of its owner's account reach its policy, whoever else is allowed to."""
    name = str(call.params["Bucket"])
    bucket = bucket_named(name, world.organization.partition)
    if bucket is None:
        raise AwsAnswer("NoSuchBucket", "The specified bucket does not exist", 404, BucketName=name)
    if bucket.account_id != call.caller.account:
        text = "The specified method is not allowed against this resource."
        raise AwsAnswer("MethodNotAllowed", text, 405, Method="POLICY", ResourceType="BUCKETPOLICY")
    return bucket


def _resource(world: World, call: Call) -> str:
    return foreign.resource(call, world.organization.partition)


S3: Final[dict[str, Served]] = {
    "DeleteBucketPolicy": Served(delete_bucket_policy, _resource),
    "GetBucketPolicy": Served(get_bucket_policy, _resource),
    "ListBuckets": Served(list_buckets),
    "PutBucketPolicy": Served(put_bucket_policy, _resource),
}
"""Handlers by operation."""
