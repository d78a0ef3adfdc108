"""What a guardrail is: the documents it renders to, what it claims of them, and what a reader has to know beforehand."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from rootwarden.policy.guardrails.claims import Claim
    from rootwarden.policy.guardrails.parameters import Parameters


class Home(StrEnum):
    """The account a stack belongs into."""

    DELEGATE = "the delegated administrator's account"
    MANAGEMENT = "the management account"
    ANY = "any account"


class Kind(StrEnum):
    """What a document is to AWS."""

    IDENTITY = "identity policy"
    BOUNDARY = "permissions boundary"
    TRUST = "trust policy"
    SCP = "service control policy"
    RESOURCE = "Organizations resource policy"
    STACK = "CloudFormation template"
    """No policy: a stack of alerts, which is a template by itself."""

    @property
    def limit(self) -> int:
        """The most characters AWS takes; of a template bytes.

        https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
        https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html (managed policies; a trust policy's default)
        https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html
        """
        return _LIMITS[self]


_LIMITS: Final = {
    Kind.IDENTITY: 6_144,
    Kind.BOUNDARY: 6_144,
    Kind.TRUST: 2_048,
    Kind.SCP: 10_240,
    Kind.RESOURCE: 40_000,
    Kind.STACK: 51_200,
}


@dataclass(frozen=True, slots=True)
class Paper:
    """One document."""

    name: str
    """What it is called at AWS."""
    kind: Kind
    document: Mapping[str, Any]
    limits: bool = False
    """Whether an identity policy takes away from what others grant, and grants nothing itself."""

    @property
    def text(self) -> str:
        """The document as it is sent: without white space, which counts towards the limit of SCPs."""
        return json.dumps(self.document, separators=(",", ":"), ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Part:
    """Documents that are judged together, and what is claimed of them."""

    papers: tuple[Paper, ...]
    claims: tuple[Claim, ...]
    role: str | None = None
    """The operator role that the documents belong to."""
    warnings: tuple[str, ...] = ()


class Reach(StrEnum):
    """The accounts in which a stack of alerts stands, in every enabled Region of them."""

    CALLERS = "callers"
    """The management account and the delegated administrator's."""
    MEMBERS = "members"
    """The management account, and every member account by a StackSet."""
    HUB = "hub"
    """The account and Region of the caller, whichever they are."""


@dataclass(frozen=True, slots=True)
class Guardrail:
    """One entry of the catalogue."""

    name: str
    protects: str
    belongs: str
    """Where it is to be attached or created."""
    breaks: str
    """What does not work any more, and what it does not stop."""
    kinds: tuple[Kind, ...]
    takes: tuple[str, ...]
    """The parameters that shape it, by their names; those in ``needs`` among them."""
    make: Callable[[Parameters], tuple[Part, ...]]
    needs: tuple[str, ...] = ()
    """The parameters it cannot be rendered without."""
    deployed_as: str = ""
    """The policy's name in the organization; empty for what is not deployed by Organizations."""
    home: Home | None = None
    """The account into which CloudFormation brings it; None for what is no stack."""
    reach: Reach | None = None
    """Where a stack of alerts is deployed; None for anything else."""


def statement(sid: str, effect: str, action: Any, resource: Any, **more: Any) -> dict[str, Any]:
    """One statement; lists of one are written without brackets."""
    condition = more.pop("condition", None)
    made = {"Sid": sid, "Effect": effect, **more, "Action": _alone(action), "Resource": _alone(resource)}
    if condition:
        made["Condition"] = {
            operator: {key: _alone(values) for key, values in keys.items()}
            for operator, keys in condition.items()
        }
    return made


def document(*statements: Mapping[str, Any]) -> dict[str, Any]:
    """A policy document of these statements."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def _alone(values: Any) -> Any:
    if isinstance(values, (list, tuple)):
        return values[0] if len(values) == 1 else list(values)
    return values
