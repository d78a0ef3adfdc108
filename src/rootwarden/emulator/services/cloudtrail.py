"""CloudTrail: the trails of the organization file, as their owner and as a member account see them.

A trail shows in its home Region, and in the others as a shadow while it is a multi-Region trail; an organization trail
shows in every member account as a shadow, by its ARN only.
https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_DescribeTrails.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, Final

from rootwarden.emulator.answers import AwsAnswer
from rootwarden.emulator.call import Call
from rootwarden.emulator.org_file import TrailSpec
from rootwarden.emulator.services.served import Served
from rootwarden.emulator.world import World

Answer = Mapping[str, Any]

_DELIVERY: Final = timedelta(minutes=5)  # CloudTrail delivers about every five minutes
_RUNNING: Final = timedelta(days=700)


def _arn(world: World, trail: TrailSpec) -> str:
    partition = world.organization.partition
    return f"arn:{partition}:cloudtrail:{trail.home_region}:{trail.account}:trail/{trail.name}"


def _visible(world: World, account: str) -> Iterator[TrailSpec]:
    """The account's own trails, and the organization's for its members."""
    for trail in world.trails:
        if trail.account == account or (trail.organization and account in world.organization.accounts):
            yield trail


def _is_shadow(call: Call, trail: TrailSpec) -> bool:
    return trail.home_region != call.region or trail.account != call.caller.account


def _in_region(call: Call, trail: TrailSpec) -> bool:
    return trail.multi_region or trail.home_region == call.region


def _find(world: World, call: Call, name: str) -> TrailSpec:
    """The trail a call names: by ARN from anywhere it is visible, by name from its own account and Region only."""
    account = call.caller.account
    for trail in _visible(world, account):
        if name == _arn(world, trail) or (name == trail.name and not _is_shadow(call, trail)):
            return trail
    if not name.startswith("arn:"):
        partition = world.organization.partition
        name = f"arn:{partition}:cloudtrail:{call.region}:{account}:trail/{name}"
    elif f":{account}:" not in name:
        text = f"AccountID in ARN is wrong, you can only access resources with AccountID {account}."
        raise AwsAnswer("CloudTrailARNInvalidException", text)
    raise AwsAnswer("TrailNotFoundException", f"Unknown trail: {name} for the user: {account}")


def _named(call: Call, parameter: str) -> str:
    value = call.params.get(parameter)
    if not isinstance(value, str) or not value:
        text = "Trail name cannot be blank!"
        raise AwsAnswer("InvalidTrailNameException", text)
    return value


def _described(world: World, trail: TrailSpec) -> dict[str, Any]:
    return _logs(world, trail) | {
        "Name": trail.name,
        "S3BucketName": trail.bucket,
        "IncludeGlobalServiceEvents": True,
        "IsMultiRegionTrail": trail.multi_region,
        "HomeRegion": trail.home_region,
        "TrailARN": _arn(world, trail),
        "LogFileValidationEnabled": True,
        "HasCustomEventSelectors": trail.management_events != "All",
        "HasInsightSelectors": False,
        "IsOrganizationTrail": trail.organization,
    }


def _logs(world: World, trail: TrailSpec) -> dict[str, Any]:
    if trail.log_group is None:
        return {}
    place = f"arn:{world.organization.partition}:logs:{trail.home_region}:{trail.account}"
    role = f"arn:{world.organization.partition}:iam::{trail.account}:role/CloudTrail_CloudWatchLogs_Role"
    return {
        "CloudWatchLogsLogGroupArn": f"{place}:log-group:{trail.log_group}:*",
        "CloudWatchLogsRoleArn": role,
    }


def _describe_trails(world: World, call: Call) -> Answer:
    shadows = call.params.get("includeShadowTrails") is not False
    names = call.params.get("trailNameList") or ()
    account = call.caller.account
    found = [
        trail
        for trail in _visible(world, account)
        if (not names and _in_region(call, trail))
        or _arn(world, trail) in names
        or (trail.name in names and not _is_shadow(call, trail))
    ]
    listed = (trail for trail in found if shadows or not _is_shadow(call, trail))
    return {"trailList": [_described(world, trail) for trail in listed]}


def _list_trails(world: World, call: Call) -> Answer:
    trails = [
        {"TrailARN": _arn(world, trail), "Name": trail.name, "HomeRegion": trail.home_region}
        for trail in _visible(world, call.caller.account)
    ]
    return {"Trails": trails}


def _get_trail(world: World, call: Call) -> Answer:
    return {"Trail": _described(world, _find(world, call, _named(call, "Name")))}


def _get_trail_status(world: World, call: Call) -> Answer:
    trail = _find(world, call, _named(call, "Name"))
    now = world.clock.now()
    if trail.logging:
        return {
            "IsLogging": True,
            "LatestDeliveryTime": now - _DELIVERY,
            "StartLoggingTime": now - _RUNNING,
        }
    return {
        "IsLogging": False,
        "StartLoggingTime": now - _RUNNING,
        "StopLoggingTime": now - timedelta(days=1),
    }


def _get_event_selectors(world: World, call: Call) -> Answer:
    trail = _find(world, call, _named(call, "TrailName"))
    selected = trail.management_events
    selector: dict[str, Any] = {
        "ReadWriteType": "All" if selected == "None" else selected,
        "IncludeManagementEvents": selected != "None",
        "DataResources": [],
        "ExcludeManagementEventSources": [],
    }
    return {"TrailARN": _arn(world, trail), "EventSelectors": [selector]}


def _trail_resource(parameter: str) -> Any:
    def resource(world: World, call: Call) -> str:
        name = str(call.params.get(parameter, ""))
        if name.startswith("arn:"):
            return name
        partition, account = world.organization.partition, call.caller.account
        return f"arn:{partition}:cloudtrail:{call.region}:{account}:trail/{name}"

    return resource


CLOUDTRAIL: Final[dict[str, Served]] = {
    "DescribeTrails": Served(_describe_trails),
    "GetEventSelectors": Served(_get_event_selectors, _trail_resource("TrailName")),
    "GetTrail": Served(_get_trail, _trail_resource("Name")),
    "GetTrailStatus": Served(_get_trail_status, _trail_resource("Name")),
    "ListTrails": Served(_list_trails),
}
"""Handlers by operation."""
