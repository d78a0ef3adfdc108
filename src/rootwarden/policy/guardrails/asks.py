"""The requests that claims are made of: calls that open root sessions, what is done in them, and what everybody else does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from rootwarden.model.ids import AccountId, root_arn
from rootwarden.policy.request import ContextValue, Request
from rootwarden.policy.root_session import WITHOUT_RESOURCE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rootwarden.model.tasks import RootTask

STRANGER: Final = AccountId("000000000000")
"""An account that no parameter names."""
OF_EVERYBODY: Final = (
    "iam:CreateUser",
    "iam:CreateAccessKey",
    "iam:DeleteLoginProfile",
    "ec2:RunInstances",
    "s3:GetObject",
    "s3:PutBucketPolicy",
    "sqs:SetQueueAttributes",
    "sts:AssumeRole",
    "organizations:DescribeOrganization",
    "account:CloseAccount",
)
"""What users, roles and signed-in root users do; some of it in root sessions as well."""


@dataclass(frozen=True, slots=True)
class Asks:
    """Makes requests in one partition."""

    partition: str

    def open(self, caller: str, task: RootTask, target: AccountId, context: Mapping[str, str]) -> Request:
        """The call that opens a session for a task in an account."""
        known: dict[str, ContextValue] = {
            "sts:TaskPolicyArn": task.policy_arn(self.partition),
            "aws:RequestedRegion": "us-east-1",
            "aws:SourceIp": "198.51.100.1",
        }
        return self.by(caller, "sts:AssumeRoot", root_arn(self.partition, target), known | dict(context))

    def by(
        self, caller: str, action: str, resource: str = "*", context: Mapping[str, ContextValue] | None = None
    ) -> Request:
        """Anything a principal asks for."""
        own: dict[str, ContextValue] = {
            "aws:PrincipalArn": caller,
            "aws:PrincipalAccount": caller.split(":")[4],
        }
        return Request(action, resource, own | dict(context or {}))

    def in_session(self, action: str, account: AccountId) -> Request:
        """An action of a root session."""
        root = root_arn(self.partition, account)
        known = {"aws:AssumedRoot": "true", "aws:ResourceAccount": account}
        return self.by(root, action, self._resource(action, account), known)

    def signed_in(self, action: str, account: AccountId) -> Request:
        """The same by the account's root user who signed in: no key tells that it is no session."""
        return self.by(root_arn(self.partition, account), action, self._resource(action, account))

    def role(self, account: AccountId | str, name: str = "somebody-else") -> str:
        """The ARN of a role."""
        return f"arn:{self.partition}:iam::{account}:role/{name}"

    def user(self, account: AccountId | str, name: str = "somebody-else") -> str:
        """The ARN of a user."""
        return f"arn:{self.partition}:iam::{account}:user/{name}"

    def _resource(self, action: str, account: AccountId) -> str:
        if action in WITHOUT_RESOURCE:
            return "*"
        match action.partition(":")[0]:
            case "s3":
                return f"arn:{self.partition}:s3:::any-bucket"
            case "sqs":
                return f"arn:{self.partition}:sqs:us-east-1:{account}:any-queue"
            case "iam":
                return root_arn(self.partition, account)
        return "*"
