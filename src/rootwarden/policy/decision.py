"""What comes out: an answer, and what decided it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Answer(StrEnum):
    """Whether the request goes through."""

    ALLOW = "allow"
    DENY = "deny"
    DEPENDS = "depends"


class Layer(StrEnum):
    """Where a policy stands in the decision."""

    IDENTITY = "identity"
    BOUNDARY = "boundary"
    TASK_POLICY = "task-policy"
    SCP = "scp"
    RCP = "rcp"
    RESOURCE_POLICY = "resource-policy"

    @property
    def noun(self) -> str:
        """The layer's name in a sentence."""
        return _TITLES[self]


_TITLES = {
    Layer.IDENTITY: "identity policy",
    Layer.BOUNDARY: "permissions boundary",
    Layer.TASK_POLICY: "task policy",
    Layer.SCP: "SCP",
    Layer.RCP: "RCP",
    Layer.RESOURCE_POLICY: "resource policy",
}


@dataclass(frozen=True, slots=True)
class Decision:
    """An answer with what decided it; what does not apply is None."""

    answer: Answer
    explicit: bool
    """Whether a Deny statement decided, or may decide; False for an allow and for a missing Allow."""
    layer: Layer | None = None
    """The layer that decided. None for an allow that rests on a root user's inherent access."""
    target: str | None = None
    """The organization root, OU or account the deciding SCP or RCP level belongs to."""
    policy: str | None = None
    """The name the deciding policy was parsed under; for a missing Allow, that of the nearest miss."""
    statement: str | None = None
    """The deciding statement: its Sid, else ``statement N`` counted from 1."""
    condition: str | None = None
    """What decided, as written: the conditions that held; for a missing Allow the one that failed; for a depends what is
    open, which may also be a Resource or a Principal."""
    depends_on: frozenset[str] = frozenset()
    """For depends: the condition keys, in lower case, whose values would decide."""
    warnings: tuple[str, ...] = ()
    """What in the policies themselves cannot be judged."""

    @property
    def sentence(self) -> str:
        """The decision as one sentence."""
        return f"{self._outcome()}{self._place()}{self._why()}."

    def _outcome(self) -> str:
        if self.answer is Answer.ALLOW:
            return "Allowed" if self.layer else "Allowed by the root user's inherent access"
        if self.answer is Answer.DEPENDS:
            what = "a possible Deny" if self.explicit else "whether there is an Allow"
            return f"It depends on {what}"
        return "Denied" if self.explicit else "Denied because no statement allows it"

    def _place(self) -> str:
        if self.layer is None:
            return ""
        level = f"{self.layer.noun} level {self.target}" if self.target else self.layer.noun
        if self.policy is None:
            return f" in the {level}"
        name = f" {self.policy}" if self.policy else ""
        layer = f"the {self.layer.noun}{name}" + (f" on {self.target}" if self.target else "")
        if self.answer is Answer.DENY and not self.explicit:
            return f" in the {level}; nearest is {self.statement} of{name or ' its policy'}"
        by = "in" if self.answer is Answer.DEPENDS else "by"
        return f" {by} {self.statement} of {layer}"

    def _why(self) -> str:
        parts = [self._condition_clause(self.condition)] if self.condition else []
        if self.depends_on:
            parts.append(f"; unknown: {', '.join(sorted(self.depends_on))}")
        if self.warnings:
            parts.append(f"; {'; '.join(self.warnings)}")
        return "".join(parts)

    def _condition_clause(self, condition: str) -> str:
        if self.answer is Answer.DEPENDS:
            return f"; open: {condition}"
        if self.answer is Answer.DENY and not self.explicit:
            return f", whose condition {condition} fails"
        return f", because of {condition}"
