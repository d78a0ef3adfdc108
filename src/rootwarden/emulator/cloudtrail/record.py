"""An answered call becomes the record CloudTrail keeps of it.

https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-track-privileged-tasks.html
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping
from datetime import datetime
from html import unescape
from typing import Any, Final

from rootwarden.emulator.cloudtrail import shapes
from rootwarden.emulator.happenings import LOOPBACK_ADDRESS, Called

TLS: Final[Mapping[str, str]] = {"tlsVersion": "TLSv1.3", "cipherSuite": "TLS_AES_128_GCM_SHA256"}
"""The emulator stands for AWS's own endpoints, which are always TLS."""

_VERSIONS: Final[Mapping[str, str]] = {"sts": "1.08"}  # as in AWS's published samples
_VERSION: Final = "1.10"
_ERROR: Final = 400
_NO_BODY: Final[Mapping[int, str]] = {403: "AccessDenied", 404: "NoSuchBucket"}  # HEAD has no text
_CODE = re.compile(rb"<Code>(.*?)</Code>", re.DOTALL)
_MESSAGE = re.compile(rb"<Message>(.*?)</Message>", re.DOTALL)


def stamp(when: datetime) -> str:
    """A time as ``eventTime`` has it, UTC in whole seconds."""
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


def record_of(called: Called, identity: Mapping[str, Any], account: str, partition: str) -> dict[str, Any]:
    """The record of a call, as the given account gets it."""
    call = called.call
    source = _source(called)
    host = shapes.host_of(call, source, partition)
    request = called.request
    found: dict[str, Any] = {
        "eventVersion": _VERSIONS.get(call.service, _VERSION),
        "userIdentity": identity,
        "eventTime": stamp(called.when),
        "eventSource": source,
        "eventName": shapes.event_name(call),
        "awsRegion": shapes.region_of(call, partition),
        "sourceIPAddress": request.source_address if request is not None else LOOPBACK_ADDRESS,
        "userAgent": called.user_agent,
    }
    error = error_of(called)
    if error is not None:
        found["errorCode"], found["errorMessage"] = error
    found |= {
        "requestParameters": shapes.request_parameters(called, host),
        "responseElements": None if error is not None else shapes.response_elements(called),
        "requestID": _request_id(called),
        "eventID": str(uuid.uuid4()),
        "readOnly": shapes.is_read_only(call),
    }
    resources = _resources(called, account, partition)
    if resources:
        found["resources"] = resources
    return found | {
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": account,
        "eventCategory": "Management",
        "tlsDetails": {**TLS, "clientProvidedHostHeader": host},
    }


def error_of(called: Called) -> tuple[str, str] | None:
    """``errorCode`` and ``errorMessage`` of a call that failed."""
    if called.refusal is not None:
        return _code(called, called.refusal.code), called.refusal.message
    answer = called.answer
    if answer is None or answer.status < _ERROR:
        return None
    if answer.body.lstrip().startswith(b"{"):
        return _json_error(answer.body)
    code_match, text = _CODE.search(answer.body), _MESSAGE.search(answer.body)
    code = code_match[1].decode() if code_match else _NO_BODY.get(answer.status, "InternalFailure")
    return _code(called, code), unescape(text[1].decode()) if text else ""


def _json_error(body: bytes) -> tuple[str, str]:
    try:
        found = json.loads(body)
    except ValueError:
        return "InternalFailure", ""
    code = str(found.get("__type", "")).rpartition("#")[2]
    return code or "InternalFailure", str(found.get("message") or found.get("Message") or "")


def _code(called: Called, code: str) -> str:
    """IAM's errors go by the names of their shapes: ``NoSuchEntityException`` for NoSuchEntity on the wire."""
    if called.call.service == "iam" and called.model is not None:
        for shape in called.model.error_shapes:
            if shape.error_code == code:
                return str(shape.name)
    return code


def _source(called: Called) -> str:
    prefix = called.call.service
    if called.model is not None:
        prefix = called.model.service_model.metadata.get("endpointPrefix", prefix)
    return f"{prefix}.amazonaws.com"


def _request_id(called: Called) -> str:
    """The one the client was given."""
    if called.answer is not None:
        for name, value in called.answer.headers:
            if name.lower() == "x-amzn-requestid":
                return str(value)
    return called.call.request_id


def _resources(called: Called, account: str, partition: str) -> list[dict[str, str]]:
    """``resources``: S3 and AssumeRole name theirs; in AWS's sample of AssumeRoot there is none."""
    call = called.call
    if call.service == "s3" and call.params.get("Bucket"):
        arn = f"arn:{partition}:s3:::{call.params['Bucket']}"
        return [{"accountId": account, "type": "AWS::S3::Bucket", "ARN": arn}]
    if call.operation == "AssumeRole" and called.refusal is None:
        role = str(call.params.get("RoleArn", ""))
        owner = role.split(":")[4] if role.count(":") >= 5 else account  # noqa: PLR2004 - fields of an ARN
        return [{"accountId": owner, "type": "AWS::IAM::Role", "ARN": role}]
    return []
