"""The SCPs and RCPs above one account, judged level by level: what many accounts share is judged once."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from rootwarden.model.organization_policy import PolicyType
from rootwarden.model.reading import NotSeen, Seen
from rootwarden.operations.doctor.shelf import Book, Shelf, level_of, stand_in
from rootwarden.policy import Answer, Decision, Layer, Layers, Level, evaluate, parse_policy
from rootwarden.policy.document import Effect

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence

    from rootwarden.model.ids import AccountId
    from rootwarden.policy import Policy, Request


@dataclass(frozen=True, slots=True)
class Rung:
    """What is attached at one place."""

    kind: PolicyType
    target: str
    books: tuple[Book, ...]
    names: tuple[str, ...] = field(init=False)
    """The names of its policies, which are unlike for unlike policies."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", tuple(book.policy.name for book in self.books))

    def layers(self, instead: Mapping[str, Policy] | None = None) -> Layers:
        """This level alone for the evaluator, with some policies, by name, replaced."""
        policies = tuple(book.policy for book in self.books)
        if instead:
            policies = tuple(instead.get(one.name, one) for one in policies)
        levels = (Level(self.target, policies),)
        if self.kind is PolicyType.SCP:
            return Layers(None, scp_levels=levels)
        return Layers(None, rcp_levels=levels)

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
    def names(self) -> tuple[str, ...]:
        """The buckets and queues its policies single out."""
        return tuple(dict.fromkeys(name for book in self.books for name in book.names))

    def of(self, kind: PolicyType) -> Stack:
        """The levels of one kind."""
        return Stack(self.account, tuple(rung for rung in self.rungs if rung.kind is kind))

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


@dataclass(frozen=True, slots=True)
class _Part:
    """What one policy contributes to its level."""

    deny: Decision | None
    """A Deny, or a possible one."""
    allow: Decision | None
    """ALLOW, DEPENDS, or the denial for want of it, which names the nearest miss; None where the policy allows nothing."""


@dataclass(slots=True)
class LevelJudge:
    """Decides requests against stacks, and remembers what each policy and each level said."""

    _parts: dict[Hashable, _Part] = field(default_factory=dict)
    _levels: dict[Hashable, Decision] = field(default_factory=dict)

    def decide(self, stack: Stack, make: Callable[[], Request], asked: Hashable) -> Decision:
        """The whole stack's decision.

        ``make`` makes the request where it is needed; ``asked`` names it: two with the same name have to mean the same to every
        policy.
        """
        return combined([self._level(rung, make, asked) for rung in stack.rungs])

    def denials(self, stack: Stack, make: Callable[[], Request], asked: Hashable) -> Iterator[Decision]:
        """Everything that surely denies: of each level every policy with a Deny, else the missing Allow."""
        for rung in stack.rungs:
            said = self._level(rung, make, asked)
            if said.answer is not Answer.DENY:
                continue
            if not said.explicit:
                yield said
                continue
            for book in rung.books:
                part = self._part(rung, book, make, asked).deny
                if part is not None and part.answer is Answer.DENY:
                    yield dataclasses.replace(part, target=rung.target)

    def _level(self, rung: Rung, make: Callable[[], Request], asked: Hashable) -> Decision:
        key = (rung.kind, rung.names, asked)
        said = self._levels.get(key)
        if said is None:
            said = self._levels[key] = _joined(
                rung, [self._part(rung, book, make, asked) for book in rung.books]
            )
        if said.answer is Answer.ALLOW or said.target == rung.target:
            return said
        return dataclasses.replace(said, target=rung.target)

    def _part(self, rung: Rung, book: Book, make: Callable[[], Request], asked: Hashable) -> _Part:
        key = (rung.kind, book.policy.name, asked)
        part = self._parts.get(key)
        if part is None:
            part = self._parts[key] = _judged(rung.kind, book, make())
        return part


def _judged(kind: PolicyType, book: Book, request: Request) -> _Part:
    policy = book.policy
    denies = tuple(one for one in policy.statements if one.effect is Effect.DENY)
    allows = tuple(one for one in policy.statements if one.effect is Effect.ALLOW)
    deny = allow = None
    if denies:
        alone = dataclasses.replace(policy, statements=denies)
        said = evaluate(request, _layers(kind, (alone, _EVERYTHING)))
        deny = None if said.answer is Answer.ALLOW else said
    if allows and kind is PolicyType.SCP:
        allow = evaluate(request, _layers(kind, (dataclasses.replace(policy, statements=allows),)))
    return _Part(deny, allow)


_EVERYTHING: Final = parse_policy(
    {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
)


def _layers(kind: PolicyType, policies: tuple[Policy, ...]) -> Layers:
    levels = (Level("", policies),)
    return Layers(None, scp_levels=levels) if kind is PolicyType.SCP else Layers(None, rcp_levels=levels)


def _joined(rung: Rung, parts: list[_Part]) -> Decision:
    """The policies of one level together: the first Deny, or no Allow at all, or what is open."""
    denies = [part.deny for part in parts if part.deny]
    sure = [one for one in denies if one.answer is Answer.DENY]
    if sure:
        return sure[0]
    allows = [part.allow for part in parts if part.allow]
    may = [one for one in allows if one.answer is not Answer.DENY]
    if rung.kind is PolicyType.SCP and not may:
        nothing = Decision(Answer.DENY, explicit=False, layer=Layer.SCP)
        return next((one for one in allows if one.policy is not None), nothing)
    settled = rung.kind is PolicyType.RCP or any(one.answer is Answer.ALLOW for one in may)
    said = combined(denies if settled else [*denies, *may])
    if said.answer is Answer.DEPENDS and rung.unread:
        return dataclasses.replace(said, depends_on=said.depends_on | frozenset(rung.unread))
    return said


def combined(found: Sequence[Decision]) -> Decision:
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
