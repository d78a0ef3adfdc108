"""A policy that exists but could not be read, or not be parsed: it may deny and it may allow."""

from __future__ import annotations

from typing import Final

from rootwarden.policy.action import action_matcher
from rootwarden.policy.conditions.condition import unjudged
from rootwarden.policy.document import Effect, Policy, Statement
from rootwarden.policy.resource import resource_matcher
from rootwarden.policy.truth import YES

NOT_READ: Final = "a statement that was not read"
"""What the statements of a stand-in are called."""


def unreadable_policy(*, name: str, why: str) -> Policy:
    """A stand-in for a policy nobody has seen the inside of: what it would decide is ``depends``, with ``why`` as warning."""
    return Policy(
        name=name,
        source="",
        statements=tuple(
            Statement(
                effect=effect,
                label=NOT_READ,
                action=action_matcher(("*",), negated=False),
                resource=resource_matcher(("*",), negated=False, variables=False),
                conditions=(unjudged(f"{name}: {why}" if name else why),),
                principal=None,
                held=YES,
            )
            for effect in Effect
        ),
    )
