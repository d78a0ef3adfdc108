"""String operators.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_String
"""

from __future__ import annotations

from typing import Final

from rootwarden.policy.conditions.operator import Comparison, Operator
from rootwarden.policy.pattern import pattern, tokens


def _equals(value: str, variables: bool) -> Comparison:
    return _text(value, variables=variables, wildcards=False, fold=False)


def _equals_ignoring_case(value: str, variables: bool) -> Comparison:
    return _text(value, variables=variables, wildcards=False, fold=True)


def _like(value: str, variables: bool) -> Comparison:
    return _text(value, variables=variables, wildcards=True, fold=False)


def _text(value: str, *, variables: bool, wildcards: bool, fold: bool) -> Comparison:
    return pattern(tokens(value, variables=variables, wildcards=wildcards), fold=fold).fits


STRING_OPERATORS: Final = (
    Operator("StringEquals", _equals),
    Operator("StringNotEquals", _equals, negated=True),
    Operator("StringEqualsIgnoreCase", _equals_ignoring_case),
    Operator("StringNotEqualsIgnoreCase", _equals_ignoring_case, negated=True),
    Operator("StringLike", _like),
    Operator("StringNotLike", _like, negated=True),
)
