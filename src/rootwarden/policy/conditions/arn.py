"""ARN operators: six segments compared one by one. ArnEquals and ArnLike are the same.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_ARN
"""

from __future__ import annotations

from typing import Final

from rootwarden.policy.conditions.operator import Comparison, Operator, cannot_judge
from rootwarden.policy.pattern import pattern, segments, tokens
from rootwarden.policy.request import Request
from rootwarden.policy.truth import Match, all_of, maybe

_SEGMENTS = 6


def is_arn(text: str) -> bool:
    """Whether the text has an ARN's form."""
    return text.startswith("arn:") and text.count(":") >= _SEGMENTS - 1


def _like(value: str, variables: bool) -> Comparison:
    parts = segments(tokens(value, variables=variables, wildcards=True), _SEGMENTS)
    if len(parts) != _SEGMENTS or parts[0] != ("arn",):
        # Careful implementations differ here and IAM may refuse to save it, so we do not guess.
        unclear = maybe(warning=cannot_judge(value, "an ARN pattern of six parts"))
        return lambda _, __: unclear

    patterns = tuple(pattern(part) for part in parts)

    def compare(given: str, request: Request) -> Match:
        texts = given.split(":", _SEGMENTS - 1)
        return all_of([part.fits(text, request) for part, text in zip(patterns, texts, strict=True)])

    return compare


ARN_OPERATORS: Final = (
    Operator("ArnEquals", _like, comparable=is_arn),
    Operator("ArnLike", _like, comparable=is_arn),
    Operator("ArnNotEquals", _like, negated=True, comparable=is_arn),
    Operator("ArnNotLike", _like, negated=True, comparable=is_arn),
)
