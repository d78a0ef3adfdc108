"""What administrators, and the world, would ask of a bucket or queue, with what is known of their context. Pure.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Final

from rootwarden.model.unlock import Resource, ResourceKind
from rootwarden.policy import UNKNOWN, ContextValue, Request

ESSENTIAL: Final = {
    ResourceKind.BUCKET: ("s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy"),
    ResourceKind.QUEUE: ("sqs:GetQueueAttributes", "sqs:SetQueueAttributes"),
}
"""Whoever may do these can put everything else right without root: who may not is locked out."""
USUAL: Final = {
    ResourceKind.BUCKET: ("s3:ListBucket", "s3:GetObject", "s3:PutObject", "s3:DeleteObject"),
    ResourceKind.QUEUE: ("sqs:SendMessage", "sqs:ReceiveMessage", "sqs:DeleteMessage"),
}
"""Everyday actions, which a reader wants to know about."""
ON_OBJECTS: Final = frozenset({"s3:GetObject", "s3:PutObject", "s3:DeleteObject"})

_SIGNED_BY_S3: Final = {
    "s3:authtype": "REST-HEADER",
    "s3:signatureversion": "AWS4-HMAC-SHA256",
    "s3:signatureage": "0",
    "s3:tlsversion": "1.3",
}
"""What every current SDK sends."""
_NOT_DIRECT: Final = frozenset(
    {
        "aws:assumedroot",
        "aws:sourcearn",
        "aws:sourceaccount",
        "aws:sourceorgid",
        "aws:sourceorgpaths",
        "aws:principalservicename",
        "aws:principalservicenameslist",
        "aws:tagkeys",
    }
)
"""Keys that the direct request of a user or role does not have."""
_NOT_DIRECT_BEGIN: Final = ("aws:calledvia", "aws:requesttag/")
_OPEN_IN_S3: Final = frozenset({"s3:x-amz-content-sha256"})
"""The one key of S3's that a request about a bucket's policy may have or not; it has none of the others.

So a Deny of everything that lacks some x-amz header denies the policy's actions always.
"""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where administrators call from. Without an address or a VPC: from outside of every VPC, whatever the address."""

    address: str | None = None
    endpoint: str | None = None
    """A VPC endpoint."""
    vpc: str | None = None

    @property
    def words(self) -> str:
        """The origin in a sentence about a call."""
        if self.address:
            return f"from {self.address}"
        if self.endpoint:
            return f"through VPC endpoint {self.endpoint}"
        return f"from VPC {self.vpc}" if self.vpc else "from outside of every VPC endpoint"

    def context(self) -> dict[str, ContextValue]:
        """The keys that say where a request comes from; one that is not here is absent."""
        if self.endpoint or self.vpc:
            inside: dict[str, ContextValue] = {
                "aws:sourcevpce": self.endpoint or UNKNOWN,
                "aws:sourcevpc": self.vpc or UNKNOWN,
            }
            return inside | dict.fromkeys(_INSIDE, UNKNOWN)
        return {"aws:sourceip": self.address or UNKNOWN}


_INSIDE: Final = (
    "aws:vpcsourceip",
    "aws:sourcevpcarn",
    "aws:vpceaccount",
    "aws:vpceorgid",
    "aws:vpceorgpaths",
)
WHERE: Final = frozenset({"aws:sourceip", "aws:sourcevpc", "aws:sourcevpce", *_INSIDE})
"""Keys about where a request comes from."""


def origin_of(text: str) -> Origin | None:
    """The origin a user named: an address, ``vpce-…`` or ``vpc-…``; None for anything else."""
    if text.startswith("vpce-"):
        return Origin(endpoint=text)
    if text.startswith("vpc-"):
        return Origin(vpc=text)
    try:
        return Origin(address=str(ipaddress.ip_address(text)))
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known about the resource, its organization, and where its administrators call from."""

    resource: Resource
    organization_id: str
    org_paths: ContextValue
    """``aws:PrincipalOrgPaths`` of the account, or UNKNOWN."""
    origin: Origin = Origin()

    def by(self, principal: str | None, action: str, keys: frozenset[str]) -> Request:
        """A request of a user or role of the account; None for any of them. ``keys`` are those that policies ask for."""
        known = self.about_resource() | self.origin.context() | self._who(principal)
        absent = _NOT_DIRECT | WHERE | {"aws:username"}
        if self.resource.kind is ResourceKind.BUCKET:
            absent |= {key for key in keys if key.startswith("s3:") and key not in _OPEN_IN_S3}
        open_ones = {
            key
            for key in keys
            if key not in known and key not in absent and not key.startswith(_NOT_DIRECT_BEGIN)
        }
        return Request(action, self.arn_for(action), dict.fromkeys(open_ones, UNKNOWN) | known)

    def arn_for(self, action: str) -> str:
        """The ARN an action is about: the bucket, an object in it, or the queue."""
        return f"{self.resource.arn}/any-object" if action in ON_OBJECTS else self.resource.arn

    def about_resource(self) -> dict[str, ContextValue]:
        """What every request about the resource has."""
        resource = self.resource
        known: dict[str, ContextValue] = {
            "aws:resourceaccount": resource.account,
            "aws:resourceorgid": self.organization_id,
            "aws:resourceorgpaths": self.org_paths,
            "aws:requestedregion": resource.region,
            "aws:securetransport": "true",
            "aws:viaawsservice": "false",
            "aws:principalisawsservice": "false",
        }
        if resource.kind is ResourceKind.BUCKET:
            known |= {**_SIGNED_BY_S3, "s3:resourceaccount": resource.account}
        return known

    def _who(self, principal: str | None) -> dict[str, ContextValue]:
        known: dict[str, ContextValue] = {
            "aws:principalarn": principal or UNKNOWN,
            "aws:principalaccount": self.resource.account,
            "aws:principalorgid": self.organization_id,
            "aws:principalorgpaths": self.org_paths,
        }
        if principal is not None:
            is_user = ":user/" in principal
            known["aws:principaltype"] = "User" if is_user else "AssumedRole"
            if is_user:
                known["aws:username"] = principal.rpartition("/")[2]
        else:
            known["aws:username"] = UNKNOWN
        return known
