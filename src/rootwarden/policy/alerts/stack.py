"""The stack of alerts as a CloudFormation template: rules, an encrypted topic, and messages without secrets.

One template serves every Region: the rules about global services are made where these are recorded.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-rule.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from rootwarden.policy.alerts.rules import rules_of
from rootwarden.policy.alerts.subscriber import protocol_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rootwarden.policy.alerts.alert_rule import AlertRule, AlertStack

CONTROL_REGIONS: Final = {"aws": "us-east-1", "aws-us-gov": "us-gov-west-1", "aws-cn": "cn-north-1"}
"""Where the records of global services are, by partition."""
PATHS: Final = {
    "event": "$.detail.eventName",
    "when": "$.detail.eventTime",
    "account": "$.account",
    "region": "$.region",
    "who": "$.detail.userIdentity.arn",
    "address": "$.detail.sourceIPAddress",
    "error": "$.detail.errorCode",
    "id": "$.detail.eventID",
}
"""What every message says. A record of AssumeRoot holds the session's token: whole events are never passed on."""
TOLD: Final = frozenset(
    {
        *PATHS.values(),
        "$.detail.requestParameters.targetPrincipal",
        "$.detail.requestParameters.taskPolicyArn.arn",
        "$.detail.requestParameters.accountId",
        "$.detail.requestParameters.name",
        "$.detail.requestParameters.rule",
        "$.detail.requestParameters.topicArn",
        "$.detail.responseElements.ConsoleLogin",
        "$.detail.additionalEventData.MFAUsed",
    }
)
"""Every path a message may take something from; none of them leads to credentials or tokens."""
MARK: Final = "rootwarden alerts "
"""How the descriptions of our templates begin."""
_ONLY_THERE: Final = "InControlRegion"
_HAS_ENDPOINT: Final = "HasEndpoint"


def stack_template(stack: AlertStack, partition: str = "aws", notify: str | None = None) -> dict[str, Any]:
    """The template of a stack; ``notify`` is who subscribes to its topic."""
    rules = {one.rule_name: _in_its_regions(one) for one in rules_of(stack)}
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": f"{MARK}{stack.value}: EventBridge rules on root access, told to an encrypted topic",
        "Parameters": parameters(partition, notify),
        "Conditions": {
            _ONLY_THERE: {"Fn::Equals": [{"Ref": "AWS::Region"}, {"Ref": "ControlRegion"}]},
            _HAS_ENDPOINT: {"Fn::Not": [{"Fn::Equals": [{"Ref": "Endpoint"}, ""]}]},
        },
        "Resources": {**topic_resources(stack.value), **rules},
        "Outputs": {"TopicArn": {"Value": {"Ref": "Topic"}, "Description": "Subscribe here"}},
    }


def parameters(partition: str, notify: str | None) -> dict[str, Any]:
    """The parameters of a template."""
    return {
        "ControlRegion": {
            "Type": "String",
            "Default": CONTROL_REGIONS.get(partition, CONTROL_REGIONS["aws"]),
            "Description": "Region in which IAM, Organizations and root sign-ins are recorded",
        },
        "Protocol": {
            "Type": "String",
            "Default": protocol_of(notify) if notify else "email",
            "AllowedValues": ["email", "email-json", "https", "sqs", "lambda"],
            "Description": "Protocol of the subscription",
        },
        "Endpoint": {
            "Type": "String",
            "Default": notify or "",
            "Description": "Who is told; empty: nobody yet",
        },
    }


def defaults(template: Mapping[str, Any]) -> dict[str, str]:
    """The values of a template's parameters: who is told stands among them."""
    return {name: str(one.get("Default", "")) for name, one in template.get("Parameters", {}).items()}


def told_by(template: Mapping[str, Any]) -> str | None:
    """Who subscribes to the topic of a template; None where nobody does."""
    return defaults(template).get("Endpoint") or None


def rules_in(template: Mapping[str, Any], region: str) -> dict[str, Mapping[str, Any]]:
    """The properties of every rule that the template makes in a Region, by the rule's name."""
    control = defaults(template).get("ControlRegion")
    return {
        str(one["Properties"]["Name"]): one["Properties"]
        for one in template["Resources"].values()
        if one["Type"] == "AWS::Events::Rule" and (one.get("Condition") != _ONLY_THERE or region == control)
    }


