"""What moto's CloudFormation lacks for alerts: policies of topics and buses, subscriptions, and updates below a Condition.

Importing this module loads thirty megabytes of moto, so only an emulator that is about to make stacks does.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sns-topicpolicy.html
"""

from __future__ import annotations

import functools
import json
from typing import Any

from moto.cloudformation import parsing
from moto.cloudformation.models import CloudFormationBackend
from moto.core.common_models import CloudFormationModel
from moto.events import events_backends
from moto.events.models import EventBus
from moto.sns import sns_backends
from moto.sns.models import Topic


class _Resource(CloudFormationModel):  # type: ignore[misc]  # moto finds the resources there are among the subclasses
    """One of ours: it has no name of its own, and is there once it is made."""

    @staticmethod
    def cloudformation_name_type() -> str:
        return ""

    @staticmethod
    def cloudformation_type() -> str:
        return "Rootwarden::Resource"

    def is_created(self) -> bool:
        return True

    @classmethod
    def update_from_cloudformation_json(
        cls,
        original_resource: Any,
        new_resource_name: str,
        cloudformation_json: Any,
        account_id: str,
        region_name: str,
    ) -> Any:
        original_resource.delete(account_id, region_name)
        return cls.create_from_cloudformation_json(
            new_resource_name, cloudformation_json, account_id, region_name
        )


class TopicPolicy(_Resource, CloudFormationModel):  # type: ignore[misc]  # moto is untyped
    """AWS::SNS::TopicPolicy."""

    def __init__(self, topics: list[Any], default: dict[str, Any]) -> None:
        self._topics = topics
        self._default = default
        self.physical_resource_id = topics[0].arn if topics else "none"

    @staticmethod
    def cloudformation_type() -> str:
        return "AWS::SNS::TopicPolicy"

    @classmethod
    def create_from_cloudformation_json(
        cls, _name: str, cloudformation_json: Any, account_id: str, region_name: str, **_: Any
    ) -> Any:
        properties = cloudformation_json["Properties"]
        backend: Any = sns_backends[account_id][region_name]
        topics = [backend.get_topic(arn) for arn in properties["Topics"]]
        default = json.loads(topics[0].policy) if topics else {}
        for topic in topics:
            topic.policy = json.dumps(properties["PolicyDocument"])
        return cls(topics, default)

    @classmethod
    def update_from_cloudformation_json(
        cls,
        original_resource: Any,
        new_resource_name: str,
        cloudformation_json: Any,
        account_id: str,
        region_name: str,
    ) -> Any:
        made = cls.create_from_cloudformation_json(
            new_resource_name, cloudformation_json, account_id, region_name
        )
        made._default = original_resource._default  # noqa: SLF001 - the same class
        return made

    def delete(self, _account: str, _region: str) -> None:
        """The topics have the policy again that they began with."""
        for topic in self._topics:
            topic.policy = json.dumps(self._default)


class Subscription(_Resource, CloudFormationModel):  # type: ignore[misc]  # as above
    """AWS::SNS::Subscription; it counts as confirmed at once."""

    def __init__(self, arn: str) -> None:
        self.physical_resource_id = arn

    @staticmethod
    def cloudformation_type() -> str:
        return "AWS::SNS::Subscription"

    @classmethod
    def create_from_cloudformation_json(
        cls, _name: str, cloudformation_json: Any, account_id: str, region_name: str, **_: Any
    ) -> Any:
        given = cloudformation_json["Properties"]
        backend: Any = sns_backends[account_id][region_name]
        return cls(backend.subscribe(given["TopicArn"], given["Endpoint"], given["Protocol"]).arn)

    def delete(self, account: str, region: str) -> None:
        """Nobody is told any more."""
        backend: Any = sns_backends[account][region]
        if self.physical_resource_id in backend.subscriptions:
            backend.unsubscribe(self.physical_resource_id)


class EventBusPolicy(_Resource, CloudFormationModel):  # type: ignore[misc]  # as above
    """AWS::Events::EventBusPolicy."""

    def __init__(self, bus: str, sid: str) -> None:
        self._bus = bus
        self._sid = sid
        self.physical_resource_id = f"{bus}|{sid}"

    @staticmethod
    def cloudformation_type() -> str:
        return "AWS::Events::EventBusPolicy"

    @classmethod
    def create_from_cloudformation_json(
        cls, _name: str, cloudformation_json: Any, account_id: str, region_name: str, **_: Any
    ) -> Any:
        given = cloudformation_json["Properties"]
        statement = {"Sid": given["StatementId"], **given["Statement"]}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        backend: Any = events_backends[account_id][region_name]
        backend.put_permission(given["EventBusName"], None, None, None, None, document)
        return cls(given["EventBusName"], given["StatementId"])

    def delete(self, account: str, region: str) -> None:
        """The bus is the account's own again."""
        backend: Any = events_backends[account][region]
        if self._bus in backend.event_buses:
            backend.remove_permission(self._bus, self._sid, remove_all_permissions=False)


def _confirmed(topic: Any) -> int:
    backend: Any = sns_backends[topic.account_id][topic.arn.split(":")[3]]
    return sum(one.topic.arn == topic.arn for one in backend.subscriptions.values())


@functools.cache
def let_stacks_make_alerts() -> None:
    """Tells moto of these resources, and lets it update templates whose Conditions leave something out."""
    # moto counts no subscriptions.
    topic: Any = Topic
    topic.subscriptions_confimed = property(_confirmed, lambda _topic, _number: None)
    bus: Any = EventBus
    bus.physical_resource_id = property(lambda bus: bus.name)  # what a Ref to it gives
    models: Any = parsing
    models.get_model_map.cache_clear()
    update, create = models.parse_and_update_resource, models.parse_and_create_resource

    def updated(
        logical_id: str, resource_json: Any, resources_map: Any, account_id: str, region_name: str
    ) -> Any:
        given = (logical_id, resource_json, resources_map, account_id, region_name)
        condition = resource_json.get("Condition")
        there = resources_map._parsed_resources.get(logical_id)  # noqa: SLF001 - moto offers no other way
        if condition and not resources_map.lazy_condition_map[condition]:
            if there is not None:
                resources_map._delete_resource(there, resource_json)  # noqa: SLF001 - as above
            return None
        return update(*given) if there is not None else create(*given)

    models.parse_and_update_resource = updated
    _keep_one_proposed_stack()


def _keep_one_proposed_stack() -> None:
    """A second change set that makes a stack is one of the stack that is under review: moto makes another of the same name."""
    backend: Any = CloudFormationBackend
    create = backend.create_change_set

    def created(self: Any, *given: Any, **named: Any) -> Any:
        name, kind = named.get("stack_name"), named.get("change_set_type")
        for key, one in list(self.stacks.items()):
            if kind == "CREATE" and one.name == name and one.status == "REVIEW_IN_PROGRESS":
                del self.stacks[key]
        return create(self, *given, **named)

    backend.create_change_set = created
