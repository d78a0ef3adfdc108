"""sts:AssumeRoot, the one call that opens a root session. Only ``sessions`` may import this file.

https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoot.html
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rootwarden.aws.error_codes import aws_call

if TYPE_CHECKING:
    from datetime import datetime

    from mypy_boto3_sts import STSClient

    from rootwarden.model.ids import AccountId
    from rootwarden.model.tasks import RootTask


@dataclass(frozen=True, slots=True)
class RootKeys:
    """The credentials of a root session. Secret and token never appear in its text."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    token: str = field(repr=False)
    expires: datetime
    source_identity: str | None = None
    request_id: str | None = None


def assume_root(
    sts: STSClient, *, account: AccountId, task: RootTask, partition: str, seconds: int
) -> RootKeys:
    """Opens a session as the root user of a member account, limited to one task, for 1 to 900 seconds.

    ``sts`` has to be a client of a regional endpoint. Raises AwsError.
    """
    with aws_call("sts:AssumeRoot"):
        answer = sts.assume_root(
            TargetPrincipal=account,
            TaskPolicyArn={"arn": task.policy_arn(partition)},
            DurationSeconds=seconds,
        )
    keys = answer["Credentials"]
    return RootKeys(
        access_key_id=keys["AccessKeyId"],
        secret_access_key=keys["SecretAccessKey"],
        token=keys["SessionToken"],
        expires=keys["Expiration"],
        source_identity=answer.get("SourceIdentity"),
        request_id=answer["ResponseMetadata"].get("RequestId"),
    )
