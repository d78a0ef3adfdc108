"""EventBridge: rules as they are now, and whom they tell.

https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListRules.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rootwarden.aws.error_codes import aws_call
from rootwarden.aws.pages import pages

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_sns import SNSClient


@dataclass(frozen=True, slots=True)
class LiveRule:
    """One rule."""

    name: str
    state: str
    pattern: Any
    """The event pattern, decoded; None where it has none."""
    targets: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class LiveTopic:
    """One topic."""

    arn: str
    policy: Any
    encrypted: bool
    confirmed: int
    """Subscriptions that somebody confirmed."""


def rules_named(client: EventBridgeClient, prefix: str, *, bus: str = "default") -> dict[str, LiveRule]:
    """The rules of a bus whose names begin so, by name. Raises NotFound where there is no such bus, and AwsError."""
    found = {}
    for page in pages(client, "list_rules", "events:ListRules", NamePrefix=prefix, EventBusName=bus):
        for one in page["Rules"]:
            with aws_call("events:ListTargetsByRule"):
                answer = client.list_targets_by_rule(Rule=one["Name"], EventBusName=bus)
            targets: Any = answer["Targets"]
            pattern = json.loads(one["EventPattern"]) if one.get("EventPattern") else None
            found[one["Name"]] = LiveRule(one["Name"], one.get("State", ""), pattern, tuple(targets))
    return found


def topic(client: SNSClient, arn: str) -> LiveTopic:
    """A topic. Raises NotFound where it is gone, and AwsError."""
    with aws_call("sns:GetTopicAttributes"):
        found = client.get_topic_attributes(TopicArn=arn)["Attributes"]
    policy = json.loads(found["Policy"]) if found.get("Policy") else None
    confirmed = int(found.get("SubscriptionsConfirmed", "0"))
    return LiveTopic(arn, policy, bool(found.get("KmsMasterKeyId")), confirmed)
