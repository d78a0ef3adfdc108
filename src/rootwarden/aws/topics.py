"""Publishing to an SNS topic. https://docs.aws.amazon.com/sns/latest/api/API_Publish.html"""

from __future__ import annotations

import hashlib
from threading import Event
from typing import TYPE_CHECKING, Any

from rootwarden.aws.error_codes import aws_call
from rootwarden.aws.pacing import waits_end_with

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_sns import SNSClient


def topic_region(arn: str) -> str:
    """The Region a topic lives in, where alone it can be published to."""
    return arn.split(":")[3]


def publish(
    sns: SNSClient, topic_arn: str, *, subject: str, text: str, attributes: Mapping[str, str], key: str
) -> str:
    """Publishes once, without trying again: nothing waits for it. Returns the message's id; raises AwsError.

    ``key`` tells messages of a FIFO topic apart: SNS drops one that it had in the last five minutes.
    """
    more: dict[str, Any] = {}
    if topic_arn.endswith(".fifo"):
        more = {
            "MessageGroupId": "rootwarden",
            "MessageDeduplicationId": hashlib.sha256(key.encode()).hexdigest(),
        }
    no_waiting = Event()
    no_waiting.set()
    with aws_call("sns:Publish"), waits_end_with(no_waiting):
        answer = sns.publish(
            TopicArn=topic_arn,
            Subject=subject,
            Message=text,
            MessageAttributes={
                name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()
            },
            **more,
        )
    return answer["MessageId"]
