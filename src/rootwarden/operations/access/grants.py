"""What one principal can: accounts and tasks with the same answer on the same grounds. Pure.

The accounts that none of the principal's policies, nor an RCP above them, tells apart are judged once for each task.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from rootwarden.model.access import Can, Grant, Grounds
from rootwarden.model.ids import AccountId, root_arn
from rootwarden.model.tasks import RootTask
from rootwarden.operations.access.asking import TASK, context_of
from rootwarden.operations.access.sieve import Sieve
from rootwarden.operations.access.spread import Groups, Spread
from rootwarden.policy import Answer, Layer, Layers, Policy, Request, evaluate
from rootwarden.policy.matching import hits, match_plainly
from rootwarden.policy.truth import Truth
from rootwarden.policy.unreadable import NOT_READ

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rootwarden.operations.access.evidence import AccessEvidence
    from rootwarden.operations.access.people import Person
    from rootwarden.policy import ContextValue, Decision, Level

ACTION: Final = "sts:AssumeRoot"
ANY_ACCOUNT: Final = AccountId("000000000000")
"""Stands for an account that no policy names: who can reach it is not limited to some."""
_ANY_TASK: Final = "AnyOtherTask"
"""Stands for a task that no policy names."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a principal can, and whether anything limits it."""

    grants: tuple[Grant, ...]
    any_account: bool = False
    """Whether it reaches accounts that no policy names."""
    any_task: bool = False
    """Whether it may do tasks that no policy names."""

    def everything(self, accounts: int) -> bool:
        """Whether it surely can do every task in all of that many accounts."""
        sure = sum(len(one.accounts) * len(one.tasks) for one in self.grants if one.answer is Can.ALLOW)
        return sure == accounts * len(RootTask)  # no two grants have the same account and task


_RCP_OPEN: Final = "It depends on a possible Deny in an RCP above the account."
"""Accounts below different RCPs that say the same are told together."""
_Said = tuple[Can, tuple[Grounds, ...], tuple[str, ...], str]


@dataclass(frozen=True, slots=True)
class Could:
    """That a principal could do something, or may."""

    answer: Can
    depends_on: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Case:
    """What decides about one principal."""

    identity: tuple[Policy, ...]
    boundary: tuple[Policy, ...] | None
    scps: tuple[Level, ...]
    context: Mapping[str, ContextValue]
    groups: Groups

    def layers(self, rcps: tuple[Level, ...]) -> Layers:
        """All of it, with the RCPs above a target."""
        return Layers(self.identity, self.boundary, scp_levels=self.scps, rcp_levels=rcps)


