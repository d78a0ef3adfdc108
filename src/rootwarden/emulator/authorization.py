"""May the caller do this? Answered by evaluating the real policy documents.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache

from rootwarden.emulator.answers import AwsAnswer
from rootwarden.emulator.call import Call
from rootwarden.emulator.keyring import Principal
from rootwarden.emulator.world import World
from rootwarden.model.tasks import RootTask
from rootwarden.policy import (
    Answer,
    ContextValue,
    Decision,
    Layer,
    Layers,
    Policy,
    Request,
    evaluate,
    parse_policy,
)

_GLOBAL_SERVICES = ("iam", "organizations", "account", "cloudfront", "route53")
_CONTROL_REGIONS = {"aws": "us-east-1", "aws-us-gov": "us-gov-west-1", "aws-cn": "cn-north-1"}
_ACCOUNT_FIELD = 4

_EXPLICIT = {
    Layer.IDENTITY: "an identity-based policy",
    Layer.BOUNDARY: "a permissions boundary",
    # Not seen live for a root session: inferred from what AWS says of other sessions with a session policy.
    Layer.TASK_POLICY: "a session policy",
    Layer.SCP: "a service control policy",
    Layer.RCP: "a resource control policy",
    Layer.RESOURCE_POLICY: "a resource-based policy",
}


def authorize(
    world: World, call: Call, action: str, resource: str, extra: Mapping[str, str], *, bare: bool = False
) -> None:
    """Raises AwsAnswer unless the call's policies allow the action on the resource.

    ``bare`` leaves the reason out of the text, as AWS does for AssumeRoot. An answer that stays open (a condition the
    evaluator does not know, or an RCP on AssumeRoot, of which nobody knows whether it applies) is a denial. The caller
    holds the world's lock.
    """
    caller = call.caller
    owner = _owner(resource) or caller.account
    layers = Layers(
        identity=None if caller.is_root else caller.policies,
        boundary=None if caller.boundary is None else (caller.boundary,),
        ceiling=(_ceiling(caller.task, world.organization.partition),) if caller.task else (),
        scp_levels=world.organization.scp_levels(caller.account),
        rcp_levels=world.organization.rcp_levels(owner),
    )
    context = {**_context(world, call, owner), **extra}
    decision = evaluate(Request(action, resource, context), layers)
    if decision.answer is not Answer.ALLOW:
        raise denied(
            caller, action, resource, "" if bare else _reason(decision, action), json_service=_is_json(call)
        )


def denied(
    caller: Principal, action: str, resource: str, reason: str = "", *, json_service: bool = False
) -> AwsAnswer:
    """AWS's text for a caller who may not."""
    text = f"User: {caller.arn} is not authorized to perform: {action} on resource: {resource}{reason}"
    return AwsAnswer("AccessDeniedException", text) if json_service else AwsAnswer("AccessDenied", text, 403)


def _is_json(call: Call) -> bool:
    return call.protocol == "json"


def _reason(decision: Decision, action: str) -> str:
    layer = decision.layer or Layer.IDENTITY
    if decision.explicit:
        return f" with an explicit deny in {_EXPLICIT[layer]}"
    kind = _EXPLICIT[layer].partition(" ")[2]
    return f" because no {kind} allows the {action} action"


@cache
def _ceiling(task: RootTask, partition: str) -> Policy:
    document = json.dumps(task.document).replace("arn:aws:", f"arn:{partition}:")
    return parse_policy(document, name=task.policy_name)


def _owner(resource: str) -> str | None:
    parts = resource.split(":")
    found = parts[_ACCOUNT_FIELD] if len(parts) > _ACCOUNT_FIELD else ""
    return found if found.isdigit() else None


def _context(world: World, call: Call, owner: str) -> dict[str, ContextValue]:
    """The global condition keys of a request.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
    """
    caller, organization = call.caller, world.organization
    is_global = call.service in _GLOBAL_SERVICES
    found: dict[str, ContextValue] = {
        "aws:PrincipalArn": _principal_arn(caller),
        "aws:PrincipalAccount": caller.account,
        "aws:PrincipalType": _principal_type(caller),
        "aws:userid": caller.user_id,
        "aws:ResourceAccount": owner,
        "aws:RequestedRegion": _CONTROL_REGIONS[organization.partition] if is_global else call.region,
        "aws:SecureTransport": "true",  # the emulator stands for AWS's own endpoints, which are always TLS
    }
    account = organization.account(caller.account)
    if account is not None:
        found["aws:PrincipalOrgID"] = organization.id
        if account.parent is not None:
            found["aws:PrincipalOrgPaths"] = (organization.path_of_ids(account.parent),)
    if organization.account(owner) is not None:
        found["aws:ResourceOrgID"] = organization.id
    if caller.task is not None:
        found["aws:AssumedRoot"] = "true"
    if caller.source_identity is not None:
        found["aws:SourceIdentity"] = caller.source_identity
    if ":user/" in caller.arn:
        found["aws:username"] = caller.arn.rpartition("/")[2]
    return found


def _principal_arn(caller: Principal) -> str:
    """For a role session the role's ARN, not the session's."""
    head, found, tail = caller.arn.partition(":assumed-role/")
    if not found:
        return caller.arn
    return f"{head.replace(':sts:', ':iam:')}:role/{tail.rpartition('/')[0]}"


def _principal_type(caller: Principal) -> str:
    if caller.is_root:
        return "Account"
    return "User" if ":user/" in caller.arn else "AssumedRole"
