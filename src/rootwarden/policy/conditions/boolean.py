"""Bool: ``true`` in any case is true, every other value of the request is false.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_Boolean
"""

from __future__ import annotations

from typing import Final

from rootwarden.policy.conditions.operator import Comparison, Operator, cannot_judge
from rootwarden.policy.truth import NO, YES, maybe


def _bool(value: str, _: bool) -> Comparison:
    literal = value.lower()
    if literal not in ("true", "false"):
        unclear = maybe(warning=cannot_judge(value, '"true" or "false"'))
        return lambda _given, _request: unclear
    wanted = literal == "true"
    return lambda given, _: YES if (given.lower() == "true") is wanted else NO


BOOLEAN_OPERATORS: Final = (Operator("Bool", _bool),)
