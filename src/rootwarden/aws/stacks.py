"""CloudFormation: stacks, and the change sets that make and change them.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-changesets.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from rootwarden.aws.error_codes import aws_call
from rootwarden.aws.pages import pages
from rootwarden.aws.request_id import request_id_of
from rootwarden.errors import AwsError

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient

_NO_PARAMETERS: Final[Mapping[str, str]] = {}
_GONE: Final = "does not exist"
"""CloudFormation has no code of its own for a stack that is not there: ValidationError, with this text."""
_NEVER_MADE: Final = frozenset({"REVIEW_IN_PROGRESS", "DELETE_COMPLETE"})
"""What a stack is called of which only a change set was made, or nothing is left."""
_SPENT: Final = frozenset({"CREATE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "DELETE_FAILED"})
_STUCK: Final = "UPDATE_ROLLBACK_FAILED"
_STACK: Final = "AWS::CloudFormation::Stack"
_BEGUN: Final = frozenset({"CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS"})
_CANCELLED: Final = "cancelled"
"""In the reason of what failed only because something else did."""


@dataclass(frozen=True, slots=True)
class StackStatus:
    """Where a stack, or a change set, stands."""

    word: str
    """AWS's word for it."""
    reason: str

    @property
    def is_spent(self) -> bool:
        """Whether CloudFormation can do nothing with the stack any more but delete it.

        https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html
        """
        return self.word in _SPENT

    @property
    def is_busy(self) -> bool:
        """Whether CloudFormation is still at it, or waits for a person to go on with it."""
        return self.word.endswith("_IN_PROGRESS") or self.word == _STUCK


class Stacks:
    """The stacks of one account in one Region. All calls raise AwsError."""

    def __init__(self, client: CloudFormationClient) -> None:
        self._client = client

    def status(self, name: str) -> StackStatus | None:
        """Where a stack stands; None where there is none, or only a change set for one."""
        try:
            with aws_call("cloudformation:DescribeStacks"):
                found: Any = self._client.describe_stacks(StackName=name)["Stacks"][0]
        except AwsError as error:
            if error.code == "ValidationError" and _GONE in error.text:
                return None
            raise
        word = str(found["StackStatus"])
        return None if word in _NEVER_MADE else StackStatus(word, found.get("StackStatusReason", ""))

    def template(self, name: str) -> str:
        """The template a stack was last made of, as JSON text."""
        with aws_call("cloudformation:GetTemplate"):
            body: Any = self._client.get_template(StackName=name)["TemplateBody"]
        return body if isinstance(body, str) else json.dumps(body)

    def propose(
        self,
        name: str,
        change_set: str,
        template: str,
        *,
        kind: Literal["CREATE", "UPDATE"],
        parameters: Mapping[str, str] = _NO_PARAMETERS,
    ) -> str | None:
        """Has AWS work out what the template would change, and changes nothing; AWS's request id."""
        with aws_call("cloudformation:CreateChangeSet"):
            answer = self._client.create_change_set(
                StackName=name,
                ChangeSetName=change_set,
                ChangeSetType=kind,
                TemplateBody=template,
                Parameters=[
                    {"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()
                ],
                Capabilities=["CAPABILITY_NAMED_IAM"],
            )
        return request_id_of(answer)

    def proposal(self, name: str, change_set: str) -> StackStatus:
        """How far AWS is with it."""
        with aws_call("cloudformation:DescribeChangeSet"):
            found = self._client.describe_change_set(StackName=name, ChangeSetName=change_set)
        return StackStatus(found["Status"], found.get("StatusReason", ""))

    def execute(self, name: str, change_set: str) -> str | None:
        """Begins what was proposed; AWS's request id."""
        with aws_call("cloudformation:ExecuteChangeSet"):
            return request_id_of(self._client.execute_change_set(StackName=name, ChangeSetName=change_set))

    def withdraw(self, name: str, change_set: str) -> None:
        """Deletes a change set that is not to be executed."""
        with aws_call("cloudformation:DeleteChangeSet"):
            self._client.delete_change_set(StackName=name, ChangeSetName=change_set)

    def failures(self, name: str) -> tuple[str, ...]:
        """Which resources failed in the stack's last operation, the first of them first, each with AWS's words."""
        operation = "cloudformation:DescribeStackEvents"
        found: list[str] = []
        for page in pages(self._client, "describe_stack_events", operation, StackName=name):
            for one in page["StackEvents"]:  # the newest first
                status, why = str(one["ResourceStatus"]), str(one.get("ResourceStatusReason") or "")
                if one["ResourceType"] == _STACK:
                    if status in _BEGUN:
                        return tuple(reversed(found))
                elif status.endswith("_FAILED") and why and _CANCELLED not in why:
                    found.append(f"{one['LogicalResourceId']} ({one['ResourceType']}): {why}")
        return tuple(reversed(found))

    def delete(self, name: str) -> str | None:
        """Begins to delete a stack with what it made; AWS's request id."""
        with aws_call("cloudformation:DeleteStack"):
            return request_id_of(self._client.delete_stack(StackName=name))
