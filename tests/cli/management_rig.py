"""A management account for ``management check``: what it holds, its rules and metric filters, and how checks are read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from notification_rig import client
from product_rig import MANAGEMENT, Rig, caller, company

from rootwarden.aws import credential_report
from rootwarden.emulator import account
from rootwarden.emulator.org_file import TrailSpec
from rootwarden.emulator.resource_specs import ContactSpec
from rootwarden.model.permissions import COMMANDS

if TYPE_CHECKING:
    from product_rig import Ran

NEEDS = COMMANDS["management check"]
LIMITED = f"emulator-{MANAGEMENT}-Limited"
CONTACTS = {kind: ContactSpec() for kind in ("BILLING", "OPERATIONS", "SECURITY")}
GROUP = "trail-logs"
CIS = '{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != "AwsServiceEvent" }'
GOOD: dict[str, Any] = {
    "root": {"password": True, "mfa_devices": ({},)},
    "alternate_contacts": CONTACTS,
}
ALL_OF_ROOT = {"detail": {"userIdentity": {"type": ["Root"]}}}


def world(rig: Rig, *actions: str, log_group: str | None = None, **management: Any) -> None:
    """A management account in which all is well, but for what is given; a role there that may do only these actions."""
    rig.patch.setattr(credential_report, "_PAUSE", 0.0)
    rig.up(
        company(
            management_account=account(MANAGEMENT, "Example Corp", **{**GOOD, **management}),
            principals=(caller(MANAGEMENT, *(actions or (*NEEDS.actions, *NEEDS.optional))),),
            trails=(TrailSpec(account=MANAGEMENT, log_group=log_group),),
            enabled_regions=("us-east-1", "eu-central-1"),
        )
    )


def without_users(rig: Rig) -> None:
    """The administrators of the emulator have long-term keys, as they would have nowhere else."""
    profiles = rig.emulator.world.profiles
    for name in [name for name, one in profiles.items() if one.principal.account == MANAGEMENT]:
        if name != LIMITED:
            del profiles[name]


def rule(rig: Rig, pattern: Any, *, target: bool = True, state: str = "ENABLED", name: str = "root") -> None:
    """An EventBridge rule of the management account."""
    events = client(rig, "events", "emulator-management")
    events.put_rule(Name=name, EventPattern=json.dumps(pattern), State=state)
    if target:
        topic = f"arn:aws:sns:us-east-1:{MANAGEMENT}:alarm"
        events.put_targets(Rule=name, Targets=[{"Id": "1", "Arn": topic}])


def metric_filter(rig: Rig, pattern: str, *, alarm: bool = True, actions: bool = True) -> None:
    """A metric filter on the trail's log group, and an alarm."""
    logs = client(rig, "logs", "emulator-management")
    logs.create_log_group(logGroupName=GROUP)
    metric = {"metricName": "Root", "metricNamespace": "CIS", "metricValue": "1"}
    logs.put_metric_filter(
        logGroupName=GROUP, filterName="root", filterPattern=pattern, metricTransformations=[metric]
    )
    if alarm:
        client(rig, "cloudwatch", "emulator-management").put_metric_alarm(
            AlarmName="root",
            MetricName="Root",
            Namespace="CIS",
            Statistic="Sum",
            Period=300,
            EvaluationPeriods=1,
            Threshold=1,
            ComparisonOperator="GreaterThanOrEqualToThreshold",
            AlarmActions=[f"arn:aws:sns:us-east-1:{MANAGEMENT}:alarm"] if actions else [],
        )


def check(rig: Rig) -> Ran:
    return rig.json("management", "check", profile=LIMITED)


def verdicts(ran: Ran) -> dict[str, str]:
    return {one["id"]: one["verdict"] for one in ran.document["checks"]}


def one(ran: Ran, name: str) -> Any:
    (found,) = (each for each in ran.document["checks"] if each["id"] == name)
    return found
