"""SQS: queues are made, listed, and change their attributes.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from moto.core.exceptions import ServiceException
from moto.sqs.models import Queue

from rootwarden.emulator import foreign
from rootwarden.emulator.answers import AwsAnswer
from rootwarden.emulator.call import Call
from rootwarden.emulator.policy_forms import fault_of_queue_policy
from rootwarden.emulator.queues import queue_of, queues_in, set_attributes
from rootwarden.emulator.services.served import Served
from rootwarden.emulator.world import World

_MOST_QUEUES: Final = 1000
_SETTABLE: Final = frozenset(
    {
        "ContentBasedDeduplication",
        "DeduplicationScope",
        "DelaySeconds",
        "FifoThroughputLimit",
        "KmsDataKeyReusePeriodSeconds",
        "KmsMasterKeyId",
        "MaximumMessageSize",
        "MessageRetentionPeriod",
        "Policy",
        "ReceiveMessageWaitTimeSeconds",
        "RedriveAllowPolicy",
        "RedrivePolicy",
        "SqsManagedSseEnabled",
        "VisibilityTimeout",
    }
)


def list_queues(world: World, call: Call) -> Mapping[str, Any]:  # noqa: ARG001 - the shape of every handler
    """The caller's queues of the Region called, by name. Without MaxResults the first thousand and no token."""
    most = call.params.get("MaxResults")
    if most is not None and not 1 <= most <= _MOST_QUEUES:
        text = (
            f"Value {most} for parameter MaxResults is invalid. Reason: Must be between 1 and {_MOST_QUEUES}."
        )
        raise sqs_error("InvalidParameterValue", text)
    prefix, after = call.params.get("QueueNamePrefix") or "", _after(call.params.get("NextToken"))
    queues = queues_in(call.caller.account, call.region).queues
    names = [name for name in sorted(queues) if name.startswith(prefix) and name > after]
    page = names[: most or _MOST_QUEUES]
    answer: dict[str, Any] = {}
    if page:
        answer["QueueUrls"] = [_url(call, queues[name]) for name in page]
    if most is not None and len(names) > most:
        answer["NextToken"] = base64.b64encode(page[-1].encode()).decode()
    return answer


def create_queue(world: World, call: Call) -> Mapping[str, Any]:  # noqa: ARG001 - the shape of every handler
    """A queue of the caller's account in the Region called; the one there is, where it has the same attributes."""
    attributes: Mapping[str, str] = call.params.get("Attributes") or {}
    unknown = next((name for name in attributes if name not in _SETTABLE | {"FifoQueue"}), None)
    if unknown is not None:
        raise sqs_error("InvalidAttributeName", f"Unknown Attribute {unknown}.")
    _check_policy(attributes.get("Policy"))
    queues = queues_in(call.caller.account, call.region)
    given = {name: value for name, value in attributes.items() if value or name != "Policy"}
    with _words_of_sqs(attributes):
        queue = queues.create_queue(call.params["QueueName"], call.params.get("tags"), **given)
    return {"QueueUrl": _url(call, queue)}


def set_queue_attributes(world: World, call: Call) -> Mapping[str, Any]:
    """Changes the attributes that are named; an empty policy takes the policy away."""
    queue = queue_of(_resource(world, call))
    if queue is None:
        raise no_such_queue()
    attributes: Mapping[str, str] = call.params["Attributes"]
    unknown = next((name for name in attributes if name not in _SETTABLE), None)
    if unknown is not None:
        raise sqs_error("InvalidAttributeName", f"Unknown Attribute {unknown}.")
    _check_policy(attributes.get("Policy"))
    with _words_of_sqs(attributes):
        set_attributes(queue, attributes)
    return {}


def _check_policy(policy: str | None) -> None:
    fault = fault_of_queue_policy(policy) if policy else None
    if fault is not None:
        raise sqs_error(fault.code, fault.message, fault.http_status)


@contextmanager
def _words_of_sqs(attributes: Mapping[str, str]) -> Iterator[None]:
    """What moto says to the attributes, as SQS says it; a value that is no number it does not say at all."""
    try:
        yield
    except ServiceException as refused:
        raise sqs_error(str(refused.code), str(refused.message)) from refused
    except ValueError as error:
        name = next(iter(attributes))
        raise sqs_error("InvalidAttributeValue", f"Invalid value for the parameter {name}.") from error


def sqs_error(code: str, message: str, http_status: int = 400) -> AwsAnswer:
    """An error under the code of the query protocol, which JSON clients learn from a header."""
    headers = {"x-amzn-query-error": f"{code};Sender"}
    return AwsAnswer(code, message, http_status, headers=headers)


def no_such_queue() -> AwsAnswer:
    """There is no queue of that name in the Region called."""
    headers = {"x-amzn-query-error": "AWS.SimpleQueueService.NonExistentQueue;Sender"}
    return AwsAnswer("QueueDoesNotExist", "The specified queue does not exist.", headers=headers)


def _after(token: str | None) -> str:
    """The name the page before ended with."""
    try:
        return base64.b64decode(token or "", validate=True).decode()
    except (binascii.Error, ValueError) as error:
        text = "Invalid or expired next token."
        raise sqs_error("InvalidParameterValue", text) from error


def _url(call: Call, queue: Queue) -> str:
    return f"http://{call.host}/{queue.account_id}/{queue.name}"


def _resource(world: World, call: Call) -> str:
    return foreign.resource(call, world.organization.partition)


SQS: Final[dict[str, Served]] = {
    "CreateQueue": Served(create_queue, _resource),
    "ListQueues": Served(list_queues, _resource),
    "SetQueueAttributes": Served(set_queue_attributes, _resource),
}
"""Handlers by operation."""
