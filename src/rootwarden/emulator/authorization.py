"""May the caller do this? Answered by evaluating the real policy documents.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache

from rootwarden.emulator.answers import AwsAnswer
from rootwarden.emulator.call import Call
from rootwarden.emulator.condition_keys import condition_keys
from rootwarden.emulator.grants import EVERYTHING, Grant, grant_by, refusal_by
from rootwarden.emulator.holdings import Holding, holding
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
    ResourcePolicy,
    evaluate,
    parse_policy,
)

_ACCOUNT_FIELD = 4
OWN_ACCOUNT_ONLY = frozenset(
    f"sqs:{name}"
    for name in (
        "addpermission",
        "cancelmessagemovetask",
        "createqueue",
        "deletequeue",
        "listmessagemovetasks",
        "listqueues",
        "listqueuetags",
        "removepermission",
        "setqueueattributes",
        "startmessagemovetask",
        "tagqueue",
        "untagqueue",
    )
)
"""What no policy opens to another account.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
"""

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
    world: World,
    call: Call,
    action: str,
    resource: str,
    extra: Mapping[str, ContextValue],
    *,
    bare: bool = False,
    is_granted: bool = False,
) -> None:
    """Raises AwsAnswer unless the call's policies allow the action on the resource.

    ``bare`` leaves the reason out of the text, as AWS does for AssumeRoot; ``is_granted`` says that the resource itself
    allows the caller, so that no identity policy has to. An answer that stays open (a condition the evaluator does not
    know, or an RCP on AssumeRoot, of which nobody knows whether it applies) is a denial. The caller holds the world's
    lock.
    """
    caller, partition = call.caller, world.organization.partition
    held = holding(call, resource, partition)
    owner = held.owner if held else _owner(resource) or caller.account
    own = held is not None and owner == caller.account
    layers = Layers(
        identity=None if caller.is_root else (*caller.policies, *((EVERYTHING,) if is_granted else ())),
        boundary=None if caller.boundary is None else (caller.boundary,),
        ceiling=(_ceiling(caller.task, partition),) if caller.task else (),
        scp_levels=world.organization.scp_levels(caller.account),
        rcp_levels=world.organization.rcp_levels(owner),
        resource=ResourcePolicy(owner, held.policies) if held and own else None,
    )
    request = Request(action, resource, {**condition_keys(world, call, owner), **extra})
    decision = evaluate(request, layers)
    if decision.answer is Answer.ALLOW and held and not own:
        decision = _across_accounts(request, held)
    if decision.answer is Answer.ALLOW:
        return
    if call.service == "s3" and owner != caller.account:  # S3 gives its reasons within an account only
        raise AwsAnswer("AccessDenied", "Access Denied", 403)
    raise denied(
        caller, action, resource, "" if bare else _reason(decision, action), json_service=_is_json(call)
    )


def _across_accounts(request: Request, held: Holding) -> Decision:
    """What the policy of another account's bucket or queue says: without its word nobody gets in."""
    refused = refusal_by(request, held.policies)
    if refused is not None:
        return refused
    allowed = request.action_folded not in OWN_ACCOUNT_ONLY and (
        grant_by(request, held.policies) is not Grant.NOBODY
    )
    return Decision(Answer.ALLOW if allowed else Answer.DENY, explicit=False, layer=Layer.RESOURCE_POLICY)


def denied(
    caller: Principal, action: str, resource: str, reason: str = "", *, json_service: bool = False
) -> AwsAnswer:
    """AWS's text for a caller who may not."""
    service = action.partition(":")[0]
    if service == "sqs":  # writes its actions in lower case
        reason, action = reason.replace(action, action.lower()), action.lower()
    shown = f" on resource: {resource}"
    if service == "s3":  # quotes the resource, and has none for the list of buckets (the latter inferred)
        shown = "" if resource == "*" else f' on resource: "{resource}"'
    text = f"User: {caller.arn} is not authorized to perform: {action}{shown}{reason}"
    if service == "sqs":  # JSON clients learn the old code of the query protocol; status as in that protocol
        headers = {"x-amzn-query-error": "AccessDenied;Sender"}
        return AwsAnswer("AccessDeniedException", text, 403, headers=headers)
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
