"""What CloudFormation calls for each kind of resource in a stack. It has no permissions of its own: the caller's have to allow it.

From the permissions that AWS publishes with the handlers of each resource type, less those for tags, which no stack of ours has.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/resource-type-schemas.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from rootwarden.policy import ContextValue


_SERVICE: Final = "cloudformation.amazonaws.com"
BY_CLOUDFORMATION: Final[Mapping[str, ContextValue]] = {
    "aws:CalledVia": (_SERVICE,),
    "aws:CalledViaFirst": _SERVICE,
    "aws:CalledViaLast": _SERVICE,
    "aws:ViaAWSService": "true",
}
"""What its calls carry besides."""


class Work(StrEnum):
    """What happens to a resource, in the word of its failure."""

    CREATE = "CREATE"
    UPDATE = "UPDATE"
    DELETE = "DELETE"


@dataclass(frozen=True, slots=True)
class _Handlers:
    """The calls of one resource type; creating and updating read afterwards."""

    read: tuple[str, ...]
    create: tuple[str, ...]
    update: tuple[str, ...]
    delete: tuple[str, ...]

    def of(self, work: Work) -> tuple[str, ...]:
        match work:
            case Work.CREATE:
                return tuple(dict.fromkeys((*self.create, *self.read)))
            case Work.UPDATE:
                return tuple(dict.fromkeys((*self.update, *self.read)))
            case Work.DELETE:
                return self.delete


def _all(service: str, names: str) -> tuple[str, ...]:
    return tuple(f"{service}:{name}" for name in names.split())


_HANDLERS: Final[Mapping[str, _Handlers]] = {
    "AWS::Events::Rule": _Handlers(
        _all("events", "DescribeRule ListTargetsByRule ListTagsForResource"),
        ("iam:PassRole", *_all("events", "DescribeRule PutRule PutTargets")),
        ("iam:PassRole", *_all("events", "DescribeRule PutRule RemoveTargets PutTargets")),
        ("iam:PassRole", *_all("events", "DescribeRule DeleteRule RemoveTargets ListTargetsByRule")),
    ),
    "AWS::Events::EventBus": _Handlers(
        _all("events", "DescribeEventBus ListTagsForResource"),
        _all("events", "CreateEventBus DescribeEventBus PutPermission ListTagsForResource"),
        _all("events", "PutPermission DescribeEventBus UpdateEventBus"),
        _all("events", "DescribeEventBus UpdateEventBus ListTagsForResource RemovePermission DeleteEventBus"),
    ),
    "AWS::Events::EventBusPolicy": _Handlers(  # published without permissions: inferred
        _all("events", "DescribeEventBus"),
        _all("events", "PutPermission"),
        _all("events", "PutPermission"),
        _all("events", "RemovePermission"),
    ),
    "AWS::IAM::ManagedPolicy": _Handlers(
        _all("iam", "GetPolicy ListEntitiesForPolicy GetPolicyVersion"),
        _all("iam", "CreatePolicy"),
        _all("iam", "GetPolicy ListPolicyVersions CreatePolicyVersion DeletePolicyVersion"),
        _all("iam", "GetPolicy ListPolicyVersions DeletePolicyVersion DeletePolicy ListEntitiesForPolicy"),
    ),
    "AWS::IAM::Role": _Handlers(
        _all("iam", "GetRole ListAttachedRolePolicies ListRolePolicies GetRolePolicy"),
        _all("iam", "CreateRole PutRolePolicy AttachRolePolicy GetRole"),
        _all(
            "iam",
            "UpdateRole UpdateRoleDescription UpdateAssumeRolePolicy DetachRolePolicy AttachRolePolicy "
            "DeleteRolePermissionsBoundary PutRolePermissionsBoundary DeleteRolePolicy PutRolePolicy",
        ),
        _all(
            "iam",
            "DeleteRole DetachRolePolicy DeleteRolePolicy GetRole ListAttachedRolePolicies ListRolePolicies",
        ),
    ),
    "AWS::KMS::Key": _Handlers(
        _all("kms", "DescribeKey GetKeyPolicy GetKeyRotationStatus ListResourceTags"),
        _all("kms", "CreateKey EnableKeyRotation PutKeyPolicy"),
        _all("kms", "DescribeKey EnableKeyRotation PutKeyPolicy UpdateKeyDescription ListResourceTags"),
        _all("kms", "DescribeKey ScheduleKeyDeletion"),
    ),
    "AWS::SNS::Subscription": _Handlers(
        _all("sns", "GetSubscriptionAttributes"),
        _all("sns", "Subscribe"),
        _all("sns", "SetSubscriptionAttributes"),
        _all("sns", "Unsubscribe GetSubscriptionAttributes"),
    ),
    "AWS::SNS::Topic": _Handlers(
        _all(
            "sns", "GetTopicAttributes ListTagsForResource ListSubscriptionsByTopic GetDataProtectionPolicy"
        ),
        _all("sns", "CreateTopic GetTopicAttributes"),
        _all("sns", "SetTopicAttributes GetTopicAttributes"),
        _all("sns", "GetTopicAttributes DeleteTopic"),
    ),
    "AWS::SNS::TopicPolicy": _Handlers(
        _all("sns", "GetTopicAttributes"),
        _all("sns", "SetTopicAttributes"),
        _all("sns", "SetTopicAttributes"),
        _all("sns", "SetTopicAttributes"),
    ),
}
_ONLY_WITH: Final[Mapping[str, str]] = {
    "iam:AttachRolePolicy": "ManagedPolicyArns",
    "iam:DetachRolePolicy": "ManagedPolicyArns",
    "iam:PutRolePolicy": "Policies",
    "iam:GetRolePolicy": "Policies",
    "iam:DeleteRolePolicy": "Policies",
    "iam:PutRolePermissionsBoundary": "PermissionsBoundary",
    "iam:DeleteRolePermissionsBoundary": "PermissionsBoundary",
    "iam:PassRole": "RoleArn",
    "kms:EnableKeyRotation": "EnableKeyRotation",
}
"""Calls that are made where the resource has a property."""
_WITHOUT_RESOURCE: Final = frozenset(
    {"kms:CreateKey", "sns:GetSubscriptionAttributes", "sns:SetSubscriptionAttributes", "sns:Unsubscribe"}
)
"""Calls that policies can allow on ``*`` only."""

_STEMS: Final[Mapping[str, tuple[str, str]]] = {
    "AWS::Events::EventBus": ("events:{here}:event-bus/", "Name"),
    "AWS::Events::EventBusPolicy": ("events:{here}:event-bus/", "EventBusName"),
    "AWS::Events::Rule": ("events:{here}:rule/", "Name"),
    "AWS::IAM::ManagedPolicy": ("iam::{account}:policy/", "ManagedPolicyName"),
    "AWS::IAM::Role": ("iam::{account}:role/", "RoleName"),
    "AWS::KMS::Key": ("kms:{here}:key/", "KeyId"),
    "AWS::SNS::Topic": ("sns:{here}:", "TopicName"),
}
"""How the ARN of each resource type begins, and the property that ends it."""
_OF_ANOTHER: Final[Mapping[str, str]] = {
    "AWS::SNS::Subscription": "TopicArn",
    "AWS::SNS::TopicPolicy": "Topics",
}
"""Resource types that have no ARN for policies, and the property that names whose it is."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a stack is."""

    partition: str
    account: str
    region: str
    stack: str


