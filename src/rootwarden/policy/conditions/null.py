"""Null: is the key absent (``"true"``) or present (``"false"``)? Its value does not matter.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_Null
"""

from __future__ import annotations

from rootwarden.policy.conditions.operator import cannot_judge
from rootwarden.policy.request import UNKNOWN, ContextValue
from rootwarden.policy.truth import NO, YES, Match, any_of, maybe

NULL = "null"
"""The operator's name in lower case; it takes neither prefix nor suffix."""


def null_matches(wanted: tuple[str, ...], key: str, value: ContextValue | None) -> Match:
    """Whether the key's absence is as one of the wanted values says; ``value`` None means absent."""
    return any_of(_one(text, key, value) for text in wanted)


def _one(text: str, key: str, value: ContextValue | None) -> Match:
    literal = text.lower()
    if literal not in ("true", "false"):
        return maybe(warning=cannot_judge(text, '"true" or "false"'))
    if value is UNKNOWN:
        return maybe(keys=frozenset({key}))
    return YES if (value is None) is (literal == "true") else NO
