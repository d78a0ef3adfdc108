"""Ten ways to be locked out of a bucket or queue, or not; each between two statements that have to stay as they are."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from rootwarden.model.ids import AccountId
from rootwarden.model.unlock import Resource, ResourceKind

OWNER = AccountId("333333333333")
REGION = "eu-central-1"
ADMIN = f"arn:aws:iam::{OWNER}:user/Administrator"
READER = f"arn:aws:iam::{OWNER}:role/Reader"
BUCKET = Resource(ResourceKind.BUCKET, "aws", OWNER, "shop-orders", REGION)
QUEUE = Resource(ResourceKind.QUEUE, "aws", OWNER, "shop-orders", REGION)
DELETED = "AROADELETEDROLE00000X"

Statement = dict[str, Any]


@dataclass(frozen=True)
class Lock:
    """One way."""

    name: str
    locking: Statement | None
    """The statement that locks, without Action and Resource; None for none."""
    has_policy: bool = True
    repaired: Statement = field(default_factory=dict)
    """What is different in it after a repair for the administrator."""
    sure: bool = True
    """Whether it surely locks wherever the administrator calls from."""

    def policy(self, resource: Resource) -> str | None:
        """The whole policy."""
        if not self.has_policy:
            return None
        first, last = kept(resource)
        middle = [] if self.locking is None else [self.statement(resource)]
        return json.dumps({"Version": "2012-10-17", "Statement": [first, *middle, last]})

    def statement(self, resource: Resource) -> Statement:
        """The locking statement."""
        assert self.locking is not None
        return {"Sid": "Lock", "Effect": "Deny", **self.locking, **scope(resource)}

    def after(self, resource: Resource) -> Statement:
        """The same after the repair."""
        return {**self.statement(resource), **self.repaired}


def scope(resource: Resource) -> Statement:
    """Everything on the bucket and in it, or on the queue."""
    if resource.kind is ResourceKind.BUCKET:
        return {"Action": "s3:*", "Resource": [resource.arn, f"{resource.arn}/*"]}
    return {"Action": "sqs:*", "Resource": resource.arn}


def kept(resource: Resource) -> tuple[Statement, Statement]:
    """A guard against plain HTTP, and a grant to a service: neither locks anybody."""
    allowed = (
        {"Action": "s3:GetObject", "Resource": f"{resource.arn}/*"}
        if resource.kind is ResourceKind.BUCKET
        else {"Action": "sqs:SendMessage", "Resource": resource.arn}
    )
    return (
        {
            "Sid": "OnlyTls",
            "Effect": "Deny",
            "Principal": "*",
            **scope(resource),
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        },
        {
            "Sid": "Service",
            "Effect": "Allow",
            "Principal": {"Service": "cloudfront.amazonaws.com"},
            **allowed,
            "Condition": {"StringEquals": {"aws:SourceAccount": OWNER}},
        },
    )


def _unless(operator: str, key: str, value: Any) -> Statement:
    return {"Principal": "*", "Condition": {operator: {key: value}}}


_EXCEPTED: Statement = {"ArnNotEquals": {"aws:PrincipalArn": ADMIN}}
_GONE = f"arn:aws:iam::{OWNER}:role/Gone"

LOCKS = (
    Lock("deny everyone everything", {"Principal": "*"}, repaired={"Condition": _EXCEPTED}),
    Lock(
        "NotPrincipal",
        {"NotPrincipal": {"AWS": [f"arn:aws:iam::{OWNER}:role/Ops"]}},
        repaired={"Condition": _EXCEPTED},
    ),
    Lock(
        "unless a VPC endpoint",
        _unless("StringNotEquals", "aws:SourceVpce", "vpce-0123456789abcdef0"),
        repaired={
            "Condition": {"StringNotEquals": {"aws:SourceVpce": "vpce-0123456789abcdef0"}, **_EXCEPTED}
        },
    ),
    Lock(
        "unless an organization",
        _unless("StringNotEquals", "aws:PrincipalOrgID", "o-anotherorg1"),
        repaired={"Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o-anotherorg1"}, **_EXCEPTED}},
    ),
    Lock(
        "source IP",
        _unless("NotIpAddress", "aws:SourceIp", ["10.0.0.0/8", "192.168.0.0/16"]),
        repaired={
            "Condition": {"NotIpAddress": {"aws:SourceIp": ["10.0.0.0/8", "192.168.0.0/16"]}, **_EXCEPTED}
        },
        sure=False,
    ),
    Lock(
        "a principal that no longer exists",
        {"NotPrincipal": {"AWS": DELETED}},
        repaired={"Condition": _EXCEPTED},
    ),
    Lock(
        "all but a deleted role",
        _unless("ArnNotEquals", "aws:PrincipalArn", _GONE),
        repaired={"Condition": {"ArnNotEquals": {"aws:PrincipalArn": [_GONE, ADMIN]}}},
    ),
    Lock(
        "TLS-only mixed with a lock",
        {"Principal": {"AWS": "*"}, "Condition": {"Bool": {"aws:SecureTransport": "true"}}},
        repaired={"Condition": {"Bool": {"aws:SecureTransport": "true"}, **_EXCEPTED}},
    ),
    Lock("a sound policy", None),
    Lock("none", None, has_policy=False),
)
LOCKING = tuple(one for one in LOCKS if one.locking is not None)