def stack_calls(
    template: Mapping[str, Any], logical_id: str, work: Work, place: Place
) -> Iterator[tuple[str, str]]:
    """Each action that CloudFormation takes on one resource of a template, with the ARN it is on.

    Resource types that are not in the table take none: the emulator lets them pass.
    """
    resource = template["Resources"][logical_id]
    handlers = _HANDLERS.get(str(resource.get("Type")))
    if handlers is None:
        return
    has = {*resource.get("Properties", {}), *_of_targets(resource)}
    for action in handlers.of(work):
        if action in _ONLY_WITH and _ONLY_WITH[action] not in has:
            continue
        if action == "iam:PassRole":
            yield from ((action, _arn(template, one, place)) for one in _roles_passed(resource))
        else:
            yield action, "*" if action in _WITHOUT_RESOURCE else _arn(template, logical_id, place)


def _targets(resource: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found = resource.get("Properties", {}).get("Targets", [])
    return found if isinstance(found, list) else []


def _of_targets(resource: Mapping[str, Any]) -> set[str]:
    return {name for target in _targets(resource) for name in target}


def _roles_passed(resource: Mapping[str, Any]) -> list[Any]:
    return [target["RoleArn"] for target in _targets(resource) if "RoleArn" in target]


def _arn(template: Mapping[str, Any], what: Any, place: Place) -> str:
    """The ARN of a resource by its logical id, of what a Ref or GetAtt names, or of what is written out."""
    if isinstance(what, Mapping):
        named = what.get("Ref") or what.get("Fn::GetAtt", [""])
        what = named[0] if isinstance(named, list) else str(named).partition(".")[0]
    resource = template["Resources"].get(what)
    if resource is None:
        return str(what)
    given, kind = resource.get("Properties", {}), str(resource["Type"])
    if kind in _OF_ANOTHER:
        (owner,) = given[_OF_ANOTHER[kind]] if kind.endswith("Policy") else (given[_OF_ANOTHER[kind]],)
        return _arn(template, owner, place)

    def name(member: str) -> str:
        # CloudFormation ends the names that it makes up with twelve random characters.
        found = given.get(member, f"{place.stack}-{what}-EMULATED")
        return found if isinstance(found, str) else _last(_arn(template, found, place))

    stem, member = _STEMS[kind]
    bus = f"{name('EventBusName')}/" if kind == "AWS::Events::Rule" and "EventBusName" in given else ""
    where = stem.format(here=f"{place.region}:{place.account}", account=place.account)
    return f"arn:{place.partition}:{where}{bus}{name(member)}"


def _last(arn: str) -> str:
    return arn.rpartition("/")[2].rpartition(":")[2]
