"""The IAM action and the resource of the operations that moto answers, as far as policies can tell them apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from rootwarden.emulator.call import Call

_PREFIXES: Mapping[str, str] = {
    "elbv2": "elasticloadbalancing",
    "stepfunctions": "states",
    "resourcegroupstaggingapi": "tag",
    "opensearch": "es",
    "emr": "elasticmapreduce",
    "sso-admin": "sso",
}

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
_S3_ACTIONS: Mapping[str, str] = {
    "CompleteMultipartUpload": "PutObject",
    "CopyObject": "PutObject",
    "CreateMultipartUpload": "PutObject",
    "DeleteBucketCors": "PutBucketCORS",
    "DeleteBucketEncryption": "PutEncryptionConfiguration",
    "DeleteBucketLifecycle": "PutLifecycleConfiguration",
    "DeleteBucketReplication": "PutReplicationConfiguration",
    "DeleteBucketTagging": "PutBucketTagging",
    "DeleteObjects": "DeleteObject",
    "DeletePublicAccessBlock": "PutBucketPublicAccessBlock",
    "GetBucketEncryption": "GetEncryptionConfiguration",
    "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
    "GetBucketNotificationConfiguration": "GetBucketNotification",
    "GetBucketReplication": "GetReplicationConfiguration",
    "GetObjectLockConfiguration": "GetBucketObjectLockConfiguration",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "HeadBucket": "ListBucket",
    "HeadObject": "GetObject",
    "ListBuckets": "ListAllMyBuckets",
    "ListMultipartUploads": "ListBucketMultipartUploads",
    "ListObjectVersions": "ListBucketVersions",
    "ListObjects": "ListBucket",
    "ListObjectsV2": "ListBucket",
    "ListParts": "ListMultipartUploadParts",
    "PutBucketEncryption": "PutEncryptionConfiguration",
    "PutBucketLifecycleConfiguration": "PutLifecycleConfiguration",
    "PutBucketNotificationConfiguration": "PutBucketNotification",
    "PutBucketReplication": "PutReplicationConfiguration",
    "PutObjectLockConfiguration": "PutBucketObjectLockConfiguration",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
    "UploadPart": "PutObject",
    "UploadPartCopy": "PutObject",
}
_IAM_KINDS = (
    ("UserName", "user"),
    ("RoleName", "role"),
    ("GroupName", "group"),
    ("InstanceProfileName", "instance-profile"),
)
_IAM_LISTS = {"ListUsers": "user/", "ListRoles": "role/", "ListGroups": "group/", "ListPolicies": "policy/"}


def action(call: Call) -> str:
    """The action policies name: mostly the operation, under the service's prefix."""
    name = call.operation
    if call.service == "s3":
        name = _S3_ACTIONS.get(name, name)
    elif call.service == "sqs":
        name = name.removesuffix("Batch")
    return f"{_PREFIXES.get(call.service, call.service)}:{name}"


def resource(call: Call, partition: str) -> str:
    """The resource's ARN, for the services of ``_RESOURCES``; ``*`` for everybody else."""
    found = _RESOURCES.get(call.service)
    return found(call, partition) if found else "*"


def _s3(call: Call, partition: str) -> str:
    bucket, key = call.params.get("Bucket"), call.params.get("Key")
    if not bucket:
        return "*"
    if call.operation == "DeleteObjects":  # its keys are in the body
        key = "*"
    return f"arn:{partition}:s3:::{bucket}" + (f"/{key}" if key else "")


def _sqs(call: Call, partition: str) -> str:
    account = str(call.params.get("QueueOwnerAWSAccountId") or call.caller.account)
    name = str(call.params.get("QueueName") or "")
    *above, last = str(call.params.get("QueueUrl") or "").rsplit("/", 2)
    if last:
        account, name = (above[-1] if above else account), last
    return f"arn:{partition}:sqs:{call.region}:{account}:{name}"


def _iam(call: Call, partition: str) -> str:
    own = f"arn:{partition}:iam::{call.caller.account}:"
    for member, kind in _IAM_KINDS:
        if call.params.get(member):
            return f"{own}{kind}/{call.params[member]}"
    if call.params.get("PolicyArn"):
        return str(call.params["PolicyArn"])
    return own + _IAM_LISTS[call.operation] if call.operation in _IAM_LISTS else "*"


def _kms(call: Call, partition: str) -> str:
    key = str(call.params.get("KeyId") or "")
    if not key or key.startswith("arn:"):
        return key or "*"
    kind = "" if key.startswith("alias/") else "key/"
    return f"arn:{partition}:kms:{call.region}:{call.caller.account}:{kind}{key}"


def _cloudformation(call: Call, partition: str) -> str:
    name = str(call.params.get("StackName") or "")
    if not name or name.startswith("arn:"):
        return name or "*"
    return f"arn:{partition}:cloudformation:{call.region}:{call.caller.account}:stack/{name}/*"


def _events(call: Call, partition: str) -> str:
    name = str(call.params.get("Rule") or (call.params.get("Name") if "Rule" in call.operation else "") or "")
    bus = str(call.params.get("EventBusName") or "default").rpartition("/")[2]
    own = f"arn:{partition}:events:{call.region}:{call.caller.account}:"
    if not name or call.operation == "ListRules":
        return own + "rule/*" if call.operation == "ListRules" else "*"
    return f"{own}rule/{name}" if bus == "default" else f"{own}rule/{bus}/{name}"


def _sns(call: Call, partition: str) -> str:  # noqa: ARG001 - the shape of them all
    return str(call.params.get("TopicArn") or "*")


_RESOURCES: Mapping[str, Callable[[Call, str], str]] = {
    "cloudformation": _cloudformation,
    "events": _events,
    "iam": _iam,
    "kms": _kms,
    "s3": _s3,
    "sns": _sns,
    "sqs": _sqs,
}
