"""The change that would lift a block: the smallest one we can compute, and prove with the evaluator. Pure.

It is proven that the changed policies let the session through, and that a signed-in root user is denied wherever it was.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from rootwarden.model.diagnosis import Change, PolicyChange
from rootwarden.model.organization_policy import PolicyType
from rootwarden.operations.doctor import edits
from rootwarden.operations.doctor.draft import Draft, NoChange
from rootwarden.operations.doctor.proof import harmless
from rootwarden.operations.doctor.requests import ESSENTIAL
from rootwarden.policy import Answer, Decision, Layer, evaluate
from rootwarden.policy.document import Effect
from rootwarden.policy.truth import Truth

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sequence

    from rootwarden.model.ids import AccountId
    from rootwarden.model.tasks import RootTask
    from rootwarden.operations.doctor.call import CallerPolicies
    from rootwarden.operations.doctor.gates import Obstacle
    from rootwarden.operations.doctor.requests import Asker
    from rootwarden.operations.doctor.shelf import Shelf
    from rootwarden.operations.doctor.stack import Rung, Stack
    from rootwarden.policy import Request

ASSUME_ROOT: Final = "sts:AssumeRoot"
_MOST_EDITS: Final = 40
_LONGEST: Final = {PolicyType.SCP: 10_240, PolicyType.RCP: 5_120}
_CONTROL_TOWER_SID: Final = "GRRESTRICTROOTUSER"
_HERE: Final = "\0here\0"
"""Stands for the root, OU or account of a level, for the same lift may serve many."""


@dataclass(slots=True)
class Changes:
    """Finds what would lift the blocks of a task, and remembers it for every level and policy."""

    shelf: Shelf
    caller: CallerPolicies
    asker: Asker
    _lifts: dict[Hashable, Draft | NoChange] = field(default_factory=dict)
    _harmless: dict[Hashable, bool] = field(default_factory=dict)
    _diffs: dict[tuple[str, str], str] = field(default_factory=dict)

    def lift(self, stack: Stack, task: RootTask, blocked: Sequence[Obstacle], mark: Hashable) -> Change:
        """The change; without policies where none can be computed, and then it says what has to change and why."""
        draft = Draft(self.shelf)
        said = list(dict.fromkeys(one.remedy for one in blocked if one.remedy))
        about = {one.action for one in blocked}
        try:
            if ASSUME_ROOT in about:
                self._lift_call(draft, stack, task)
            if about - {ASSUME_ROOT, ""}:
                for rung in stack.rungs:
                    draft.take(self._lifted(draft, rung, stack.account, task, mark), rung.target)
                self._prove(draft, stack.account, mark)
        except NoChange as why:
            return Change(" ".join([*said, str(why)]))
        texts = [text.replace(_HERE, where) for text, where in draft.said]
        return Change(" ".join([*said, *texts, *self._limits(draft)]), tuple(self._written(draft)))

    # -- the session, level by level -----------------------------------------------------------------------------------

    def _lifted(self, draft: Draft, rung: Rung, account: AccountId, task: RootTask, mark: Hashable) -> Draft:
        """What lifts the blocks of one level. Raises NoChange."""
        touched = any(name in draft.parsed for name in rung.names)
        key = (rung.kind, rung.names, task, mark)
        found = None if touched else self._lifts.get(key)
        if found is None:
            try:
                found = self._lift_rung(draft.only(rung.names), rung, account, task)
            except NoChange as why:
                found = why
            if not touched:
                self._lifts[key] = found
        if isinstance(found, NoChange):
            raise NoChange(str(found).replace(_HERE, rung.target))
        return found

    def _lift_rung(self, draft: Draft, rung: Rung, account: AccountId, task: RootTask) -> Draft:
        requests = [self.asker.session(action, account) for action in sorted(ESSENTIAL[task])]
        for _ in range(_MOST_EDITS):
            layers = rung.layers(draft.parsed)
            denied = [
                (request, said)
                for request in requests
                if (said := evaluate(request, layers)).answer is Answer.DENY
            ]
            if not denied:
                return draft
            request, said = denied[0]
            if said.explicit:
                self._exempt(draft, request, said)
            else:
                actions = [one.action for one, each in denied if not each.explicit]
                self._allow(draft, rung, said, sorted(set(actions)), only_sessions=True)
        raise NoChange(
            "Too many statements deny it to compute one change: see the policies above the account."
        )

    def _exempt(self, draft: Draft, request: Request, said: Decision) -> None:
        policy_id, number, statement = self._statement(draft, request, said)
        where = f"{said.statement} of {said.policy}"
        if str(statement.get(edits.member(statement, "Sid"), "")).upper() == _CONTROL_TOWER_SID:
            draft.say(
                "This is Control Tower's control AWS-GR_RESTRICT_ROOT_USER: do not edit its SCP, but enable the control "
                "again for the OU with the parameter ExemptAssumeRoot=true, which has the effect shown."
            )
        changed = edits.exempting(statement)
        if changed is None:
            raise NoChange(
                f"{where} on {_HERE} denies root sessions by a condition of its own on {edits.KEY}: remove that "
                "statement if sessions are wanted there."
            )
        what = (
            f'Turn the condition Null {edits.KEY} of {where} to "true": it then spares root sessions and denies the signed-in '
            "root user, which it lets through now."
            if edits.is_turned(statement)
            else f'Add "Null": {{"{edits.KEY}": "true"}} to the conditions of {where}: it then spares root sessions and '
            "denies everybody else as before."
        )
        draft.put(policy_id, edits.with_statement(draft.document(policy_id), number, changed), what)

    def _statement(self, draft: Draft, request: Request, said: Decision) -> tuple[str, int, edits.Statement]:
        policy_id = self.shelf.by_label.get(said.policy or "")
        if policy_id is None or said.policy is None:
            raise NoChange(f"{said.policy} has to change: {said.sentence}")
        for number, one in enumerate(draft.current(said.policy).statements):
            if (one.effect, one.label) == (Effect.DENY, said.statement) and (
                one.match(request).truth is Truth.YES
            ):
                return policy_id, number, edits.statements(draft.document(policy_id))[number]
        raise NoChange(f"{said.policy} has to change: {said.sentence}")

    def _allow(
        self, draft: Draft, rung: Rung, said: Decision, actions: list[str], *, only_sessions: bool
    ) -> None:
        listed = [self.shelf.listed[id_] for name in rung.names if (id_ := self.shelf.by_label.get(name))]
        own = [one for one in listed if not one.aws_managed]
        if not own:
            raise NoChange(
                f"No SCP on {_HERE} allows {', '.join(actions)}, and none there can be edited: attach one that does."
            )
        policy = next((one for one in own if one.label == said.policy), own[0])
        sid = "AllowRootSessions" if only_sessions else "AllowAssumeRoot"
        document = draft.document(policy.id)
        taken = {str(one.get(edits.member(one, "Sid"), "")) for one in edits.statements(document)}
        while sid in taken:
            sid += "More"
        resource = "*" if only_sessions else "arn:*:iam::*:root"
        further = edits.allowing(actions, sid=sid, only_sessions=only_sessions, resource=resource)
        whom = "for root sessions alone" if only_sessions else "on root users of members"
        what = (
            f"Allow {', '.join(actions)} {whom} in {policy.label}: at every level an SCP has to allow them."
        )
        draft.put(policy.id, edits.with_further(document, further), what)

    # -- the call ------------------------------------------------------------------------------------------------------

    def _lift_call(self, draft: Draft, stack: Stack, task: RootTask) -> None:
        request = self.asker.call(task, stack.account)
        for _ in range(_MOST_EDITS):
            said = self.caller.decide(request, draft.parsed)
            if said.answer is not Answer.DENY:
                return
            if said.layer is not Layer.SCP:
                raise NoChange(_caller_text(said, request))
            if not said.explicit:
                rung = next(one for one in self.caller.stack.rungs if one.target == said.target)
                self._allow(draft, rung, said, [ASSUME_ROOT], only_sessions=False)
                continue
            policy_id, number, statement = self._statement(draft, request, said)
            changed = edits.sparing_action(statement, ASSUME_ROOT)
            if changed is None:
                raise NoChange(
                    f"{said.statement} of {said.policy} on {said.target} denies {ASSUME_ROOT} to the caller: except the "
                    "caller's role there, or take the action out."
                )
            what = f"Except {ASSUME_ROOT} from {said.statement} of {said.policy}, which binds the caller's account."
            draft.put(policy_id, edits.with_statement(draft.document(policy_id), number, changed), what)

    # -- proof and text ------------------------------------------------------------------------------------------------

    def _prove(self, draft: Draft, account: AccountId, mark: Hashable) -> None:
        for label, after in draft.parsed.items():
            key = (label, after.source, mark)
            if key not in self._harmless:
                before = self.shelf.books[self.shelf.by_label[label]].policy
                self._harmless[key] = harmless(self.asker, before, after, account)
            if not self._harmless[key]:
                raise NoChange(
                    f"{label} has to change, and no small change was found that lets root sessions through and leaves "
                    "everybody else as before."
                )

    def _limits(self, draft: Draft) -> Iterator[str]:
        for policy_id, document in draft.after.items():
            longest = _LONGEST[self.shelf.kinds[policy_id]]
            length = len(edits.compact(document))
            if length > longest:
                yield f"{policy_id} would then have {length} characters, and AWS takes {longest}: shorten it elsewhere."

    def _written(self, draft: Draft) -> Iterator[PolicyChange]:
        for policy_id, document in draft.after.items():
            if document == draft.before[policy_id]:
                continue
            one = self.shelf.listed[policy_id]
            key = (policy_id, edits.compact(document))
            if key not in self._diffs:
                self._diffs[key] = edits.diff(draft.before[policy_id], document, one.name or one.id)
            yield PolicyChange(one.label, one.id, self.shelf.targets_of(policy_id), self._diffs[key])


def _caller_text(said: Decision, request: Request) -> str:
    if said.explicit:
        return f"{said.policy} denies {ASSUME_ROOT} to the caller in {said.statement}: change that statement, or use another caller."
    where = "the permissions boundary" if said.layer is Layer.BOUNDARY else "a policy"
    statement = {
        "Effect": "Allow",
        "Action": ASSUME_ROOT,
        "Resource": request.resource,
        "Condition": {"ArnEquals": {"sts:TaskPolicyArn": request.context.get("sts:taskpolicyarn")}},
    }
    return f"Add to {where} of the caller: {json.dumps(statement)}"
