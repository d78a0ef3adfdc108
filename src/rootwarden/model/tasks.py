"""The five tasks of a root session.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user-privileged-task.html
"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from enum import StrEnum
from typing import Any

from rootwarden.errors import BadInput
from rootwarden.model.features import RootFeature
from rootwarden.model.task_policies import TASK_POLICY_DOCUMENTS

MAX_SESSION_SECONDS = 900
"""AWS's limit for AssumeRoot; botocore does not check it, so we do."""


class RootTask(StrEnum):
    """A task in the words of the command line."""

    AUDIT = "audit"
    DELETE = "delete"
    CREATE_PASSWORD = "create-password"  # noqa: S105 - a task, not a secret
    S3_UNLOCK = "s3-unlock"
    SQS_UNLOCK = "sqs-unlock"

    @property
    def policy_name(self) -> str:
        """The name of AWS's task policy."""
        return _POLICY_NAMES[self]

    @property
    def feature(self) -> RootFeature:
        """The feature that has to be on: neither implies the other."""
        unlocks = (RootTask.S3_UNLOCK, RootTask.SQS_UNLOCK)
        return RootFeature.ROOT_SESSIONS if self in unlocks else RootFeature.ROOT_CREDENTIALS_MANAGEMENT

    @property
    def document(self) -> Mapping[str, Any]:
        """The policy document of the task."""
        return TASK_POLICY_DOCUMENTS[self.policy_name]

    @property
    def actions(self) -> tuple[str, ...]:
        """The actions the task policy leaves to the session, as its first statement lists them."""
        return tuple(self.document["Statement"][0]["NotAction"])

    def policy_arn(self, partition: str) -> str:
        """The ARN to send as TaskPolicyArn."""
        return f"arn:{partition}:iam::aws:policy/root-task/{self.policy_name}"


def task_named(text: str) -> RootTask:
    """The task a text names; raises BadInput with near matches, the name of AWS's task policy among them."""
    names = {task.value: task for task in RootTask}
    found = names.get(text.strip().lower())
    if found is None:
        by_policy = {name.lower(): task.value for task, name in _POLICY_NAMES.items()}
        known = {**{name: name for name in names}, **by_policy}
        wanted = text.strip().lower()
        close = [wanted] if wanted in known else get_close_matches(wanted, known, n=3, cutoff=0.5)
        near = " or ".join(dict.fromkeys(known[one] for one in close))
        every = f"The tasks are {', '.join(names)}."
        raise BadInput(
            f"there is no task {text!r}", advice=f"Did you mean {near}? {every}" if near else every
        )
    return found


_POLICY_NAMES = {
    RootTask.AUDIT: "IAMAuditRootUserCredentials",
    RootTask.DELETE: "IAMDeleteRootUserCredentials",
    RootTask.CREATE_PASSWORD: "IAMCreateRootUserPassword",
    RootTask.S3_UNLOCK: "S3UnlockBucketPolicy",
    RootTask.SQS_UNLOCK: "SQSUnlockQueuePolicy",
}
