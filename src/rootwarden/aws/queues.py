"""Queues and their policies, as the root user whose session is in use: what the SQS unlock task allows, and the policy alone.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user-privileged-task.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

from rootwarden.aws.error_codes import aws_call
from rootwarden.aws.pages import pages
from rootwarden.aws.request_id import request_id_of
from rootwarden.model.unlock import Located

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

    from rootwarden.model.ids import AccountId

_PAGE: Final = 1000


class QueueReader:
    """Finds queues and reads their policies, in the Region of each. All calls raise AwsError."""

    def __init__(self, client_in: Callable[[str], SQSClient], owner: AccountId) -> None:
        """``client_in`` gives the client of a Region; ``owner`` is the account whose root user asks."""
        self._client_in = client_in
        self._owner = owner

    def all(self, region: str) -> Iterator[Located]:
        """Every queue of the account in one Region."""
        paging = {"PageSize": _PAGE}
        for page in pages(self._client_in(region), "list_queues", "sqs:ListQueues", PaginationConfig=paging):
            yield from (Located(url.rpartition("/")[2], region) for url in page.get("QueueUrls", ()))

    def policy(self, queue: Located) -> str | None:
        """The policy as SQS keeps it; None where the queue has none. Raises NotFound where there is no queue."""
        with aws_call("sqs:GetQueueAttributes"):
            answer = self._client_in(queue.region).get_queue_attributes(
                QueueUrl=self._url(queue), AttributeNames=["Policy"]
            )
        return answer.get("Attributes", {}).get("Policy") or None

    def _url(self, queue: Located) -> str:
        """The address made from the account and the endpoint: one that a user gave could name another account's queue.

        https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-queue-message-identifiers.html
        """
        endpoint = self._client_in(queue.region).meta.endpoint_url.rstrip("/")
        return f"{endpoint}/{self._owner}/{queue.name}"


class QueueWriter(QueueReader):
    """Changes queue policies as well; those calls return AWS's request id.

    The task does not limit which attribute is written, so what is sent is the policy and nothing else.
    """

    def put_policy(self, queue: Located, policy: str) -> str | None:
        """Puts a policy in the place of the one there is."""
        with aws_call("sqs:SetQueueAttributes"):
            answer = self._client_in(queue.region).set_queue_attributes(
                QueueUrl=self._url(queue), Attributes={"Policy": policy}
            )
        return request_id_of(answer)

    def delete_policy(self, queue: Located) -> str | None:
        """Takes the policy away; that there is none is no error."""
        return self.put_policy(queue, "")
