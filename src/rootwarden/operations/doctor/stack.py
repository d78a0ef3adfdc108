"""The SCPs and RCPs above one account, judged level by level: what many accounts share is judged once."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rootwarden.model.organization_policy import PolicyType
from rootwarden.model.reading import NotSeen, Seen
from rootwarden.operations.doctor.shelf import Book, Shelf, level_of, stand_in
from rootwarden.policy import Answer, Decision, Layers, evaluate

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping

    from rootwarden.model.ids import AccountId
    from rootwarden.policy import Policy, Request


@dataclass(frozen=True, slots=True)
class Rung:
    """What is attached at one place."""

    kind: PolicyType
    target: str
    books: tuple[Book, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its policies, which are unlike for unlike policies."""
        return tuple(book.policy.name for book in self.books)

    @property
    def unread(self) -> tuple[str, ...]:
        """What of it was not read."""
        return tuple(book.policy.name for book in self.books if book.unread is not None)


@dataclass(frozen=True, slots=True)
class Stack:
    """Everything above one account, from the root down; without levels where the type is not enabled."""

    account: AccountId
    rungs: tuple[Rung, ...]

    @property
    def books(self) -> tuple[Book, ...]:
        """All policies of it."""
        return tuple(book for rung in self.rungs for book in rung.books)

    @property
    def wholly_read(self) -> bool:
        """Whether no stand-in takes part."""
        return not any(book.unread for book in self.books)

    def layers(self, instead: Mapping[str, Policy] | None = None) -> Layers:
        """The stack for the evaluator, with some policies, by name, replaced."""
        levels = {
            kind: tuple(level_of(rung.target, rung.books) for rung in self.rungs if rung.kind is kind)
            for kind in PolicyType
        }
        if instead:
            levels = {
                kind: tuple(
                    dataclasses.replace(one, policies=tuple(instead.get(p.name, p) for p in one.policies))
                    for one in found
                )
                for kind, found in levels.items()
            }
        return Layers(None, scp_levels=levels[PolicyType.SCP], rcp_levels=levels[PolicyType.RCP])


def stack_of(shelf: Shelf, account: AccountId, kinds: Iterable[PolicyType] = tuple(PolicyType)) -> Stack:
    """The stack above an account."""
    lineage = shelf.evidence.places.lineages.get(account)
    rungs: list[Rung] = []
    for kind in kinds:
        enabled = shelf.evidence.policies.enabled[kind]
        if isinstance(enabled, NotSeen):
            rungs.append(Rung(kind, account, (stand_in(f"the {kind.short}s", enabled.reason),)))
        elif enabled.value and isinstance(lineage, Seen):
            rungs += [Rung(kind, target, shelf.books_at(kind, target)) for target in lineage.value]
        elif enabled.value and isinstance(lineage, NotSeen):
            what = f"the {kind.short}s of the OUs above {account}"
            rungs.append(Rung(kind, account, (stand_in(what, lineage.reason),)))
    return Stack(account, tuple(rungs))


@dataclass(slots=True)
class LevelJudge:
    """Decides requests against stacks and remembers what each level said."""

    _said: dict[Hashable, Decision] = field(default_factory=dict)

    def decide(self, stack: Stack, request: Request, asked: Hashable) -> Decision:
        """The whole stack's decision. ``asked`` names the request: two with the same name have to mean the same to every level."""
        return combined([self._level(rung, request, asked) for rung in stack.rungs])

    def _level(self, rung: Rung, request: Request, asked: Hashable) -> Decision:
        key = (rung.kind, rung.names, asked)
        said = self._said.get(key)
        if said is None:
            said = self._said[key] = _judged(rung, request)
        if said.answer is Answer.ALLOW or said.target == rung.target:
            return said
        return dataclasses.replace(said, target=rung.target)


def _judged(rung: Rung, request: Request) -> Decision:
    level = level_of(rung.target, rung.books)
    layers = (
        Layers(None, scp_levels=(level,))
        if rung.kind is PolicyType.SCP
        else Layers(None, rcp_levels=(level,))
    )
    said = evaluate(request, layers)
    if said.answer is Answer.DEPENDS and rung.unread:
        return dataclasses.replace(said, depends_on=said.depends_on | frozenset(rung.unread))
    return said


def combined(found: list[Decision]) -> Decision:
    """As the evaluator takes levels together: a Deny anywhere wins, then a missing Allow, then what is open."""
    denied = [one for one in found if one.answer is Answer.DENY]
    if denied:
        return next((one for one in denied if one.explicit), denied[0])
    open_ones = [one for one in found if one.answer is Answer.DEPENDS]
    if not open_ones:
        return Decision(Answer.ALLOW, explicit=False)
    first = next((one for one in open_ones if one.explicit), open_ones[0])
    return dataclasses.replace(
        first,
        depends_on=frozenset().union(*(one.depends_on for one in open_ones)),
        warnings=tuple(sorted({warning for one in open_ones for warning in one.warnings})),
    )
