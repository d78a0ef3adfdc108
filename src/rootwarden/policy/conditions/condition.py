"""One condition: an operator, a key and its values.

Rules for absent keys and for several values:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from types import MappingProxyType
from typing import Final

from rootwarden.policy.conditions.arn import ARN_OPERATORS
from rootwarden.policy.conditions.binary import BINARY_OPERATORS
from rootwarden.policy.conditions.boolean import BOOLEAN_OPERATORS
from rootwarden.policy.conditions.date import DATE_OPERATORS
from rootwarden.policy.conditions.ip import IP_OPERATORS
from rootwarden.policy.conditions.null import NULL, null_matches
from rootwarden.policy.conditions.numeric import NUMERIC_OPERATORS
from rootwarden.policy.conditions.operator import Comparison, Operator
from rootwarden.policy.conditions.string import STRING_OPERATORS
from rootwarden.policy.request import Request, Unknown
from rootwarden.policy.truth import NO, YES, Match, Truth, all_of, any_of, because, maybe, none_of
from rootwarden.policy.wording import as_written

OPERATORS: Final[Mapping[str, Operator]] = MappingProxyType(
    {
        operator.name.lower(): operator
        for operator in (
            *STRING_OPERATORS,
            *ARN_OPERATORS,
            *BOOLEAN_OPERATORS,
            *NUMERIC_OPERATORS,
            *DATE_OPERATORS,
            *IP_OPERATORS,
            *BINARY_OPERATORS,
        )
    }
)
"""Every operator but Null, by its name in lower case."""


class Set(Enum):
    """How the values of a multi-valued key are taken together."""

    NONE = ""
    ANY = "foranyvalue:"
    ALL = "forallvalues:"


@dataclass(frozen=True, slots=True)
class Condition:
    """One key under one operator, with its values read."""

    key: str
    """In lower case."""
    reason: str
    """As written in the policy."""
    values: tuple[str, ...]
    null: bool
    operator: Operator | None
    """None for Null and for an operator we do not know."""
    comparisons: tuple[Comparison, ...]
    set_: Set
    if_exists: bool
    warning: str
    """What to say where the operator leaves open whether the condition holds."""
    held: Match
    failed: Match

    def match(self, request: Request) -> Match:
        """Whether the condition holds for the request."""
        found = self._match(request)
        if found.truth is Truth.MAYBE:
            return because(found, self.reason)
        return self.held if found.truth is Truth.YES else self.failed

    def _match(self, request: Request) -> Match:
        value = request.context.get(self.key)
        if self.null:
            return null_matches(self.values, self.key, value)
        if self.operator is None:
            return maybe(warning=self.warning)
        if value is None:
            return self._absent(self.operator)
        if isinstance(value, Unknown):
            return maybe(keys=frozenset({self.key}))
        if self.set_ is Set.NONE:
            # A key with a list of values never matches without ForAnyValue or ForAllValues, not even negated.
            return self._compare(self.operator, value, request) if isinstance(value, str) else NO
        given = (value,) if isinstance(value, str) else value
        compared = (self._compare(self.operator, one, request) for one in given)
        return any_of(compared) if self.set_ is Set.ANY else all_of(compared)

    def _absent(self, operator: Operator) -> Match:
        if self.set_ is Set.ALL:
            return YES
        if self.set_ is Set.ANY:
            if self.if_exists:
                return maybe(warning=self.warning)
            return NO
        return YES if self.if_exists or operator.negated else NO

    def _compare(self, operator: Operator, given: str, request: Request) -> Match:
        if not operator.comparable(given):
            return NO
        compared = [comparison(given, request) for comparison in self.comparisons]
        return none_of(compared) if operator.negated else any_of(compared)


def condition(operator: str, key: str, values: tuple[str, ...], *, variables: bool) -> Condition:
    """The condition as a value that can be matched. An unknown operator is kept: it matches "maybe", with a warning."""
    name = operator.lower()
    set_ = next((kind for kind in (Set.ANY, Set.ALL) if name.startswith(kind.value)), Set.NONE)
    bare = name.removeprefix(set_.value)
    known = OPERATORS.get(bare.removesuffix("ifexists"))
    reason = as_written(f"{operator} {key}", values)
    return Condition(
        key=key.lower(),
        reason=reason,
        values=values,
        null=name == NULL,
        operator=known,
        comparisons=tuple(known.read(value, variables) for value in values) if known else (),
        set_=set_,
        if_exists=bare.endswith("ifexists"),
        warning=(
            f"{operator} on the absent key {key} is not settled"
            if known
            else f"the condition operator {operator} is not known"
        ),
        held=Match(Truth.YES, reason=reason),
        failed=Match(Truth.NO, reason=reason),
    )


def unjudged(warning: str) -> Condition:
    """A condition that may hold or not, whatever the request."""
    return replace(condition("", "", (), variables=False), reason="", warning=warning)
