"""Changes that bring a guardrail into an organization or take it out, shown before any of them is made."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rootwarden.model.ids import AccountId
    from rootwarden.model.outcome import Outcome

_FEW: Final = 3
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
    ACTIVATE_ORGANIZATIONS_ACCESS = "activate_organizations_access"
    CREATE_STACK_SET = "create_stack_set"
    UPDATE_STACK_SET = "update_stack_set"
    CREATE_STACK_INSTANCES = "create_stack_instances"
    DELETE_STACK_INSTANCES = "delete_stack_instances"
    DELETE_STACK_SET = "delete_stack_set"

    @property
    def is_of_stack(self) -> bool:
        """Whether it is about one stack."""
        return self in {ChangeKind.CREATE_STACK, ChangeKind.UPDATE_STACK, ChangeKind.DELETE_STACK}

    @property
    def is_of_stack_set(self) -> bool:
        """Whether it is about StackSets."""
        return self in _OF_STACK_SETS

    @property
    def action(self) -> str:
        """The IAM action of the call."""
        if self.is_of_stack_set:
            return f"cloudformation:{''.join(word.capitalize() for word in self.value.split('_'))}"
        if self.is_of_stack:
            return (
                "cloudformation:DeleteStack"
                if self is ChangeKind.DELETE_STACK
                else "cloudformation:ExecuteChangeSet"
            )
        return f"organizations:{''.join(word.capitalize() for word in self.value.split('_'))}"


_OF_STACK_SETS: Final = frozenset(
    {
        ChangeKind.ACTIVATE_ORGANIZATIONS_ACCESS,
        ChangeKind.CREATE_STACK_SET,
        ChangeKind.UPDATE_STACK_SET,
        ChangeKind.CREATE_STACK_INSTANCES,
        ChangeKind.DELETE_STACK_INSTANCES,
        ChangeKind.DELETE_STACK_SET,
    }
)
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
    ChangeKind.ACTIVATE_ORGANIZATIONS_ACCESS: "give StackSets trusted access to the organization",
    ChangeKind.CREATE_STACK_SET: "make the StackSet {policy}, which follows accounts that join",
    ChangeKind.UPDATE_STACK_SET: "bring every stack of the StackSet {policy} to the template",
    ChangeKind.CREATE_STACK_INSTANCES: "make the stacks of {policy} in the accounts of {targets}, in {regions}",
    ChangeKind.DELETE_STACK_INSTANCES: "delete the stacks of {policy} in the accounts of {targets}, in {regions}",
    ChangeKind.DELETE_STACK_SET: "delete the StackSet {policy}",
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
    account: AccountId | None = None
    """The account of a stack, where it is one of several."""
    region: str | None = None
    """Its Region."""
    targets: tuple[Place, ...] = ()
    """The root and OUs that a StackSet deploys to."""
    regions: tuple[str, ...] = ()
    """The Regions that it deploys to."""

    @property
    def text(self) -> str:
        """What it does, and where, in a sentence."""
        return f"{self.text_anywhere}, in {self.account} {self.region}" if self.region else self.text_anywhere

    @property
    def text_anywhere(self) -> str:
        """What it does, without account and Region."""
        return _TEXTS[self.kind].format(
            policy=self.policy,
            where=self.place.shown if self.place else "",
            targets=", ".join(one.shown for one in self.targets),
            regions=listed_regions(self.regions),
        )

    @property
    def item(self) -> str:
        """What the ledger calls it."""
        where = (
            self.place.id if self.place else None,
            self.account,
            self.region,
            "+".join(one.id for one in self.targets),
        )
        return ":".join((self.kind.value, self.policy, *(one for one in where if one)))


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
    by_hand: tuple[str, ...] = ()
    """What somebody changed besides the document, a sentence each."""
    unseen: tuple[str, ...] = ()
    """What could not be reached or read, and why: nothing is done there, and nothing is said of it."""


def listed_regions(regions: Sequence[str]) -> str:
    """Regions in a sentence: few by name, many by number."""
    return f"{len(regions)} Regions" if len(regions) > _FEW else ", ".join(regions)


@dataclass(frozen=True, slots=True)
class ChangeOutcome:
    """How one change came out."""

    change: GuardrailChange
    outcome: Outcome
    request_id: str | None = None
