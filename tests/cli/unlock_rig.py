"""A company with one bucket and one queue to lock, and what tests ask of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from locks import ADMIN, BUCKET, LOCKS, OWNER, QUEUE, REGION
from product_rig import SECURITY, Ran, Rig, caller, company

from rootwarden.emulator import account
from rootwarden.emulator.buckets import bucket_named, policy_of_bucket
from rootwarden.emulator.org_file import AccountSpec, PrincipalSpec
from rootwarden.emulator.queues import policy_of_queue, queue_of, set_attributes
from rootwarden.emulator.resource_specs import BucketSpec, QueueSpec
from rootwarden.model.unlock import Resource, ResourceKind

DELEGATE = f"emulator-{SECURITY}"
ON_BOTH = pytest.mark.parametrize("resource", [BUCKET, QUEUE], ids=["bucket", "queue"])
LOCK = LOCKS[0]
CHANGES = {
    "bucket": ("s3:PutBucketPolicy", "s3:DeleteBucketPolicy"),
    "queue": ("sqs:SetQueueAttributes",) * 2,
}


def shop(
    rig: Rig,
    *others: AccountSpec,
    guards: Mapping[str, Any] | None = None,
    principals: tuple[PrincipalSpec, ...] = (),
    **fields: Any,
) -> None:
    """Starts the company: the account's administrator, and a role that may do everything too, but is no administrator.

    ``guards`` are an SCP or RCP attached to the account: ``{"scps": DOCUMENT}``.
    """
    guards = guards or {}
    attached: dict[str, Any] = dict.fromkeys(guards, ("Guard",))
    rig.up(
        company(
            account(
                OWNER,
                "Shop",
                **attached,
                buckets=(BucketSpec(name="shop-orders", region=REGION), BucketSpec(name="shop-images")),
                queues=(
                    QueueSpec(name="shop-orders", region=REGION, visibility_timeout=120),
                    QueueSpec(name="shop-mails"),
                ),
            ),
            *others,
            principals=(caller(OWNER, "*", name="Reader"), *principals),
            **{kind: {"Guard": document} for kind, document in guards.items()},
            **fields,
        )
    )


def client(rig: Rig, service: str, profile: str, region: str) -> Any:
    """A client of a profile, without retries."""
    keys = rig.emulator.credential(profile)
    make: Any = boto3.client
    return make(
        service,
        region_name=region,
        endpoint_url=rig.emulator.endpoint_url,
        aws_access_key_id=keys.access_key_id,
        aws_secret_access_key=keys.secret_access_key,
        aws_session_token=keys.token,
        config=Config(retries={"total_max_attempts": 1}),
    )


def delegates_s3(rig: Rig) -> Any:
    """S3 as the caller of the commands uses it."""
    return client(rig, "s3", DELEGATE, "us-east-1")


@dataclass(frozen=True)
class Held:
    """The bucket or queue in the emulator."""

    rig: Rig
    resource: Resource

    @property
    def policy(self) -> Any:
        """The policy the emulator holds, as JSON values; None for none."""
        found = self.text
        return None if found is None else json.loads(found)

    @property
    def text(self) -> str | None:
        """Its text."""
        if self.resource.kind is ResourceKind.BUCKET:
            bucket = bucket_named(self.resource.name, "aws")
            assert bucket is not None
            return policy_of_bucket(bucket)
        queue = queue_of(self.resource.arn)
        assert queue is not None
        return policy_of_queue(queue)

    def lock(self, policy: str | None) -> None:
        """Gives it a policy past every check: AWS itself changes policies when a principal is deleted."""
        if self.resource.kind is ResourceKind.BUCKET:
            bucket = bucket_named(self.resource.name, "aws")
            assert bucket is not None
            bucket.policy = None if policy is None else policy.encode()
            return
        queue = queue_of(self.resource.arn)
        assert queue is not None
        set_attributes(queue, {"Policy": policy or ""})

    def gets_in(self, profile: str = f"emulator-{OWNER}") -> bool:
        """Whether somebody may really read the policy and use the bucket or queue."""
        service = self.resource.kind.service
        caller_ = client(self.rig, service, profile, self.resource.region)
        try:
            if self.resource.kind is ResourceKind.BUCKET:
                return self._uses_bucket(caller_)
            url = f"{self.rig.emulator.endpoint_url}/{OWNER}/{self.resource.name}"
            found = caller_.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
            assert found["VisibilityTimeout"] == "120", "an attribute was changed that nobody meant"
            caller_.set_queue_attributes(QueueUrl=url, Attributes={"DelaySeconds": "0"})
            caller_.receive_message(QueueUrl=url)
        except ClientError as error:
            if "AccessDenied" not in error.response["Error"]["Code"]:
                raise
            return False
        return True

    def _uses_bucket(self, s3: Any) -> bool:
        s3.list_objects_v2(Bucket=self.resource.name)
        try:
            policy = s3.get_bucket_policy(Bucket=self.resource.name)["Policy"]
        except ClientError as error:
            if error.response["Error"]["Code"] != "NoSuchBucketPolicy":
                raise
        else:
            s3.put_bucket_policy(Bucket=self.resource.name, Policy=policy)
        return True

    def run(self, *options: str, admin: bool = True, profile: str = DELEGATE) -> Ran:
        """``unlock`` on it, with ``-o json``."""
        return self.rig.json(*self.line(*options, admin=admin), profile=profile)

    def line(self, *options: str, admin: bool = True) -> list[str]:
        """The command line."""
        named = self.resource.name if self.resource.kind is ResourceKind.BUCKET else self.resource.arn
        who = ["--admin", ADMIN] if admin else []
        return ["unlock", self.resource.kind.value, named, "--account", OWNER, *who, *options]


def locked_shop(rig: Rig, resource: Resource) -> Held:
    """A bucket or queue that is locked for everybody."""
    shop(rig)
    found = Held(rig, resource)
    found.lock(LOCK.policy(resource))
    return found


def backups(held: Held) -> list[Path]:
    """The backups in the folder they go to by default."""
    return sorted(held.rig.folder.rglob("backups/*.json")) or sorted(Path.home().rglob("backups/*.json"))
