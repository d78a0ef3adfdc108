"""How statements spread over many resources: those that no statement tells apart are judged once. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rootwarden.policy import Request

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping, Sequence

    from rootwarden.policy import ContextValue
    from rootwarden.policy.document import Statement
    from rootwarden.policy.resource import ResourceMatcher
    from rootwarden.policy.truth import Match

Groups = tuple[tuple[int, ...], ...]
"""Positions of resources, one group for each set that is treated alike."""

_Marks = tuple[int, ...] | None
"""A number for each resource, equal where the statement matches it equally; None where it matches all of them so."""


@dataclass(slots=True)
class Spread:
    """A fixed list of resources."""

    resources: tuple[str, ...]
    _positions: dict[str, int] = field(init=False)
    _bare: list[Request] = field(init=False)
    _marks: dict[Hashable, _Marks] = field(default_factory=dict)
    _numbers: dict[Match, int] = field(default_factory=dict)
    _groups: dict[Hashable, Groups] = field(default_factory=dict)
    _everything: Groups = field(init=False)

    def __post_init__(self) -> None:
        self._positions = {one: number for number, one in enumerate(self.resources)}
        self._bare = [Request("", one) for one in self.resources]
        self._everything = (tuple(range(len(self.resources))),) if self.resources else ()

    def groups(
        self,
        statements: Iterable[Statement],
        context: Mapping[str, ContextValue],
        apart: Sequence[int] | None = None,
    ) -> Groups:
        """The groups that the Resource elements of these statements make, in a context that is the same for all resources.

        ``apart`` numbers the resources by whatever else tells them apart.
        """
        found = {marks for one in statements if (marks := self._of(one.resource, context)) is not None}
        if apart is not None:
            found.add(tuple(apart))
        if not found:
            return self._everything
        key = frozenset(found)
        groups = self._groups.get(key)
        if groups is None:
            members: dict[tuple[int, ...], list[int]] = {}
            for position, marks in enumerate(zip(*found, strict=True)):
                members.setdefault(marks, []).append(position)
            groups = self._groups[key] = tuple(map(tuple, members.values()))
        return groups

    def _of(self, matcher: ResourceMatcher, context: Mapping[str, ContextValue]) -> _Marks:
        if matcher.everything:
            return None
        if any(
            one.whole.glob is None for one in matcher.patterns
        ):  # a variable: what it is depends on the caller
            asked = [Request("", one, context) for one in self.resources]
            return self._uniform([self._number(matcher.match(one)) for one in asked])
        key = (matcher.negated, tuple(one.whole.tokens for one in matcher.patterns))
        if key not in self._marks:
            self._marks[key] = self._uniform(self._fixed(matcher))
        return self._marks[key]

    def _fixed(self, matcher: ResourceMatcher) -> list[int]:
        exact = [one.whole.glob.exact if one.whole.glob else None for one in matcher.patterns]
        if all(text is not None and not one.fault for text, one in zip(exact, matcher.patterns, strict=True)):
            # ARNs in full: only those they name can match.
            marks = [self._number(matcher.match(Request("", "")))] * len(self.resources)
            for text in exact:
                position = self._positions.get(text or "")
                if position is not None:
                    marks[position] = self._number(matcher.match(self._bare[position]))
            return marks
        return [self._number(matcher.match(one)) for one in self._bare]

    def _number(self, match: Match) -> int:
        return self._numbers.setdefault(match, len(self._numbers))

    @staticmethod
    def _uniform(marks: list[int]) -> _Marks:
        return None if len(set(marks)) <= 1 else tuple(marks)
