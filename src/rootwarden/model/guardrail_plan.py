"""Changes that bring a guardrail into an organization or take it out, shown before any of them is made."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from rootwarden.model.outcome import Outcome

NAMES_MARK: Final = "sha256 "
"""What stands before the document's hash in a policy's description: by it a change by hand is noticed later."""


class ChangeKind(StrEnum):
    """What one call changes."""

    CREATE_POLICY = "create_policy"
    UPDATE_POLICY = "update_policy"
    ATTACH_POLICY = "attach_policy"
    DETACH_POLICY = "detach_policy"
    DELETE_POLICY = "delete_policy"
    PUT_RESOURCE_POLICY = "put_resource_policy"
    DELETE_RESOURCE_POLICY = "delete_resource_policy"
    CREATE_STACK = "create_stack"
    UPDATE_STACK = "update_stack"
    DELETE_STACK = "delete_stack"

    @property
    def is_of_stack(self) -> bool:
        """Whether CloudFormation makes it."""
        return self in {ChangeKind.CREATE_STACK, ChangeKind.UPDATE_STACK, ChangeKind.DELETE_STACK}

    @property
    def action(self) -> str:
        """The IAM action of the call."""
        if self.is_of_stack:
            return (
                "cloudformation:DeleteStack"
                if self is ChangeKind.DELETE_STACK
                else "cloudformation:ExecuteChangeSet"
            )
        return f"organizations:{''.join(word.capitalize() for word in self.value.split('_'))}"


_TEXTS: Final = {
    ChangeKind.CREATE_POLICY: "create the SCP {policy}",
    ChangeKind.UPDATE_POLICY: "replace the document of the SCP {policy}",
    ChangeKind.ATTACH_POLICY: "attach {policy} to {where}",
    ChangeKind.DETACH_POLICY: "detach {policy} from {where}",
    ChangeKind.DELETE_POLICY: "delete the SCP {policy}",
    ChangeKind.PUT_RESOURCE_POLICY: "put the organization's resource policy",
    ChangeKind.DELETE_RESOURCE_POLICY: "delete the organization's resource policy",
    ChangeKind.CREATE_STACK: "make the stack {policy} by a change set",
    ChangeKind.UPDATE_STACK: "change the stack {policy} by a change set",
    ChangeKind.DELETE_STACK: "delete the stack {policy} with everything it made",
}


@dataclass(frozen=True, slots=True)
class Place:
    """A root, OU or account."""

    id: str
    name: str
    """Its path or name, for people."""

    @property
    def shown(self) -> str:
        """Name and id."""
        return f"{self.name} ({self.id})" if self.name else self.id


@dataclass(frozen=True, slots=True)
class GuardrailChange:
    """One call."""

    kind: ChangeKind
    policy: str
    """The policy's name."""
    place: Place | None = None
    document: str = ""
    description: str = ""

    @property
    def text(self) -> str:
        """What it does, in a sentence."""
        return _TEXTS[self.kind].format(policy=self.policy, where=self.place.shown if self.place else "")

    @property
    def item(self) -> str:
        """What the ledger calls it."""
        return f"{self.kind.value}:{self.policy}" + (f":{self.place.id}" if self.place else "")


@dataclass(frozen=True, slots=True)
class GuardrailPlan:
    """Everything a deployment or its way back would change, and what it found."""

    command: str
    guardrail: str
    organization_id: str
    endpoint: str
    changes: tuple[GuardrailChange, ...]
    before: str = ""
    """The document there is, laid out; empty where there is none."""
    after: str = ""
    """The document there will be."""
    drifted: bool = False
    """Whether somebody else changed the document since it was deployed."""
    elsewhere: tuple[Place, ...] = ()
    """Where the policy is attached besides, which is left as it is."""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ChangeOutcome:
    """How one change came out."""

    change: GuardrailChange
    outcome: Outcome
    request_id: str | None = None
