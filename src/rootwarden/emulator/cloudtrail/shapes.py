"""What an event shows of a call's request and answer: names as CloudTrail writes them, secrets left out.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from urllib.parse import parse_qsl

from rootwarden.emulator.call import Call
from rootwarden.emulator.happenings import Called

GLOBAL_SERVICES: Final = frozenset({"iam", "organizations", "account", "cloudfront", "route53"})
"""Recorded in the partition's control Region, wherever they were called."""
CONTROL_REGIONS: Final[Mapping[str, str]] = {
    "aws": "us-east-1",
    "aws-us-gov": "us-gov-west-1",
    "aws-cn": "cn-north-1",
}
DNS_SUFFIXES: Final[Mapping[str, str]] = {"aws-cn": "amazonaws.com.cn"}

_READ: Final = ("Get", "List", "Describe", "Lookup", "Head", "Simulate", "Search", "BatchGet", "Check")
# https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html: issuing credentials counts as reading,
# but for AssumeRoot.
_STS_WRITES: Final = frozenset({"AssumeRoot"})

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html: whatever names an object is a
# data event, and these are too.
_S3_DATA: Final = frozenset(
    {
        "DeleteObjects",
        "HeadBucket",
        "ListMultipartUploads",
        "ListObjects",
        "ListObjectsV2",
        "ListObjectVersions",
    }
)
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-logging-using-cloudtrail.html
# That reading a queue's attributes and listing queues are data events, or not recorded at all, is inferred.
_SQS_MANAGEMENT: Final = frozenset(
    {
        "AddPermission",
        "CancelMessageMoveTask",
        "CreateQueue",
        "DeleteQueue",
        "ListMessageMoveTasks",
        "PurgeQueue",
        "RemovePermission",
        "SetQueueAttributes",
        "StartMessageMoveTask",
        "TagQueue",
        "UntagQueue",
    }
)
_OTHER_DATA: Final = frozenset({"lambda:Invoke", "sns:Publish", "sns:PublishBatch"})
_S3_NAMES: Final[Mapping[str, str]] = {
    "GetBucketLifecycleConfiguration": "GetBucketLifecycle",
    "PutBucketLifecycleConfiguration": "PutBucketLifecycle",
    "GetBucketNotificationConfiguration": "GetBucketNotification",
    "PutBucketNotificationConfiguration": "PutBucketNotification",
}
_HIDDEN: Final = "****"


def is_management_event(call: Call) -> bool:
    """Whether event history and trails have the call; data events, such as reading an object, they have not."""
    if call.service == "s3":
        return "Key" not in call.params and call.operation not in _S3_DATA
    if call.service == "sqs":
        return call.operation in _SQS_MANAGEMENT
    return call.action not in _OTHER_DATA


def is_read_only(call: Call) -> bool:
    """The event's ``readOnly``."""
    if call.service == "sts":
        return call.operation not in _STS_WRITES
    return call.operation.startswith(_READ)


def event_name(call: Call) -> str:
    """The operation, which is called otherwise in a few events of S3."""
    return _S3_NAMES.get(call.operation, call.operation) if call.service == "s3" else call.operation


def region_of(call: Call, partition: str) -> str:
    """The Region an event is recorded in."""
    return CONTROL_REGIONS[partition] if call.service in GLOBAL_SERVICES else call.region


def host_of(call: Call, source: str, partition: str) -> str:
    """The host the client would have called in AWS."""
    suffix = DNS_SUFFIXES.get(partition, "amazonaws.com")
    if not call.host.startswith(("127.", "localhost")):
        return call.host
    if call.service == "iam":
        return f"iam.{suffix}"
    bucket = call.params.get("Bucket")
    prefix = f"{bucket}." if call.service == "s3" and bucket else ""
    region = CONTROL_REGIONS[partition] if call.service in GLOBAL_SERVICES else call.region
    return f"{prefix}{source.partition('.')[0]}.{region}.{suffix}"


def request_parameters(called: Called, host: str) -> dict[str, Any] | None:
    """``requestParameters``; None where the call has none."""
    if called.call.service == "s3":
        return _s3_parameters(called, host)
    shape = called.model.input_shape if called.model is not None else None
    shown: dict[str, Any] | None = _shown(shape, called.call.params, _replacement(called.call))
    return shown or None


def response_elements(called: Called) -> dict[str, Any] | None:
    """``responseElements``; None for what failed and what only reads, but for the credentials STS gives out."""
    call = called.call
    if called.refusal is not None or call.service == "s3":
        return None
    if is_read_only(call) and not (call.service == "sts" and "Credentials" in (called.output or {})):
        return None
    shape = called.model.output_shape if called.model is not None else None
    output = called.output if called.answer is None else _parsed(called)
    shown: dict[str, Any] | None = _shown(shape, output or {}, _replacement(call))
    return shown or None


def shown_time(when: datetime) -> str:
    """A time as CloudTrail shows it among parameters: ``Oct 25, 2024, 9:07:11 PM``."""
    return f"{when:%b} {when.day}, {when.year}, {(when.hour - 1) % 12 + 1}:{when:%M:%S %p}"


def _replacement(call: Call) -> str | None:
    """What stands for a secret: Organizations masks it, everybody else leaves it out."""
    return _HIDDEN if call.service == "organizations" else None


def _shown(shape: Any, value: Any, mask: str | None) -> Any:
    """A value under the names of CloudTrail. None means it is left out, as is whatever does not fit the model."""
    if shape is None or value is None or isinstance(value, bytes):
        return None
    if shape.metadata.get("sensitive"):
        return mask
    if isinstance(value, Mapping):
        return _members(shape, value, mask)
    if isinstance(value, list | tuple):
        return [_shown(shape.member, inner, mask) for inner in value] if shape.type_name == "list" else None
    return shown_time(value) if isinstance(value, datetime) else value


def _members(shape: Any, value: Mapping[str, Any], mask: str | None) -> dict[str, Any] | None:
    if shape.type_name == "map":
        return {str(key): _shown(shape.value, inner, mask) for key, inner in value.items()}
    if shape.type_name != "structure":
        return None
    members = ((name, _shown(shape.members.get(name), inner, mask)) for name, inner in value.items())
    return {name[:1].lower() + name[1:]: inner for name, inner in members if inner is not None}


def _s3_parameters(called: Called, host: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    bucket, request = called.call.params.get("Bucket"), called.request
    if request is not None and called.call.operation == "PutBucketPolicy":
        found["bucketPolicy"] = _document(request.body)
    if bucket:
        found["bucketName"] = bucket
    found["Host"] = host
    query = parse_qsl(request.query, keep_blank_values=True) if request is not None else []
    # A presigned address has its signature there.
    return found | {name: value for name, value in query if not name.lower().startswith("x-amz-")}


def _document(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return body.decode(errors="replace")


def _parsed(called: Called) -> Mapping[str, Any]:
    """moto's answer, read as a client would."""
    from botocore.parsers import create_parser  # noqa: PLC0415 - only moto's answers need it

    if called.answer is None or called.model is None or called.model.output_shape is None:
        return {}
    answer = {
        "body": called.answer.body,
        "headers": {name.lower(): value for name, value in called.answer.headers},
        "status_code": called.answer.status,
    }
    found: dict[str, Any] = create_parser(called.call.protocol).parse(answer, called.model.output_shape)
    return found
