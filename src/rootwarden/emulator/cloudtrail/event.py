"""One recorded event: its record as text, and what it can be found by."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

_TYPES: Mapping[str, str] = {
    "bucketName": "AWS::S3::Bucket",
    "userName": "AWS::IAM::User",
    "roleName": "AWS::IAM::Role",
    "roleArn": "AWS::IAM::Role",
    "queueUrl": "AWS::SQS::Queue",
    "accessKeyId": "AWS::IAM::AccessKey",
}


@dataclass(frozen=True, slots=True)
class Event:
    """One event of one account and Region."""

    id: str
    name: str
    source: str
    when: datetime
    account: str
    region: str
    read_only: bool
    username: str
    access_key_id: str
    resources: tuple[tuple[str, str], ...]
    """Type and name of each resource."""
    text: str
    """The record, as JSON."""


def event_of(record: Mapping[str, Any], when: datetime) -> Event:
    """The event of a record."""
    identity = record["userIdentity"]
    return Event(
        id=record["eventID"],
        name=record["eventName"],
        source=record["eventSource"],
        when=when,
        account=record["recipientAccountId"],
        region=record["awsRegion"],
        read_only=record["readOnly"],
        username=_username(identity),
        access_key_id=identity.get("accessKeyId", ""),
        resources=tuple(_resources(record)),
        text=json.dumps(record, separators=(",", ":"), default=str),
    )


def _username(identity: Mapping[str, Any]) -> str:
    """A user's name, a role session's name, ``root``; nothing for a caller from another account."""
    if identity["type"] == "Root":
        return "root"
    return str(identity.get("userName") or identity.get("arn", "").rpartition("/")[2])


def _resources(record: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What LookupEvents lists: it goes by well-known members of request and response. For AssumeRoot it is inferred."""
    found: dict[tuple[str, str], None] = {}
    response = record["responseElements"] or {}
    for part in (record["requestParameters"] or {}, response, response.get("credentials") or {}):
        for member, kind in _TYPES.items():
            if isinstance(part.get(member), str):
                found[kind, part[member]] = None
    return list(found)
