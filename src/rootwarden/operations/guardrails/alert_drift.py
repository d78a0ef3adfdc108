"""What a stack of alerts made, against what is there now. No I/O."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from rootwarden.operations.guardrails.plan import normal
from rootwarden.policy.alerts.stack import rules_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rootwarden.aws.event_rules import LiveRule, LiveTopic


def differences(
    template: Mapping[str, Any],
    region: str,
    topic_arn: str,
    live: Mapping[str, LiveRule],
    topic: LiveTopic | None,
) -> tuple[str, ...]:
    """What somebody changed, a sentence each; empty where everything is as the template says."""
    wanted = rules_in(template, region)
    found = [text for name in wanted for text in _rule(name, wanted[name], live.get(name), topic_arn)]
    if "Topic" not in template["Resources"]:
        return tuple(found)
    return (*found, *_topic(template, topic_arn, topic))


def _rule(name: str, wanted: Mapping[str, Any], live: LiveRule | None, topic_arn: str) -> Iterator[str]:
    if live is None:
        yield f"the rule {name} is gone"
        return
    if live.state != wanted["State"]:
        yield f"the rule {name} is {live.state}, and was made {wanted['State']}"
    if not _same(live.pattern, wanted["EventPattern"]):
        yield f"the rule {name} notices other events"
    # The role's ARN is known to CloudFormation alone.
    targets = [
        {key: _filled(value, topic_arn) for key, value in one.items() if key != "RoleArn"}
        for one in wanted["Targets"]
    ]
    told = [{key: one[key] for key in one if key in targets[0]} for one in live.targets]
    if [one for one in targets if one not in told]:
        yield f"the rule {name} does not tell whom it told, or tells something else"
    ids = {one["Id"] for one in targets}
    others = [str(one["Arn"]) for one in live.targets if one["Id"] not in ids]
    if others:
        yield f"the rule {name} tells {', '.join(others)} as well"


def _topic(template: Mapping[str, Any], arn: str, topic: LiveTopic | None) -> Iterator[str]:
    if topic is None:
        yield f"the topic {arn} is gone"
        return
    if not topic.encrypted:
        yield f"the topic {arn} is not encrypted any more"
    wanted = template["Resources"]["TopicPolicy"]["Properties"]["PolicyDocument"]
    if not _same(topic.policy, _filled(wanted, arn)):
        yield f"the policy of the topic {arn} is another one"


def _same(one: Any, other: Any) -> bool:
    return bool(normal(json.dumps(one)) == normal(json.dumps(other)))


def _filled(value: Any, topic_arn: str) -> Any:
    """With the topic's ARN where the template refers to it."""
    if value == {"Ref": "Topic"}:
        return topic_arn
    if isinstance(value, dict):
        return {key: _filled(one, topic_arn) for key, one in value.items()}
    if isinstance(value, list):
        return [_filled(one, topic_arn) for one in value]
    return value
