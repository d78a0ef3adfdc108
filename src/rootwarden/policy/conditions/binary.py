"""BinaryEquals: both sides are base64, compared byte by byte.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_BinaryEquals
"""

from __future__ import annotations

import base64
import binascii
from typing import Final

from rootwarden.policy.conditions.operator import Comparison, Operator, cannot_judge
from rootwarden.policy.truth import NO, YES, maybe


def _bytes(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def _binary(value: str, _: bool) -> Comparison:
    wanted = _bytes(value)
    if wanted is None:
        unclear = maybe(warning=cannot_judge(value, "base64"))
        return lambda _given, _request: unclear
    return lambda given, _request: YES if _bytes(given) == wanted else NO


BINARY_OPERATORS: Final = (Operator("BinaryEquals", _binary),)