def prefix_of(template: Mapping[str, Any]) -> str:
    """What the names of a template's rules, topic and bus begin with."""
    return str(template["Description"]).removeprefix(MARK).partition(":")[0]


def is_ours(template: Mapping[str, Any]) -> bool:
    """Whether a template is a stack of alerts of this program."""
    return str(template.get("Description", "")).startswith(MARK)


def _in_its_regions(rule: AlertRule) -> dict[str, Any]:
    made = rule_resource(rule)
    return made if rule.everywhere else {"Condition": _ONLY_THERE, **made}


def rule_resource(rule: AlertRule, *, name: str | None = None, bus: Any = None) -> dict[str, Any]:
    """A rule that tells the stack's topic; on another bus than the default one where one is given."""
    paths = {**PATHS, **{_name(word): path for word, path in rule.paths.items()}}
    return {
        "Type": "AWS::Events::Rule",
        "Properties": {
            "Name": name or rule.rule_name,
            **({"EventBusName": bus} if bus else {}),
            "Description": rule.tells,
            "State": rule.state,
            "EventPattern": rule.pattern,
            "Targets": [
                {
                    "Id": "Topic",
                    "Arn": {"Ref": "Topic"},
                    "InputTransformer": {"InputPathsMap": paths, "InputTemplate": message(rule)},
                }
            ],
        },
    }


def message(rule: AlertRule) -> str:
    """What the topic is sent: sentences in quotes, one a line, with what the event says in angle brackets.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
    """
    lines = [
        f"rootwarden: {rule.tells}.",
        "<event> in account <account>, Region <region>, at <when>.",
        "By <who> from <address>. Error: <error>. Event id: <id>.",
        *(f"{word.capitalize()}: <{_name(word)}>." for word in rule.paths),
    ]
    return "\n".join(f'"{line}"' for line in lines)


def _name(word: str) -> str:
    """A placeholder for a word of one rule, which none that every message has is called."""
    return f"{word}Told"


_EVENTBRIDGE: Final = {"Service": "events.amazonaws.com"}
# No Condition where it is let in: AWS's pages do not say which keys EventBridge sends along with an encrypted topic, and an alert
# that is never delivered is worse than a message that somebody else had sent.


def _key(prefix: str) -> dict[str, Any]:
    root = {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}
    account = {"Sid": "Account", "Effect": "Allow", "Principal": {"AWS": root}, "Action": "kms:*"}
    use = {
        "Sid": "EventBridge",
        "Effect": "Allow",
        "Principal": _EVENTBRIDGE,
        "Action": ["kms:GenerateDataKey*", "kms:Decrypt"],
    }
    statements = [{**one, "Resource": "*"} for one in (account, use)]
    return {
        "Description": f"Encrypts {prefix}Alerts",
        "EnableKeyRotation": True,
        "KeyPolicy": {"Version": "2012-10-17", "Statement": statements},
    }


def topic_resources(prefix: str) -> dict[str, Any]:
    """An encrypted topic that EventBridge may publish to, and its subscription."""
    allow = {
        "Sid": "EventBridge",
        "Effect": "Allow",
        "Principal": _EVENTBRIDGE,
        "Action": "sns:Publish",
        "Resource": {"Ref": "Topic"},
    }
    subscription = {
        "TopicArn": {"Ref": "Topic"},
        "Protocol": {"Ref": "Protocol"},
        "Endpoint": {"Ref": "Endpoint"},
    }
    return {
        "Key": {"Type": "AWS::KMS::Key", "Properties": _key(prefix)},
        "Topic": {
            "Type": "AWS::SNS::Topic",
            "Properties": {"TopicName": f"{prefix}Alerts", "KmsMasterKeyId": {"Ref": "Key"}},
        },
        "TopicPolicy": {
            "Type": "AWS::SNS::TopicPolicy",
            "Properties": {
                "Topics": [{"Ref": "Topic"}],
                "PolicyDocument": {"Version": "2012-10-17", "Statement": [allow]},
            },
        },
        "Subscription": {
            "Type": "AWS::SNS::Subscription",
            "Condition": _HAS_ENDPOINT,
            "Properties": subscription,
        },
    }
