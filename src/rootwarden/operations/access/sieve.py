"""The statements of a policy that can say anything about an action; all others are left out. Pure."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rootwarden.policy import Level, Policy, Request
from rootwarden.policy.document import Effect
from rootwarden.policy.keys import named_keys
from rootwarden.policy.truth import Truth

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rootwarden.policy.document import Statement


@dataclass(frozen=True, slots=True)
class Sifted:
    """What is left of a policy."""

    policy: Policy
    """With the statements that matter alone; they keep their names."""
    keys: frozenset[str]
    """The condition keys it names; none where no statement is left."""
    allows: bool
    """Whether an Allow is left."""
    whole: Policy = field(compare=False)
    """The policy itself: it is kept, so that its id stays its own."""


@dataclass(slots=True)
class Sieve:
    """Sifts policies by some actions; each policy once."""

    actions: tuple[str, ...]
    _asked: tuple[Request, ...] = field(init=False)
    _found: dict[int, Sifted] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._asked = tuple(Request(action, "*") for action in self.actions)

    def of(self, policy: Policy) -> Sifted:
        """The policy without what does not matter."""
        found = self._found.get(id(policy))
        if found is None:
            left = tuple(one for one in policy.statements if self._covers(one))
            keys = named_keys(policy) if left else frozenset()
            slim = dataclasses.replace(policy, statements=left)
            allows = any(one.effect is Effect.ALLOW for one in left)
            found = self._found[id(policy)] = Sifted(slim, keys, allows, policy)
        return found

    def policies(self, policies: Iterable[Policy]) -> tuple[Policy, ...]:
        """Policies sifted; those of which nothing is left are left out."""
        sifted = (self.of(one).policy for one in policies)
        return tuple(one for one in sifted if one.statements)

    def levels(self, levels: Iterable[Level]) -> tuple[Level, ...]:
        """Levels sifted. A level without policies stays one: it allows nothing."""
        return tuple(Level(one.target, self.policies(one.policies)) for one in levels)

    def keys(self, policies: Iterable[Policy]) -> frozenset[str]:
        """The condition keys that what is left names."""
        return frozenset().union(*(self.of(one).keys for one in policies))

    def _covers(self, statement: Statement) -> bool:
        return any(statement.action.match(one).truth is not Truth.NO for one in self._asked)
