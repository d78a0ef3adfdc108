"""Alerts by way of a central event bus: rules that pass whole events on to it, and the bus itself, locked to the organization.

Whole events hold the session token of AssumeRoot, so this is a choice somebody makes. Events of AWS's services are encrypted on a bus
with a key of AWS's own in any case, so the bus has none of ours.
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-account.html
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-encryption-event-bus-cmkey.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from rootwarden.policy.alerts.alert_rule import AlertStack
from rootwarden.policy.alerts.rules import ALERT_RULES, rules_of
from rootwarden.policy.alerts.stack import MARK, parameters, rule_resource, stack_template, topic_resources

if TYPE_CHECKING:
    from collections.abc import Mapping

BUS: Final = AlertStack.HUB.value
"""The bus, its rules and its topic begin so."""
_EVENTS: Final = {"Service": "events.amazonaws.com"}


def to_hub(stack: AlertStack, partition: str, hub: str) -> dict[str, Any]:
    """The template of a stack whose rules pass whole events on to a bus, which may be in another account and Region."""
    found = stack_template(stack, partition)
    target = {"Id": "Hub", "Arn": hub, "RoleArn": {"Fn::GetAtt": ["Forwarder", "Arn"]}}
    rules = {
        name: {**one, "Properties": {**one["Properties"], "Targets": [target]}}
        for name, one in found["Resources"].items()
        if one["Type"] == "AWS::Events::Rule" and not _is_about_topic(one)
    }
    return {
        **{key: found[key] for key in ("AWSTemplateFormatVersion", "Description")},
        "Parameters": {"ControlRegion": found["Parameters"]["ControlRegion"]},
        "Conditions": {name: one for name, one in found["Conditions"].items() if name == "InControlRegion"},
        "Resources": {"Forwarder": _forwarder(hub), **rules},
    }


def _is_about_topic(rule: Mapping[str, Any]) -> bool:
    """Whether a rule watches the topic, which such a stack has none of."""
    return bool(rule["Properties"]["EventPattern"].get("source") == ["aws.sns"])


def _forwarder(hub: str) -> dict[str, Any]:
    # Without a name: the stack stands in every Region of the account, and roles are global.
    trust = {
        "Effect": "Allow",
        "Principal": _EVENTS,
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}},
    }
    puts = {"Sid": "ToTheHubAlone", "Effect": "Allow", "Action": "events:PutEvents", "Resource": hub}
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "Description": "Lets the alert rules of rootwarden pass events on to the central bus",
            "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
            "Policies": [
                {
                    "PolicyName": "PutEvents",
                    "PolicyDocument": {"Version": "2012-10-17", "Statement": [puts]},
                }
            ],
        },
    }


def hub_of(template: Mapping[str, Any]) -> str | None:
    """The bus that a stack of alerts passes events on to; None where it tells a topic of its own."""
    for one in template["Resources"].values():
        if one["Type"] == "AWS::Events::Rule":
            for target in one["Properties"]["Targets"]:
                if target["Id"] == "Hub":
                    return str(target["Arn"])
    return None


def hub_template(organization: str, notify: str | None) -> dict[str, Any]:
    """The bus, without an archive, and rules on it that tell an encrypted topic what happened, without secrets."""
    rules = {
        one.rule_name: rule_resource(one, name=hub_rule_name(one.rule_name), bus={"Ref": "Bus"})
        for one in ALERT_RULES
        if one.pattern.get("source") != ["aws.sns"]
    }
    own = {one.rule_name: rule_resource(one) for one in rules_of(AlertStack.HUB)}
    allowed = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "events:PutEvents",
        "Resource": {"Fn::GetAtt": ["Bus", "Arn"]},
        "Condition": {"StringEquals": {"aws:PrincipalOrgID": organization}},
    }
    given = parameters("aws", notify)
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": f"{MARK}{BUS}: a central event bus for the organization's alerts, told to an encrypted topic",
        "Parameters": {name: given[name] for name in ("Protocol", "Endpoint")},
        "Conditions": {"HasEndpoint": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Endpoint"}, ""]}]}},
        "Resources": {
            "Bus": {
                "Type": "AWS::Events::EventBus",
                "Properties": {"Name": BUS, "Description": "Root access in the organization"},
            },
            "BusPolicy": {
                "Type": "AWS::Events::EventBusPolicy",
                "Properties": {
                    "EventBusName": {"Ref": "Bus"},
                    "StatementId": "OrganizationOnly",
                    "Statement": allowed,
                },
            },
            **topic_resources(BUS),
            **rules,
            **own,
        },
        "Outputs": {
            "BusArn": {"Value": {"Fn::GetAtt": ["Bus", "Arn"]}, "Description": "For --hub-bus"},
            "TopicArn": {"Value": {"Ref": "Topic"}, "Description": "Subscribe here"},
        },
    }


def hub_rule_name(name: str) -> str:
    """What a rule is called on the bus."""
    return name.replace("Rootwarden", BUS, 1)