@dataclass(slots=True)
class GrantJudge:
    """Judges principals against the same targets."""

    evidence: AccessEvidence
    _sieve: Sieve = field(default_factory=lambda: Sieve((ACTION,)))
    _spread: Spread = field(init=False)
    _ids: tuple[AccountId, ...] = field(init=False)
    _rcps: tuple[tuple[Level, ...], ...] = field(init=False)
    _rcp_keys: frozenset[str] = field(init=False)
    _apart: tuple[int, ...] | None = field(init=False)
    _scps: dict[AccountId, tuple[Level, ...]] = field(init=False)
    _tasks: tuple[tuple[RootTask, str], ...] = field(init=False)

    def __post_init__(self) -> None:
        evidence = self.evidence
        self._ids = (*(one.id for one in evidence.targets), ANY_ACCOUNT)
        self._spread = Spread(tuple(root_arn(evidence.partition, one) for one in self._ids))
        self._rcps = tuple(self._sieve.levels(evidence.rcp_levels.get(one, ())) for one in self._ids)
        rcps = {id(one): one for levels in self._rcps for level in levels for one in level.policies}
        self._rcp_keys = self._sieve.keys(rcps.values())
        self._apart = self._told_apart()
        self._scps = {one.account: self._sieve.levels(one.scp_levels) for one in evidence.accounts}
        self._tasks = tuple((task, task.policy_arn(evidence.partition)) for task in RootTask)

    def judge(self, person: Person) -> Found:
        """What a principal can."""
        case = self._case(person)
        if case is None:
            return Found(())
        said: dict[int, dict[_Said, list[RootTask]]] = {}
        any_task = False
        for number, group in enumerate(case.groups):
            layers = case.layers(self._rcps[group[0]])
            answers = said.setdefault(number, {})
            for task, arn in self._tasks:
                answer = self._answer(layers, group[0], {**case.context, TASK: arn})
                if answer is not None:
                    answers.setdefault(answer, []).append(task)
            if answers and not any_task:
                other = self._tasks[0][1].rpartition("/")[0] + f"/{_ANY_TASK}"
                any_task = _was_read(self._answer(layers, group[0], {**case.context, TASK: other}))
        return self._found(case.groups, said, any_task=any_task)

    def could(self, person: Person, more: tuple[Policy, ...] = (), *, new: bool = False) -> Could | None:
        """Whether a principal could do anything with ``more`` policies than it has; None where not. ``new`` for one yet to be made."""
        case = self._case(person, more, new=new)
        found: Could | None = None
        for group in case.groups if case else ():
            if case is None or group == (len(self._ids) - 1,):
                continue
            layers = case.layers(self._rcps[group[0]])
            for _, arn in self._tasks:
                request = Request(ACTION, self._spread.resources[group[0]], {**case.context, TASK: arn})
                decision = evaluate(request, layers)
                if decision.answer is Answer.ALLOW:
                    return Could(Can.ALLOW)
                if decision.answer is Answer.DEPENDS and found is None:
                    found = Could(Can.DEPENDS, open_in(decision))
        return found

    def _case(self, person: Person, more: tuple[Policy, ...] = (), *, new: bool = False) -> _Case | None:
        """What decides about a principal; None where nothing allows the call."""
        if not self.matters((*person.identity, *more)):
            return None
        identity = self._sieve.policies((*person.identity, *more))
        boundary = None if person.boundary is None else self._sieve.policies(person.boundary)
        scps = self._scps[person.home.account]
        policies = [*identity, *(boundary or ()), *(one for level in scps for one in level.policies)]
        statements = [one for policy in policies for one in policy.statements]
        keys = self._sieve.keys(policies) | self._rcp_keys
        context = context_of(person, self.evidence.organization_id, keys, new=new)
        groups = self._spread.groups(statements, context, self._apart)
        return _Case(identity, boundary, scps, context, groups)

    def matters(self, policies: Iterable[Policy]) -> bool:
        """Whether any of these policies could allow it."""
        return any(self._sieve.of(one).allows for one in policies)

    def _found(
        self,
        groups: tuple[tuple[int, ...], ...],
        said: Mapping[int, Mapping[_Said, list[RootTask]]],
        *,
        any_task: bool,
    ) -> Found:
        last = len(self._ids) - 1
        any_account = False
        merged: dict[tuple[_Said, tuple[RootTask, ...]], list[int]] = {}
        for number, answers in said.items():
            any_account |= last in groups[number] and any(map(_was_read, answers))
            for one, tasks in answers.items():
                merged.setdefault((one, tuple(tasks)), []).extend(groups[number])
        grants = []
        for (one, done), positions in merged.items():
            accounts = tuple(self._ids[each] for each in sorted(positions) if each != last)
            if accounts:
                answer, grounds, keys, why = one
                grants.append(Grant(answer, accounts, done, grounds, keys, why))
        grants.sort(key=lambda one: (one.answer is not Can.ALLOW, -len(one.accounts) * len(one.tasks)))
        return Found(tuple(grants), any_account=any_account, any_task=any_task)

    def _answer(self, layers: Layers, position: int, context: Mapping[str, ContextValue]) -> _Said | None:
        request = Request(ACTION, self._spread.resources[position], context)
        decision = evaluate(request, layers)
        if decision.answer is Answer.DENY:
            return None
        if decision.answer is Answer.ALLOW:
            return Can.ALLOW, grounds_of(layers, request, sure=True), (), ""
        return (
            Can.DEPENDS,
            grounds_of(layers, request, sure=False),
            open_in(decision),
            _RCP_OPEN if decision.layer is Layer.RCP else decision.sentence,
        )

    def _told_apart(self) -> tuple[int, ...] | None:
        """Targets by what their RCPs say about the call, whatever these are called; None where all have the same."""
        numbers: dict[object, int] = {}
        marks = []
        for levels in self._rcps:
            matter = tuple(
                (one.source, "" if one.source else one.name)
                for level in levels
                for one in level.policies
                if self._denies(one)
            )
            marks.append(numbers.setdefault(matter, len(numbers)))
        return tuple(marks) if len(numbers) > 1 else None

    @staticmethod
    def _denies(policy: Policy) -> bool:
        return any(one.effect.value == "Deny" for one in policy.statements)


def _was_read(said: _Said | None) -> bool:
    """Whether it rests on a statement that was read."""
    return said is not None and any(one.statement != NOT_READ for one in said[1])


def grounds_of(layers: Layers, request: Request, *, sure: bool) -> tuple[Grounds, ...]:
    """The identity statements that allow; where that is not ``sure``, those that may as well."""
    found = []
    for place in layers.places:
        if place.layer is not Layer.IDENTITY:
            continue
        for hit in hits(place, place.allows, request, match_plainly):
            if hit.match.truth is Truth.YES or not sure:
                conditions = " and ".join(one.reason for one in hit.statement.conditions)
                found.append(Grounds(hit.policy.name, hit.statement.label, conditions or None))
    return tuple(dict.fromkeys(found))


def open_in(decision: Decision) -> tuple[str, ...]:
    """What an open decision depends on: keys, and what was not read or cannot be judged."""
    return (*sorted(decision.depends_on), *decision.warnings)
