"""The changes that would lift blocks: the smallest we can compute, and prove with the evaluator. Pure.

First every block is lifted for itself (``lift``). Then what all of them need of a policy is put into one document
(``settle``), and it is proven of those documents, taken together, that they let the call and the session through and that a
signed-in root user is denied wherever it was (``finish``).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from rootwarden.model.diagnosis import Change, PolicyChange, TaskAnswer
from rootwarden.operations.doctor import edits
from rootwarden.operations.doctor.amendments import ASSUME_ROOT, Amendment, Kind, NoChange
from rootwarden.operations.doctor.lifts import HERE, Lift, Work, sentences, together
from rootwarden.operations.doctor.proof import harmless
from rootwarden.operations.doctor.requests import (
    ANY_NAME,
    ESSENTIAL,
    MOST_NAMES,
    WITHOUT_RESOURCE,
    Asker,
)
from rootwarden.policy import Answer, Decision, Layer, evaluate
from rootwarden.policy.spelling import meant_by

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence

    from rootwarden.model.ids import AccountId
    from rootwarden.model.tasks import RootTask
    from rootwarden.operations.doctor.call import CallerPolicies
    from rootwarden.operations.doctor.gates import Obstacle
    from rootwarden.operations.doctor.papers import Papers
    from rootwarden.operations.doctor.shelf import Shelf
    from rootwarden.operations.doctor.stack import Rung, Stack
    from rootwarden.policy import Policy, Request
    from rootwarden.policy.document import Statement

_MOST_STEPS: Final = 40
_TOO_MANY: Final = "Too many statements deny it to compute one change: see the policies above the account."


@dataclass(slots=True)
class Changes:
    """Finds what would lift the blocks of tasks, and remembers it for every level and policy."""

    shelf: Shelf
    caller: CallerPolicies
    asker: Asker
    papers: Papers
    _lifts: dict[Hashable, Lift] = field(default_factory=dict)
    _wanted: dict[str, frozenset[Amendment]] = field(default_factory=dict)
    _accounts: dict[str, dict[Hashable, AccountId]] = field(default_factory=dict)
    """One account for each mark, by the policies that are to change above it."""
    _settled: dict[str, tuple[Policy, PolicyChange]] = field(default_factory=dict)
    _given_up: dict[str, str] = field(default_factory=dict)
    _proven: dict[Hashable, bool] = field(default_factory=dict)

    def lift(self, stack: Stack, task: RootTask, met: Sequence[Obstacle], mark: Hashable) -> Lift:
        """What would lift these obstacles in one account; what they need is taken up into the documents of ``settle``."""
        by_hand = tuple(dict.fromkeys(one.remedy for one in met if one.remedy))
        about = {one.action for one in met if one.layer != Layer.RCP or one.action != ASSUME_ROOT}
        found = [Lift({}, by_hand, suffices=not by_hand)]
        if ASSUME_ROOT in about:
            found.append(self._call(stack, task, mark))
        if about - {ASSUME_ROOT, ""}:
            found += [self._level(rung, stack.account, task, mark) for rung in stack.rungs]
        lift = together(found)
        for label, wanted in lift.amendments.items():
            self._wanted[label] = self._wanted.get(label, frozenset()) | wanted
            self._accounts.setdefault(label, {}).setdefault(mark, stack.account)
        return lift

    @staticmethod
    def liftable(answer: TaskAnswer, met: Iterable[Obstacle]) -> bool:
        """Whether there is something to lift: a block, or a condition that is open because its key is misspelt."""
        return answer is TaskAnswer.BLOCKED or (
            answer is TaskAnswer.DEPENDS and any(meant_by(key) for one in met for key in one.depends_on)
        )

    # -- the session, level by level -----------------------------------------------------------------------------------

    def _level(self, rung: Rung, account: AccountId, task: RootTask, mark: Hashable) -> Lift:
        key = (rung.kind, rung.names, task, mark)
        if key not in self._lifts:
            try:
                self._lifts[key] = self._lift_level(rung, account, task)
            except NoChange as why:
                self._lifts[key] = Lift({}, (str(why),), suffices=False)
        return self._lifts[key].at(rung.target)

    def _lift_level(self, rung: Rung, account: AccountId, task: RootTask) -> Lift:
        requests = [self.asker.session(action, account) for action in sorted(ESSENTIAL[task])]
        policies = [book.policy for book in rung.books]
        work = Work(self.papers)
        for _ in range(_MOST_STEPS):
            layers = rung.layers(work.parsed)
            said = [(request, evaluate(request, layers)) for request in requests]
            denied = [one for one in said if one[1].answer is Answer.DENY]
            if not denied:
                waiting = [one for one, each in said if any(map(meant_by, each.depends_on))]
                if not any(work.correct_key(policies, one) for one in waiting):
                    return work.lift()
                continue
            request, first = denied[0]
            if first.explicit:
                self._exempt(work, policies, request, first)
            else:
                actions = {one.action for one, each in denied if not each.explicit}
                wanted = [Amendment(Kind.ALLOW_SESSIONS, text=action) for action in sorted(actions)]
                work.add(self._editable(rung, first, sorted(actions)), *wanted)
        raise NoChange(_TOO_MANY)

    def _exempt(self, work: Work, policies: Iterable[Policy], request: Request, said: Decision) -> None:
        label, number = work.denying(policies, request, said)
        if edits.exempting(work.written(label, number)) is None:
            raise NoChange(
                f"{said.statement} of {label} on {HERE} denies root sessions by a condition of its own on {edits.KEY}: "
                "remove that statement if sessions are wanted there."
            )
        work.add(label, Amendment(Kind.EXEMPT_SESSIONS, number))

    def _editable(self, rung: Rung, said: Decision, actions: Sequence[str]) -> str:
        """The SCP of a level to which an Allow may be added: the nearest miss, else the first that is not AWS's own."""
        own = [
            name
            for name in rung.names
            if (id_ := self.shelf.by_label.get(name)) and not self.shelf.listed[id_].aws_managed
        ]
        if not own:
            raise NoChange(
                f"No SCP on {HERE} allows {', '.join(actions)}, and none there can be edited: attach one that does."
            )
        return said.policy if said.policy in own else own[0]

    # -- the call ------------------------------------------------------------------------------------------------------

    def _call(self, stack: Stack, task: RootTask, mark: Hashable) -> Lift:
        key = ("call", task, mark)
        if key not in self._lifts:
            self._lifts[key] = self._lift_call(self.asker.call(task, stack.account))
        return self._lifts[key]

    def _lift_call(self, request: Request) -> Lift:
        """Layer by layer: one that cannot be changed is told, and the others are lifted all the same."""
        policies = [book.policy for book in self.caller.books]
        work = Work(self.papers)
        given_up: dict[Layer, str] = {}
        for _ in range(_MOST_STEPS):
            said = self.caller.decide(request, work.parsed, without=frozenset(given_up))
            if said.answer is not Answer.DENY:
                waiting = any(map(meant_by, said.depends_on))
                if waiting and work.correct_key(policies, request):
                    continue
                return work.lift(given_up.values(), suffices=not given_up)
            layer = said.layer or Layer.IDENTITY
            try:
                self._lift_denial(work, policies, request, said)
            except NoChange as why:
                given_up[layer] = str(why)
        return work.lift([*given_up.values(), _TOO_MANY], suffices=False)

    def _lift_denial(self, work: Work, policies: Iterable[Policy], request: Request, said: Decision) -> None:
        if not said.explicit:
            self._allow_call(work, request, said)
            return
        label, number = work.denying(policies, request, said)
        if edits.sparing_action(work.written(label, number), ASSUME_ROOT) is not None:
            work.add(label, Amendment(Kind.SPARE_ACTION, number, ASSUME_ROOT))
            return
        where = f"{said.statement} of {label}" + (f" on {said.target}" if said.target else "")
        if said.layer is not Layer.SCP or self.caller.principal is None:
            raise NoChange(f"{where} denies {ASSUME_ROOT} to the caller: change it, or use another caller.")
        work.add(label, Amendment(Kind.SPARE_CALLER, number, self.caller.principal))

    def _allow_call(self, work: Work, request: Request, said: Decision) -> None:
        if said.layer is Layer.SCP:
            rung = next(one for one in self.caller.stack.rungs if one.target == said.target)
            work.add(self._editable(rung, said, [ASSUME_ROOT]), Amendment(Kind.ALLOW_CALL, text=ASSUME_ROOT))
            return
        is_boundary = said.layer is Layer.BOUNDARY
        label = self.caller.boundary_policy if is_boundary else self.caller.new_policy
        task_policy = str(request.context.get("sts:taskpolicyarn"))
        try:
            # Without a name nothing is found under it, which raises.
            work.add(label or "", Amendment(Kind.ALLOW_TASK, text=task_policy))
        except NoChange as why:
            where = "the permissions boundary" if is_boundary else "a policy"
            statement = edits.allowing(
                [ASSUME_ROOT],
                sid="AllowRootTasks",
                resource=request.resource,
                condition={"ArnEquals": {"sts:TaskPolicyArn": task_policy}},
            )
            raise NoChange(f"Add to {where} of the caller: {json.dumps(statement)} ({why}).") from why

    # -- all together --------------------------------------------------------------------------------------------------

    def settle(self) -> None:
        """Makes one document of everything that is wanted of a policy. One that would free others is given up."""
        for label, wanted in self._wanted.items():
            try:
                _, parsed = self.papers.make(label, wanted)
            except NoChange as why:
                self._given_up[label] = f"{label} has to change: {why}."
                continue
            if self._harms_nobody(label, parsed):
                self._settled[label] = (parsed, self.papers.written(label, wanted))
            else:
                self._given_up[label] = (
                    f"{label} has to change, and no small change was found that lets root sessions through and leaves "
                    "everybody else as before."
                )

    def _harms_nobody(self, label: str, after: Policy) -> bool:
        policy_id = self.shelf.by_label.get(label)
        if policy_id is None:
            return True  # a policy of the caller, which is to be allowed what it is denied
        before = self.shelf.books[policy_id].policy
        accounts = self._accounts[label].values()
        return all(harmless(self.asker, before, after, account) for account in accounts)

    def finish(self, lift: Lift, stack: Stack, task: RootTask, mark: Hashable) -> Change:
        """The change for the reader, after everything was settled."""
        texts: list[str] = []
        for label, wanted in lift.amendments.items():
            if label in self._given_up:
                texts.append(self._given_up[label])
            else:
                texts += sentences(self.papers, label, wanted, self._statements(label))
        policies = tuple(self._settled[label][1] for label in lift.amendments if label in self._settled)
        proven = self._is_through(stack, task, mark)
        if lift.suffices and policies and not proven and not texts:
            texts.append("All changes together were not shown to lift it.")
        too_long = [one.too_long for one in policies if one.too_long]
        return Change(
            steps=tuple(dict.fromkeys([*texts, *lift.texts, *too_long])),
            policies=policies,
            policies_suffice=lift.suffices and proven and not too_long,
        )

    def settled(self) -> tuple[PolicyChange, ...]:
        """Every changed policy, once."""
        return tuple(change for _, change in self._settled.values())

    def _statements(self, label: str) -> tuple[Statement, ...]:
        policy_id = self.shelf.by_label.get(label)
        if policy_id is not None:
            return self.shelf.books[policy_id].policy.statements
        return next((book.policy.statements for book in self.caller.books if book.policy.name == label), ())

    def _is_through(self, stack: Stack, task: RootTask, mark: Hashable) -> bool:
        """Whether nothing denies the call or an action of the session any more, with every change made."""
        instead = {label: parsed for label, (parsed, _) in self._settled.items()}
        call = ("call", task, mark)
        if call not in self._proven:
            said = self.caller.decide(self.asker.call(task, stack.account), instead)
            self._proven[call] = said.answer is not Answer.DENY
        return self._proven[call] and all(
            self._passes(stack, action, mark, instead) for action in ESSENTIAL[task]
        )

    def _passes(self, stack: Stack, action: str, mark: Hashable, instead: dict[str, Policy]) -> bool:
        """Whether no level denies the action, for buckets and queues in general or for one that a policy names."""
        named = action.partition(":")[0] in {"s3", "sqs"} and action not in WITHOUT_RESOURCE
        names = (ANY_NAME, *(stack.names[:MOST_NAMES] if named else ()))
        for name in names:
            request = self.asker.session(action, stack.account, name=name)
            asked = (action, name, mark)
            if all(self._lets_through(rung, request, asked, instead) for rung in stack.rungs):
                return True
        return False

    def _lets_through(
        self, rung: Rung, request: Request, asked: Hashable, instead: dict[str, Policy]
    ) -> bool:
        key = (rung.kind, rung.names, asked)
        if key not in self._proven:
            self._proven[key] = evaluate(request, rung.layers(instead)).answer is not Answer.DENY
        return self._proven[key]
