"""Root tasks as records show them: the policy of AssumeRoot, and what a session of the task may call.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user-privileged-task.html
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from rootwarden.model.tasks import RootTask

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rootwarden.model.detection_event import Event

_BY_POLICY: Final[Mapping[str, RootTask]] = MappingProxyType({task.policy_name: task for task in RootTask})
_OTHERWISE_NAMED: Final[Mapping[str, str]] = MappingProxyType({"s3:ListBuckets": "s3:ListAllMyBuckets"})
"""Events that are not called as the action that allows them."""
_NEEDS_NOTHING: Final = frozenset({"sts:GetCallerIdentity"})
"""What no policy can deny."""


def task_of(policy: str | None) -> RootTask | None:
    """The task of a task policy's name; None for a policy that is none of AWS's five, which AWS refuses."""
    return _BY_POLICY.get(policy) if policy is not None else None


def action_of(event: Event) -> str:
    """The action an event stands for."""
    action = f"{event.source.partition('.')[0]}:{event.name}"
    return _OTHERWISE_NAMED.get(action, action)


def is_within_task(event: Event, task: RootTask) -> bool:
    """Whether the event is one that the task is for."""
    action = action_of(event)
    return action in task.actions or action in _NEEDS_NOTHING
