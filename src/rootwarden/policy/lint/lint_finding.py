"""What the linter says."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final


class PolicyKind(StrEnum):
    """The kinds of policies that are checked."""

    IDENTITY = "identity"
    SCP = "scp"
    RCP = "rcp"

    @property
    def limit(self) -> int:
        """The most characters AWS takes; of an identity policy the largest, a managed one, white space not counted."""
        return _LIMITS[self]


_LIMITS: Final = {PolicyKind.IDENTITY: 6_144, PolicyKind.SCP: 10_240, PolicyKind.RCP: 5_120}

RULES: Final = {
    "malformed": "The document is no policy that AWS would accept.",
    "too_large": "The document is larger than AWS takes.",
    "large_as_written": "With its white space, which the API counts, the document is larger than AWS takes.",
    "yaml_null": "An unquoted Null is an empty key in YAML, and the condition is lost.",
    "principal_here": "There is a Principal where none belongs.",
    "rcp_principal": 'A statement of an RCP has to have the Principal "*".',
    "rcp_allow": "An RCP only denies; what it allows has no effect.",
    "not_in_scp": "SCPs and RCPs do not take this element.",
    "unknown_operator": "There is no such condition operator.",
    "misspelt_key": "There is no such condition key.",
    "bool_exemption": "The exemption of root sessions is written so that the statement denies nobody.",
    "bool_on_absent_key": "A plain Bool does not match where the key is absent.",
    "sessions_denied_with_root": "Root sessions are denied together with the root user.",
    "inverted_exemption": "Root sessions are denied, and the signed-in root user is not.",
    "root_not_named": "Root sessions are denied by a statement that does not name root.",
    "region_deny": "A Region deny takes calls of root sessions with it.",
    "control_tower_without_exemption": "Control Tower's root control denies root sessions.",
    "control_tower_root_control": "Control Tower's root control, with its exemption.",
    "allow_list": "What root sessions or operator roles need is not among what the SCP allows.",
    "assume_root_unlimited": "sts:AssumeRoot is allowed for every task, the deletion of credentials among them.",
    "unreadable": "The policy could not be read.",
}
"""Every code, and what it means in one sentence."""
NOTES: Final = frozenset({"control_tower_root_control"})
"""What is told, and is no finding."""


@dataclass(frozen=True, slots=True)
class LintFinding:
    """One thing to be seen to, and where."""

    code: str
    text: str
    path: str = ""
    """The place in the document, as ``Statement[0].Condition``."""
    line: int | None = None
    column: int | None = None
    """Counted from 1; None where the policy came from no file."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What a policy does to somebody who asks for something."""

    who: str
    what: str
    answer: str
    """``passes``, ``denied``, ``depends``; for what an identity policy grants, ``allowed`` or ``not allowed``."""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Linted:
    """One policy, checked."""

    source: str
    """The file, or the policy's name and id."""
    name: str
    """The place in a template; empty where the file is the policy."""
    kind: PolicyKind
    findings: tuple[LintFinding, ...]
    effects: tuple[Effect, ...] = ()
    targets: tuple[str, ...] = field(default=())
    """Where the organization has it attached."""

    @property
    def counted(self) -> tuple[LintFinding, ...]:
        """The findings, without what is only told."""
        return tuple(one for one in self.findings if one.code not in NOTES)
