"""An organization with one SCP of each kind in it, and root sessions that really try what ``doctor`` predicts."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from product_rig import SECURITY

from rootwarden.emulator import OrganizationFile
from rootwarden.model.tasks import RootTask

if TYPE_CHECKING:
    from product_rig import Rig

    from rootwarden.emulator.keyring import Credential

REGION = "eu-central-1"
EVERY_KIND = Path(__file__).parents[2] / "examples" / "doctor" / "organization.json"
BUCKET, QUEUE = "records-of-", "orders"


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    """A policy of the statements."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def deny(condition: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """A Deny of everything on every resource, with the rest as given."""
    base: dict[str, Any] = {"Sid": "Deny", "Effect": "Deny", "Resource": "*"}
    if "NotAction" not in more:
        base["Action"] = "*"
    return {**base, **more, **({"Condition": condition} if condition else {})}


def allow(*actions: str) -> dict[str, Any]:
    """An Allow on every resource."""
    return {"Effect": "Allow", "Action": list(actions), "Resource": "*"}


def every_kind() -> OrganizationFile:
    """One SCP of each kind and three RCPs, each attached to an OU of its own, with one account in it."""
    return OrganizationFile.model_validate_json(EVERY_KIND.read_text(encoding="utf-8"))


SCPS: Mapping[str, Any] = every_kind().scps
RCPS: Mapping[str, Any] = every_kind().rcps
ACCOUNTS = {one.name: one.id for one in every_kind().accounts if one.id != SECURITY}


class World:
    """The running organization, seen through real clients."""

    def __init__(self, rig: Rig, organization: OrganizationFile | None = None) -> None:
        self.rig = rig
        rig.up(organization or every_kind())
        rig.patch.setenv("AWS_REGION", REGION)

    def client(self, service: str, profile: str | Credential, region: str = REGION) -> Any:
        """A boto3 client for a profile, or with keys."""
        emulator = self.rig.emulator
        keys = emulator.credential(profile) if isinstance(profile, str) else profile
        return _session().client(
            service,
            region_name=region,
            endpoint_url=emulator.endpoint_url,
            aws_access_key_id=keys.access_key_id,
            aws_secret_access_key=keys.secret_access_key,
            aws_session_token=keys.token,
            config=Config(retries={"total_max_attempts": 1}),
        )

    def forget_caller(self, account_id: str) -> None:
        """Takes the administrator out of IAM, as if nobody could read who it is; its keys go on working."""
        iam = self.client("iam", f"emulator-{account_id}")
        iam.delete_user_policy(UserName="Administrator", PolicyName="AdministratorAccess")
        iam.delete_user(UserName="Administrator")

    def make_things(self, account_id: str) -> None:
        """A bucket and a queue to unlock, made past every SCP."""
        state = self.rig.emulator.world.organization
        types, state.policy_types = state.policy_types, set()
        try:
            profile = f"emulator-{account_id}"
            place = {"LocationConstraint": REGION}
            self.client("s3", profile).create_bucket(
                Bucket=f"{BUCKET}{account_id}", CreateBucketConfiguration=place
            )
            self.client("sqs", profile).create_queue(QueueName=QUEUE)
        finally:
            state.policy_types = types

    def meets(self, account_id: str, task: RootTask, profile: str = f"emulator-{SECURITY}") -> str:
        """What a session for the task really meets: ``allowed`` or ``blocked``."""
        arguments = {"TargetPrincipal": account_id, "TaskPolicyArn": {"arn": task.policy_arn("aws")}}
        answer, code = _tried(functools.partial(self.client("sts", profile).assume_root, **arguments))
        assert code in {"", "AccessDenied"}
        if code:
            return "blocked"
        keys = answer["Credentials"]
        found = self.rig.emulator.world.keyring.find(keys["AccessKeyId"])
        assert found is not None
        return "blocked" if any(_denied(call) for call in self._work(task, account_id, found)) else "allowed"

    def _work(self, task: RootTask, account_id: str, keys: Credential) -> list[Any]:
        iam = self.client("iam", keys)
        bucket = f"{BUCKET}{account_id}"
        match task:
            case RootTask.AUDIT:
                return [iam.get_account_summary]
            case RootTask.DELETE:
                reads = (iam.get_login_profile, iam.list_access_keys, iam.list_mfa_devices)
                return [
                    *reads,
                    iam.list_signing_certificates,
                    iam.delete_login_profile,
                    functools.partial(iam.delete_access_key, AccessKeyId="AKIAIOSFODNN7EXAMPLE"),
                    functools.partial(
                        iam.delete_signing_certificate, CertificateId="TA7SMP42TDN5Z26OBPJE7EXAMPLE"
                    ),
                    functools.partial(
                        iam.deactivate_mfa_device,
                        SerialNumber=f"arn:aws:iam::{account_id}:mfa/root-account-mfa-device",
                    ),
                ]
            case RootTask.CREATE_PASSWORD:
                return [iam.create_login_profile]
            case RootTask.S3_UNLOCK:
                s3 = self.client("s3", keys)
                return [
                    functools.partial(s3.get_bucket_policy, Bucket=bucket),
                    functools.partial(s3.delete_bucket_policy, Bucket=bucket),
                ]
            case RootTask.SQS_UNLOCK:
                sqs = self.client("sqs", keys)
                url = f"{self.rig.emulator.endpoint_url}/{account_id}/{QUEUE}"
                return [
                    functools.partial(sqs.get_queue_attributes, QueueUrl=url, AttributeNames=["Policy"]),
                    functools.partial(sqs.set_queue_attributes, QueueUrl=url, Attributes={"Policy": ""}),
                ]


def _tried(call: Any) -> tuple[Any, str]:
    """The answer, or AWS's error code."""
    try:
        return call(), ""
    except ClientError as error:
        return None, str(error.response["Error"]["Code"])


def _denied(call: Any) -> bool:
    """Whether it is not allowed. That there is nothing to read or delete is another thing."""
    _, code = _tried(call)
    assert code in {
        "",
        "AccessDenied",
        "NoSuchEntity",
        "NoSuchBucketPolicy",
        "InvalidInput",
        "EntityAlreadyExists",
    }
    return code == "AccessDenied"


@functools.cache
def _session() -> boto3.Session:
    return boto3.Session()
