"""What a principal may do in IAM and with the services that run code as a role. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from rootwarden.model.access import Can, Grounds
from rootwarden.operations.access.asking import context_of
from rootwarden.operations.access.grants import grounds_of, open_in
from rootwarden.operations.access.sieve import Sieve
from rootwarden.operations.access.ways import EVERY_ACTION
from rootwarden.policy import Answer, Layers, Request, evaluate
from rootwarden.policy.document import Effect
from rootwarden.policy.truth import Truth

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rootwarden.operations.access.evidence import AccessEvidence
    from rootwarden.operations.access.people import Person
    from rootwarden.operations.access.spread import Spread
    from rootwarden.policy import ContextValue, Level
    from rootwarden.policy.document import Statement

_SOMEWHERE: Final = "the resources that its policies name"


@dataclass(frozen=True, slots=True)
class Allowed:
    """That something goes through, or may."""

    answer: Can = Can.ALLOW
    grounds: tuple[Grounds, ...] = ()
    depends_on: tuple[str, ...] = ()


def together(parts: Iterable[Allowed]) -> Allowed:
    """What holds where all of it is needed."""
    every = list(parts)
    return Allowed(
        Can.ALLOW if all(one.answer is Can.ALLOW for one in every) else Can.DEPENDS,
        tuple(dict.fromkeys(ground for one in every for ground in one.grounds)),
        tuple(dict.fromkeys(key for one in every for key in one.depends_on)),
    )


@dataclass(slots=True)
class Reach:
    """Finds out what principals may do; policies are sifted once."""

    evidence: AccessEvidence
    _sieve: Sieve = field(default_factory=lambda: Sieve(EVERY_ACTION))
    _scps: dict[str, tuple[Level, ...]] = field(default_factory=dict)

    def of(self, person: Person) -> Means | None:
        """What a principal may do; None where none of its policies allows anything that matters."""
        if not any(self._sieve.of(one).allows for one in person.identity):
            return None
        home = person.home
        if home.account not in self._scps:
            self._scps[home.account] = self._sieve.levels(home.scp_levels)
        scps = self._scps[home.account]
        identity = self._sieve.policies(person.identity)
        boundary = None if person.boundary is None else self._sieve.policies(person.boundary)
        policies = [*identity, *(boundary or ()), *(one for level in scps for one in level.policies)]
        context = context_of(person, self.evidence.organization_id, self._sieve.keys(policies))
        layers = Layers(identity, boundary, scp_levels=scps)
        return Means(layers, context, tuple(one for policy in policies for one in policy.statements))


@dataclass(frozen=True, slots=True)
class Means:
    """What one principal may do."""

    layers: Layers
    context: dict[str, ContextValue]
    statements: tuple[Statement, ...]

    def may(self, action: str, resource: str) -> Allowed | None:
        """Whether it may, by its own policies; None where not."""
        if not self._could(action):
            return None
        return self._asked(Request(action, resource, self.context))

    def may_somewhere(self, action: str, resource: str) -> Allowed | None:
        """The same where it is not known on which resource it would be: where the policies name some, it depends on these."""
        found = self.may(action, resource)
        if found is not None:
            return found
        request = Request(action, "*")
        narrow = [
            one
            for one in self.statements
            if one.effect is Effect.ALLOW
            and not one.resource.everything
            and one.action.match(request).truth is not Truth.NO
        ]
        return Allowed(Can.DEPENDS, (), (_SOMEWHERE,)) if narrow else None

    def one_of(self, actions: Iterable[str], resource: str) -> tuple[str, Allowed] | None:
        """The first of these actions that goes through, else the first that may."""
        found = [(action, said) for action in actions if (said := self.may(action, resource))]
        return min(found, key=lambda one: one[1].answer is not Can.ALLOW, default=None)

    def among(self, action: str, spread: Spread) -> Iterator[tuple[tuple[int, ...], Allowed]]:
        """The positions of the resources on which it may, those together of which the same is said."""
        if not self._could(action):
            return
        request = Request(action, "*")
        matter = [one for one in self.statements if one.action.match(request).truth is not Truth.NO]
        for group in spread.groups(matter, self.context):
            said = self._asked(Request(action, spread.resources[group[0]], self.context))
            if said is not None:
                yield group, said

    def _could(self, action: str) -> bool:
        request = Request(action, "*")
        return any(
            one.effect is Effect.ALLOW and one.action.match(request).truth is not Truth.NO
            for one in self.statements
        )

    def _asked(self, request: Request) -> Allowed | None:
        decision = evaluate(request, self.layers)
        if decision.answer is Answer.DENY:
            return None
        sure = decision.answer is Answer.ALLOW
        grounds = grounds_of(self.layers, request, sure=sure)
        return Allowed(Can.ALLOW, grounds) if sure else Allowed(Can.DEPENDS, grounds, open_in(decision))
