"""Numeric operators: decimal numbers, compared exactly.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_Numeric
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from rootwarden.policy.conditions.ordered import ordered_operators

_NUMBER = re.compile(r"[+-]?[0-9]{1,1000}(\.[0-9]{1,1000})?([eE][+-]?[0-9]{1,3})?")


def _number(text: str) -> Decimal | None:
    return Decimal(text) if _NUMBER.fullmatch(text) else None


NUMERIC_OPERATORS: Final = ordered_operators("Numeric", _number, "a decimal number")
