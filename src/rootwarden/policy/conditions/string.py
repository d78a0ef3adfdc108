"""String operators.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_String
"""

from __future__ import annotations

from typing import Final

from rootwarden.policy.conditions.operator import Comparison, Operator
from rootwarden.policy.pattern import fits, is_static, tokens
from rootwarden.policy.request import Request
from rootwarden.policy.truth import NO, YES, Match


def _equals(value: str, variables: bool) -> Comparison:
    return _text(value, variables=variables, wildcards=False, fold=False)


def _equals_ignoring_case(value: str, variables: bool) -> Comparison:
    return _text(value, variables=variables, wildcards=False, fold=True)


def _like(value: str, variables: bool) -> Comparison:
    return _text(value, variables=variables, wildcards=True, fold=False)


def _text(value: str, *, variables: bool, wildcards: bool, fold: bool) -> Comparison:
    wanted = tokens(value, variables=variables, wildcards=wildcards)
    if is_static(wanted) and all(isinstance(token, str) for token in wanted):
        literal = "".join(str(token) for token in wanted)
        if not fold:
            return lambda given, _: YES if given == literal else NO
        folded = literal.lower()
        return lambda given, _: YES if given.lower() == folded else NO

    def compare(given: str, request: Request) -> Match:
        return fits(wanted, given, request, fold=fold)

    return compare


STRING_OPERATORS: Final = (
    Operator("StringEquals", _equals),
    Operator("StringNotEquals", _equals, negated=True),
    Operator("StringEqualsIgnoreCase", _equals_ignoring_case),
    Operator("StringNotEqualsIgnoreCase", _equals_ignoring_case, negated=True),
    Operator("StringLike", _like),
    Operator("StringNotLike", _like, negated=True),
)
