"""Operators over values that have an order: numbers and dates share their six comparisons."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, Final

from rootwarden.policy.conditions.operator import Comparison, Operator, cannot_judge
from rootwarden.policy.truth import NO, YES, maybe

Read = Callable[[str], Any]
"""The value as something that can be compared, or None where the text is none."""

_COMPARISONS: Final = (
    ("Equals", operator.eq, False),
    ("NotEquals", operator.eq, True),
    ("LessThan", operator.lt, False),
    ("LessThanEquals", operator.le, False),
    ("GreaterThan", operator.gt, False),
    ("GreaterThanEquals", operator.ge, False),
)


def ordered_operators(family: str, read: Read, wanted: str) -> tuple[Operator, ...]:
    """The six operators of a family. A request's value that cannot be read equals nothing, nor is it less or greater."""
    return tuple(
        Operator(f"{family}{name}", _reader(read, compare, wanted), negated=negated)
        for name, compare, negated in _COMPARISONS
    )


def _reader(
    read: Read, compare: Callable[[Any, Any], bool], wanted: str
) -> Callable[[str, bool], Comparison]:
    def comparison(value: str, _: bool) -> Comparison:
        bound = read(value)
        if bound is None:
            unclear = maybe(warning=cannot_judge(value, wanted))
            return lambda _given, _request: unclear

        def against(given: str, _request: object) -> Any:
            number = read(given)
            return YES if number is not None and compare(number, bound) else NO

        return against

    return comparison
