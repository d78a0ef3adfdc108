"""What an operator is: how it reads one value of the policy and compares it with one value of the request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rootwarden.policy.request import Request
from rootwarden.policy.truth import Match

Comparison = Callable[[str, Request], Match]
"""Compares one value of the request with one value of the policy, read beforehand."""


def any_value(_: str) -> bool:
    """Every text can be compared."""
    return True


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator, without its prefix (``ForAnyValue:``) and suffix (``IfExists``)."""

    name: str
    """As AWS spells it; compared without regard to case."""
    read: Callable[[str, bool], Comparison]
    """Takes a value of the policy and whether policy variables are replaced in it."""
    negated: bool = False
    """A negated operator holds when no value of the policy compares, and for an absent key."""
    comparable: Callable[[str], bool] = any_value
    """Whether a value of the request can be compared at all; if not, even a negated operator does not hold."""


def cannot_judge(value: str, wanted: str) -> str:
    """The warning for a policy value the operator cannot read."""
    return f'"{value}" is not {wanted}'
