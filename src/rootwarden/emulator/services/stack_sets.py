"""CloudFormation: StackSets with service-managed permissions, which moto cannot have, since the organization is kept here.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStackSet.html
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

from rootwarden.emulator.answers import AwsAnswer
from rootwarden.emulator.authorization import authorize
from rootwarden.emulator.call import Call
from rootwarden.emulator.services.served import Served
from rootwarden.emulator.stack_permissions import BY_CLOUDFORMATION
from rootwarden.emulator.stack_sets import PRINCIPAL, Instance, Operation, Place, StackSet, described
from rootwarden.emulator.world import World

Answer = Mapping[str, Any]

_LARGEST_PAGE: Final = 100
_LARGEST_TEMPLATE: Final = 51_200


def _allowed(world: World, call: Call) -> None:
    """Who may: the management account, or a delegated administrator who says that he calls as one."""
    organization, caller = world.organization, call.caller.account
    as_delegate = call.params.get("CallAs") == "DELEGATED_ADMIN"
    if caller != organization.management_account_id and not (
        as_delegate and organization.is_delegate(caller, PRINCIPAL)
    ):
        raise _invalid(
            "You must be the management account or delegated admin account of an organization "
            "before operating a SERVICE_MANAGED stack set"
        )
    if not organization.trusts(PRINCIPAL):
        raise _invalid("You must enable organizations access to operate a service managed stack set")


def _invalid(text: str) -> AwsAnswer:
    return AwsAnswer("ValidationError", text)


def _named(world: World, call: Call) -> StackSet:
    found = world.stack_sets.by_name.get(_name(call))
    if found is None:
        raise AwsAnswer("StackSetNotFoundException", f"StackSet {_name(call)} not found", 404)
    world.stack_sets.settle()
    return found


def _name(call: Call) -> str:
    return str(call.params.get("StackSetName", "")).partition(":")[0]


def _arn(world: World, call: Call) -> str:
    manager = world.organization.management_account_id
    stem = f"arn:{world.organization.partition}:cloudformation:{call.region}:{manager}:stackset"
    return f"{stem}/{_name(call)}:*"


def _free(one: StackSet) -> None:
    running = one.running()
    if running is not None:
        text = f"Another Operation on StackSet {one.id} is in progress: {running.id}"
        raise AwsAnswer("OperationInProgressException", text, 409)


def _template(call: Call) -> str:
    body = str(call.params.get("TemplateBody", ""))
    if len(body) > _LARGEST_TEMPLATE:
        raise _invalid(
            f"1 validation error detected: Value at 'templateBody' failed to satisfy constraint: "
            f"Member must have length less than or equal to {_LARGEST_TEMPLATE}"
        )
    try:
        json.loads(body)
    except ValueError as error:
        raise _invalid("Template format error: JSON not well-formed.") from error
    return body


def _parameters(call: Call, before: Mapping[str, str]) -> dict[str, str]:
    return {
        str(one["ParameterKey"]): before.get(str(one["ParameterKey"]), "")
        if one.get("UsePreviousValue") in (True, "true")
        else str(one.get("ParameterValue", ""))
        for one in call.params.get("Parameters", ())
    }


def _create(world: World, call: Call) -> Answer:
    _allowed(world, call)
    if call.params.get("PermissionModel") != "SERVICE_MANAGED":
        raise _invalid("The emulator has StackSets with PermissionModel SERVICE_MANAGED only.")
    name, automatic = _name(call), call.params.get("AutoDeployment") or {}
    if name in world.stack_sets.by_name:
        raise AwsAnswer("NameAlreadyExistsException", f"The Name {name} already exists", 409)
    made = StackSet(
        name,
        f"{name}:{uuid.uuid4()}",
        _template(call),
        _parameters(call, {}),
        tuple(call.params.get("Capabilities", ())),
        str(call.params.get("Description", "")),
        auto_deployment=_flag(automatic, "Enabled"),
        retain=_flag(automatic, "RetainStacksOnAccountRemoval"),
    )
    world.stack_sets.by_name[name] = made
    return {"StackSetId": made.id}


def _flag(found: Mapping[str, Any], name: str) -> bool:
    return found.get(name) in (True, "true")


def _update(world: World, call: Call) -> Answer:
    _allowed(world, call)
    one = _named(world, call)
    _free(one)
    if not _flag(call.params, "UsePreviousTemplate"):
        one.template = _template(call)
    one.parameters = _parameters(call, one.parameters)
    one.description = str(call.params.get("Description", one.description))
    automatic = call.params.get("AutoDeployment")
    if automatic:
        one.auto_deployment = _flag(automatic, "Enabled")
        one.retain = _flag(automatic, "RetainStacksOnAccountRemoval")
    one.version += 1
    begun = world.stack_sets.begin(
        one, "UPDATE", list(one.instances), tolerated=_tolerated(call, one.instances)
    )
    return {"OperationId": begun.id}


def _delete(world: World, call: Call) -> Answer:
    _allowed(world, call)
    one = _named(world, call)
    _free(one)
    if one.instances or one.targets:
        raise AwsAnswer("StackSetNotEmptyException", "StackSet is not empty", 409)
    del world.stack_sets.by_name[one.name]
    return {}


def _describe(world: World, call: Call) -> Answer:
    _allowed(world, call)
    one = _named(world, call)
    return {
        "StackSet": {
            "StackSetName": one.name,
            "StackSetId": one.id,
            "StackSetARN": _arn(world, call).removesuffix("*") + one.id.partition(":")[2],
            "Description": one.description,
            "Status": "ACTIVE",
            "TemplateBody": one.template,
            "Parameters": described(one.parameters),
            "Capabilities": list(one.capabilities),
            "PermissionModel": "SERVICE_MANAGED",
            "AutoDeployment": {
                "Enabled": one.auto_deployment,
                "RetainStacksOnAccountRemoval": one.retain,
            },
            "OrganizationalUnitIds": sorted(one.targets),
            "Regions": sorted({region for regions in one.targets.values() for region in regions}),
        }
    }


def _list(world: World, call: Call) -> Answer:
    _allowed(world, call)
    found = [
        {
            "StackSetName": one.name,
            "StackSetId": one.id,
            "Status": "ACTIVE",
            "PermissionModel": "SERVICE_MANAGED",
        }
        for one in world.stack_sets.by_name.values()
    ]
    return _page(call, found)


def _create_instances(world: World, call: Call) -> Answer:
    _allowed(world, call)
    one = _named(world, call)
    _free(one)
    regions = [str(region) for region in call.params.get("Regions", ())]
    places: list[Place] = []
    for unit in _units(world, call):
        one.targets.setdefault(unit, set()).update(regions)
        for account in world.stack_sets.accounts_in(unit):
            for region in regions:
                one.instances.setdefault((account.id, region), Instance(unit, one.version))
                places.append((account.id, region))
    begun = world.stack_sets.begin(one, "CREATE", places, tolerated=_tolerated(call, places))
    return {"OperationId": begun.id}


def _delete_instances(world: World, call: Call) -> Answer:
    _allowed(world, call)
    one = _named(world, call)
    _free(one)
    regions = {str(region) for region in call.params.get("Regions", ())}
    units = _units(world, call)
    places = [
        place for place, instance in one.instances.items() if instance.unit in units and place[1] in regions
    ]
    for unit in units:
        left = one.targets.get(unit, set()) - regions
        if left:
            one.targets[unit] = left
        else:
            one.targets.pop(unit, None)
    begun = world.stack_sets.begin(one, "DELETE", ())
    begun.places = tuple(places)
    for place in places:
        world.stack_sets.remove(one, place, retain=_flag(call.params, "RetainStacks"))
    return {"OperationId": begun.id}


def _units(world: World, call: Call) -> list[str]:
    named = [
        str(one) for one in (call.params.get("DeploymentTargets") or {}).get("OrganizationalUnitIds", ())
    ]
    if not named:
        raise _invalid("OrganizationalUnitIds are required")  # text inferred
    for one in named:
        if one not in world.organization.containers:
            raise _invalid(f"Organizational unit {one} could not be found")  # text inferred
    return named


def _tolerated(call: Call, places: Collection[Place]) -> int:
    """How many accounts may fail in a Region before the operation stops."""
    wanted = call.params.get("OperationPreferences") or {}
    percent = int(wanted.get("FailureTolerancePercentage", 0))
    return int(wanted.get("FailureToleranceCount", percent * len({one[0] for one in places}) // 100))


def _instances(world: World, call: Call) -> Answer:
    _allowed(world, call)
    one = _named(world, call)
    account, region = call.params.get("StackInstanceAccount"), call.params.get("StackInstanceRegion")
    found = [
        _instance(one, place, instance)
        for place, instance in sorted(one.instances.items())
        if account in (None, place[0]) and region in (None, place[1])
    ]
    return _page(call, found)


def _instance(one: StackSet, place: Place, instance: Instance) -> dict[str, Any]:
    status, reason = instance.failure or ("SUCCEEDED", "")
    shown = {
        "StackSetId": one.id,
        "Account": place[0],
        "Region": place[1],
        "OrganizationalUnitId": instance.unit,
        "Status": "OUTDATED" if instance.failure or instance.version != one.version else "CURRENT",
        "StackInstanceStatus": {"DetailedStatus": status},
        "StatusReason": reason,
        "StackId": instance.stack or "",
        "LastOperationId": instance.operation,
        "DriftStatus": "NOT_CHECKED",
    }
    return {name: value for name, value in shown.items() if value}


def _operation_of(world: World, call: Call) -> tuple[StackSet, Operation]:
    one = _named(world, call)
    found = one.operations.get(str(call.params.get("OperationId", "")))
    if found is None:
        raise AwsAnswer("OperationNotFoundException", "No operation found", 404)
    return one, found


def _operation(world: World, call: Call) -> Answer:
    _allowed(world, call)
    one, found = _operation_of(world, call)
    shown = {
        "OperationId": found.id,
        "StackSetId": one.id,
        "Action": found.action,
        "Status": found.status,
        "CreationTimestamp": found.begun,
    }
    if found.status == "FAILED":
        shown["StatusReason"] = next(iter(found.failed.values()))
    found.looks += 1
    return {"StackSetOperation": shown}


def _operations(world: World, call: Call) -> Answer:
    _allowed(world, call)
    one = _named(world, call)
    found = [
        {
            "OperationId": each.id,
            "Action": each.action,
            "Status": each.status,
            "CreationTimestamp": each.begun,
        }
        for each in reversed(one.operations.values())
    ]
    return _page(call, found)


def _results(world: World, call: Call) -> Answer:
    _allowed(world, call)
    _, found = _operation_of(world, call)
    shown = [
        {
            "Account": place[0],
            "Region": place[1],
            "Status": "FAILED" if place in found.failed else "SUCCEEDED",
            "StatusReason": found.failed.get(place, ""),
        }
        for place in found.places
    ]
    return _page(call, shown)


def _page(call: Call, found: list[dict[str, Any]]) -> Answer:
    size = min(int(call.params.get("MaxResults", _LARGEST_PAGE)), _LARGEST_PAGE)
    start = int(call.params.get("NextToken", 0))
    answer: dict[str, Any] = {"Summaries": found[start : start + size]}
    if len(found) > start + size:
        answer["NextToken"] = str(start + size)
    return answer


def _management(world: World, call: Call) -> None:
    if call.caller.account != world.organization.management_account_id:
        text = "You must be the management account of an organization."  # inferred
        raise AwsAnswer("InvalidOperationException", text)


def _activate(world: World, call: Call) -> Answer:
    """CloudFormation asks Organizations and IAM with the caller's permissions.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-orgs-activate-trusted-access.html
    """
    _management(world, call)
    extra = {**BY_CLOUDFORMATION, "organizations:ServicePrincipal": PRINCIPAL}
    authorize(world, call, "organizations:EnableAWSServiceAccess", "*", extra)
    role = f"role/aws-service-role/{PRINCIPAL}/AWSServiceRoleForCloudFormationStackSetsOrgMember"
    arn = f"arn:{world.organization.partition}:iam::{call.caller.account}:{role}"
    extra = {**BY_CLOUDFORMATION, "iam:AWSServiceName": PRINCIPAL}
    authorize(world, call, "iam:CreateServiceLinkedRole", arn, extra)
    world.organization.trusted.setdefault(PRINCIPAL, world.clock.now())
    return {}


def _deactivate(world: World, call: Call) -> Answer:
    _management(world, call)
    world.organization.trusted.pop(PRINCIPAL, None)
    return {}


def _access(world: World, call: Call) -> Answer:
    if call.caller.account not in world.organization.accounts:
        raise AwsAnswer("InvalidOperationException", "The account is in no organization.")  # inferred
    return {"Status": "ENABLED" if world.organization.trusts(PRINCIPAL) else "DISABLED"}


_ON_SETS: Final[dict[str, Callable[[World, Call], Answer]]] = {
    "CreateStackSet": _create,
    "CreateStackInstances": _create_instances,
    "DeleteStackInstances": _delete_instances,
    "DeleteStackSet": _delete,
    "DescribeStackSet": _describe,
    "DescribeStackSetOperation": _operation,
    "ListStackInstances": _instances,
    "ListStackSetOperationResults": _results,
    "ListStackSetOperations": _operations,
    "UpdateStackSet": _update,
}

STACK_SETS: Final[dict[str, Served]] = {
    **{name: Served(handler, _arn) for name, handler in _ON_SETS.items()},
    "ListStackSets": Served(_list),
    "ActivateOrganizationsAccess": Served(_activate),
    "DeactivateOrganizationsAccess": Served(_deactivate),
    "DescribeOrganizationsAccess": Served(_access),
}
"""Handlers by operation."""
