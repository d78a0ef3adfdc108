"""Guardrails of IAM as CloudFormation stacks: what there is, and carrying out a change by a change set."""

from __future__ import annotations

import contextlib
import json
import time
import uuid
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from rootwarden.aws.principal_policies import PrincipalPolicies
from rootwarden.aws.stacks import Stacks, StackStatus
from rootwarden.errors import AccessDenied, AwsError, NotFound, Unreachable
from rootwarden.model.guardrail_plan import ChangeKind, ChangeOutcome, GuardrailChange
from rootwarden.model.outcome import Done, Failed, NothingToDo, Unknown
from rootwarden.model.reading import NotSeen, try_reading
from rootwarden.model.reason import Reason, Source, local, reason_of
from rootwarden.operations.guardrails.plan import normal
from rootwarden.operations.guardrails.role_drift import role_differences
from rootwarden.policy.alerts.stack import defaults

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rootwarden.aws.clients import CallerClients
    from rootwarden.model.ids import AccountId
    from rootwarden.model.outcome import Outcome

_SECONDS: Final = 2.0
_MOST_LOOKS: Final = 300
"""Looks at a stack before it is called unknown: ten minutes, of which roles and policies take one."""
_GOOD: Final = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE"})
_UNCHANGED: Final = ("didn't contain changes", "No updates are to be performed")
_DOCUMENTS: Final = {
    "AWS::IAM::ManagedPolicy": "PolicyDocument",
    "AWS::IAM::Role": "AssumeRolePolicyDocument",
}


@dataclass(frozen=True, slots=True)
class StackState:
    """What there is of a stack."""

    status: StackStatus | None
    """None where there is no such stack."""
    template: str
    """The template it was made of."""
    live: str
    """The same with the documents that IAM has now."""
    by_hand: tuple[str, ...] = ()
    """What else somebody changed about the roles, a sentence each."""

    @property
    def is_drifted(self) -> bool:
        """Whether somebody changed what the stack made."""
        return bool(self.by_hand or normal(self.template) != normal(self.live))


def gather_stack(clients: CallerClients, name: str, account: AccountId) -> StackState:
    """Reads the stack, and the documents of its policies and roles in IAM. Raises AwsError."""
    stacks = Stacks(clients.client("cloudformation"))
    status = stacks.status(name)
    if status is None:
        return StackState(None, "", "")
    template = stacks.template(name)
    if status.is_spent:  # what it made is gone, or about to go
        return StackState(status, template, template)
    found = json.loads(template)
    iam = PrincipalPolicies(clients.client("iam"))
    for resource in found.get("Resources", {}).values():
        where = _DOCUMENTS.get(str(resource.get("Type")))
        if where is not None:
            resource["Properties"][where] = _live(iam, clients.partition.name, account, resource)
    return StackState(status, template, json.dumps(found), tuple(_of_roles(iam, json.loads(template))))


def _of_roles(iam: PrincipalPolicies, template: Any) -> Iterator[str]:
    resources = template.get("Resources", {})
    for one in resources.values():
        if one.get("Type") == "AWS::IAM::Role":
            with contextlib.suppress(NotFound):  # a role that is gone shows in its document
                yield from role_differences(one, resources, iam.held_by_role(one["Properties"]["RoleName"]))


def in_the_way(clients: CallerClients, template: str, account: AccountId) -> tuple[str, ...]:
    """The policies and roles that a new stack would make and that are there already, by their names. Raises AwsError."""
    iam = PrincipalPolicies(clients.client("iam"))
    resources = json.loads(template)["Resources"].values()
    found = [one for one in resources if _live(iam, clients.partition.name, account, one) is not None]
    return tuple(one["Properties"].get("RoleName") or one["Properties"]["ManagedPolicyName"] for one in found)


def _live(iam: PrincipalPolicies, partition: str, account: AccountId, resource: Any) -> Any:
    """The document as IAM has it; None where it is gone."""
    properties = resource["Properties"]
    try:
        if "RoleName" in properties:
            return iam.trust(properties["RoleName"])
        return iam.managed(f"arn:{partition}:iam::{account}:policy/{properties['ManagedPolicyName']}")
    except NotFound:
        return None


def change_stack(clients: CallerClients, change: GuardrailChange) -> ChangeOutcome:
    """Carries one change of a stack out, and waits until CloudFormation is done with it."""
    work = _Work(Stacks(clients.client("cloudformation", change.region)), change)
    try:
        outcome = work.delete() if change.kind is ChangeKind.DELETE_STACK else work.make()
    except Unreachable as error:
        outcome = Unknown(reason_of(error))
    except AwsError as error:
        outcome = Failed(reason_of(error))
    return ChangeOutcome(change, outcome, work.request_id)


class _Work:
    """One change under way."""

    def __init__(self, stacks: Stacks, change: GuardrailChange) -> None:
        self._stacks = stacks
        self._name = change.policy
        self._change = change
        self.request_id: str | None = None

    def make(self) -> Outcome:
        """A change set, looked at before it is executed."""
        proposed = f"rootwarden-{uuid.uuid4().hex[:12]}"
        kind = self._change.kind
        self._stacks.propose(
            self._name,
            proposed,
            self._change.document,
            kind="CREATE" if kind is ChangeKind.CREATE_STACK else "UPDATE",
            parameters=defaults(json.loads(self._change.document)),
        )
        status = _settled(lambda: self._stacks.proposal(self._name, proposed))
        if status is None or status.word != "CREATE_COMPLETE":
            self._stacks.withdraw(self._name, proposed)
            said = status.reason if status else "CloudFormation did not finish the change set"
            reason = local("change_set_failed", said)
            return (
                NothingToDo(reason)
                if said.find(_UNCHANGED[0]) >= 0 or _UNCHANGED[1] in said
                else Failed(reason)
            )
        try:
            self.request_id = self._stacks.execute(self._name, proposed)
        except AccessDenied:
            with contextlib.suppress(AwsError):  # what is told is the refusal
                self._stacks.withdraw(self._name, proposed)
            raise
        done = _settled(lambda: self._stacks.status(self._name))
        if done is None:
            return Unknown(local("still_running", "CloudFormation is still at it: look at the stack"))
        if done.word in _GOOD:
            return Done()
        return self._failed(done)

    def delete(self) -> Outcome:
        """The stack with everything it made."""
        if self._stacks.status(self._name) is None:
            return NothingToDo(local("absent", "there is no such stack any more"))
        self.request_id = self._stacks.delete(self._name)
        for _ in range(_MOST_LOOKS):
            status = self._stacks.status(self._name)
            if status is None:
                return Done()
            if status.word == "DELETE_FAILED":
                return self._failed(status)
            time.sleep(_SECONDS)
        return Unknown(local("still_running", "CloudFormation is still at it: look at the stack"))

    def _failed(self, status: StackStatus) -> Outcome:
        """What CloudFormation says of the resources that failed; of all others it says that they were cancelled."""
        failures = try_reading(partial(self._stacks.failures, self._name))
        if isinstance(failures, NotSeen):
            said = f"the stack's events, which tell why, could not be read: {failures.reason.code}: {failures.reason.text}"
        else:
            said = "; ".join(failures.value) or status.reason or "its events tell why"
        return Failed(Reason(Source.AWS, status.word, said, self.request_id))


def _settled(look: Callable[[], StackStatus | None]) -> StackStatus | None:
    """What CloudFormation says once it is done; None where it does not come to an end."""
    for _ in range(_MOST_LOOKS):
        status = look()
        if status is not None and not status.word.endswith(("_IN_PROGRESS", "_PENDING")):
            return status
        time.sleep(_SECONDS)
    return None
