"""A policy, parsed once into values that can be matched."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from rootwarden.policy.action import ActionMatcher
from rootwarden.policy.conditions.condition import Condition
from rootwarden.policy.principal import PrincipalMatcher
from rootwarden.policy.request import Request
from rootwarden.policy.resource import ResourceMatcher
from rootwarden.policy.truth import YES, Match, Truth


class Effect(StrEnum):
    """What a statement does when it matches."""

    ALLOW = "Allow"
    DENY = "Deny"


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement, ready to be matched."""

    effect: Effect
    label: str
    """The Sid, else ``statement N`` counted from 1."""
    action: ActionMatcher
    resource: ResourceMatcher
    conditions: tuple[Condition, ...]
    principal: PrincipalMatcher | None
    """Only RCPs and resource policies have one."""
    held: Match
    """Yes, with the conditions as its reason."""

    def match(self, request: Request) -> Match:
        """Whether the statement applies, its principal aside; the reason is the conditions that held or are open."""
        target = self.match_target(request)
        if target.truth is Truth.NO:
            return target
        return self.match_conditions(request, target)

    def match_target(self, request: Request) -> Match:
        """Whether action and resource are covered."""
        action = self.action.match(request)
        return action if action.truth is Truth.NO else self.resource.match(request)

    def match_conditions(self, request: Request, target: Match = YES) -> Match:
        """Whether the conditions hold too; the reason of a no is the first that fails."""
        open_ones = [target] if target.truth is Truth.MAYBE else []
        for condition in self.conditions:
            match = condition.match(request)
            if match.truth is Truth.NO:
                return match
            if match.truth is Truth.MAYBE:
                open_ones.append(match)
        if not open_ones:
            return self.held
        return Match(
            Truth.MAYBE,
            reason=" and ".join(match.reason for match in open_ones),
            keys=frozenset().union(*(match.keys for match in open_ones)),
            warnings=tuple(warning for match in open_ones for warning in match.warnings),
        )


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy document under the name it is reported by. Made by ``parse_policy``."""

    name: str
    """Its ARN, id or file name: whatever tells the reader where to look."""
    source: str
    """The document as compact JSON; two policies are equal when name and source are."""
    statements: tuple[Statement, ...] = field(compare=False, repr=False)
