"""The change that would lift a block: the smallest one we can compute, and prove with the evaluator. Pure.

It is proven that the changed policies let the session through, and that a signed-in root user is denied wherever it was.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from rootwarden.model.diagnosis import Change, PolicyChange
from rootwarden.model.organization_policy import PolicyType
from rootwarden.model.reading import Seen
from rootwarden.model.tasks import RootTask
from rootwarden.operations.doctor import edits
from rootwarden.operations.doctor.requests import ESSENTIAL
from rootwarden.policy import Answer, Decision, Layer, Policy, evaluate, parse_policy
from rootwarden.policy.document import Effect
from rootwarden.policy.truth import Truth

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rootwarden.operations.doctor.call import CallerPolicies
    from rootwarden.operations.doctor.gates import Obstacle
    from rootwarden.operations.doctor.requests import Asker
    from rootwarden.operations.doctor.shelf import Shelf
    from rootwarden.operations.doctor.stack import Stack
    from rootwarden.policy import Layers, Request

_MOST_EDITS: Final = 40
_LONGEST: Final = {PolicyType.SCP.value: 10_240, PolicyType.RCP.value: 5_120}
_ALL_ACTIONS: Final = tuple(dict.fromkeys(action for task in RootTask for action in task.actions))
_OTHER_ACTIONS: Final = (
    "iam:CreateAccessKey",
    "iam:CreateUser",
    "s3:GetObject",
    "ec2:RunInstances",
    "organizations:LeaveOrganization",
    "sts:AssumeRole",
)
_ASSUME_ROOT: Final = "sts:AssumeRoot"
_CONTROL_TOWER_SID: Final = "GRRESTRICTROOTUSER"


class _NoChange(Exception):
    """Says why no change of a policy can be computed."""


@dataclass(slots=True)
class _Draft:
    """Documents on their way to what they should be."""

    shelf: Shelf
    before: dict[str, edits.Document] = field(default_factory=dict)
    after: dict[str, edits.Document] = field(default_factory=dict)
    parsed: dict[str, Policy] = field(default_factory=dict)
    """By label, for the stacks."""
    said: list[str] = field(default_factory=list)

    def document(self, policy_id: str) -> edits.Document:
        """The document as it stands now; raises _NoChange where it was not read."""
        if policy_id not in self.after:
            found = self.shelf.evidence.policies.documents.get(policy_id)
            if not isinstance(found, Seen):
                raise _NoChange(f"{policy_id} was not read")
            self.before[policy_id] = self.after[policy_id] = json.loads(found.value)
        return self.after[policy_id]

    def put(self, policy_id: str, document: edits.Document, what: str) -> None:
        """Takes a changed document."""
        label = self.shelf.listed[policy_id].label
        self.after[policy_id] = document
        self.parsed[label] = parse_policy(json.dumps(document), name=label)
        if what not in self.said:
            self.said.append(what)

    def current(self, label: str) -> Policy:
        """The policy as it stands now."""
        return self.parsed.get(label) or self.shelf.books[self.shelf.by_label[label]].policy


@dataclass(frozen=True, slots=True)
class Changes:
    """Finds what would lift the blocks of a task."""

    shelf: Shelf
    caller: CallerPolicies
    asker: Asker

    def lift(self, stack: Stack, task: RootTask, blocked: Sequence[Obstacle]) -> Change:
        """The change; without policies where none can be computed, and then it says what has to change and why."""
        draft = _Draft(self.shelf)
        said = list(dict.fromkeys(one.remedy for one in blocked if one.remedy))
        about = {one.action for one in blocked}
        try:
            if _ASSUME_ROOT in about:
                self._lift_call(draft, stack, task)
            if about - {_ASSUME_ROOT, ""}:
                self._lift_session(draft, stack, task)
                self._prove(draft, stack)
        except _NoChange as why:
            return Change(" ".join([*said, str(why)]))
        summary = " ".join([*said, *draft.said, *self._limits(draft)])
        return Change(summary, tuple(self._written(draft)))

    # -- the session ---------------------------------------------------------------------------------------------------

    def _lift_session(self, draft: _Draft, stack: Stack, task: RootTask) -> None:
        requests = [self.asker.session(action, stack.account) for action in sorted(ESSENTIAL[task])]
        for _ in range(_MOST_EDITS):
            denied = [
                (request, said)
                for request in requests
                if (said := evaluate(request, stack.layers(draft.parsed))).answer is Answer.DENY
            ]
            if not denied:
                return
            request, said = denied[0]
            if said.explicit:
                self._exempt(draft, request, said)
            else:
                actions = [
                    one.action for one, each in denied if not each.explicit and each.target == said.target
                ]
                self._allow(draft, stack, said, sorted(set(actions)), only_sessions=True)
        raise _NoChange(
            "Too many statements deny it to compute one change: see the policies above the account."
        )

    def _exempt(self, draft: _Draft, request: Request, said: Decision) -> None:
        policy_id, number, statement = self._statement(draft, request, said)
        where = f"{said.statement} of {said.policy}"
        if str(statement.get(edits.member(statement, "Sid"), "")).upper() == _CONTROL_TOWER_SID:
            draft.said.append(
                "This is Control Tower's control AWS-GR_RESTRICT_ROOT_USER: do not edit its SCP, but enable the control "
                "again for the OU with the parameter ExemptAssumeRoot=true, which has the effect shown."
            )
        changed = edits.exempting(statement)
        if changed is None:
            raise _NoChange(
                f"{where} on {said.target} denies root sessions by a condition of its own on {edits.KEY}: remove that "
                "statement if sessions are wanted there."
            )
        turned = edits.is_turned(statement)
        what = (
            f'Turn the condition Null {edits.KEY} of {where} to "true": it then spares root sessions and denies the signed-in '
            "root user, which it lets through now."
            if turned
            else f'Add "Null": {{"{edits.KEY}": "true"}} to the conditions of {where}: it then spares root sessions and '
            "denies everybody else as before."
        )
        draft.put(policy_id, edits.with_statement(draft.document(policy_id), number, changed), what)

    def _statement(self, draft: _Draft, request: Request, said: Decision) -> tuple[str, int, edits.Statement]:
        policy_id = self.shelf.by_label.get(said.policy or "")
        if policy_id is None or said.policy is None:
            raise _NoChange(f"{said.policy} has to change: {said.sentence}")
        for number, one in enumerate(draft.current(said.policy).statements):
            if (one.effect, one.label) == (Effect.DENY, said.statement) and (
                one.match(request).truth is Truth.YES
            ):
                return policy_id, number, edits.statements(draft.document(policy_id))[number]
        raise _NoChange(f"{said.policy} has to change: {said.sentence}")

    def _allow(
        self, draft: _Draft, stack: Stack, said: Decision, actions: list[str], *, only_sessions: bool
    ) -> None:
        listed = [
            self.shelf.listed[id_]
            for rung in stack.rungs
            if rung.kind is PolicyType.SCP and rung.target == said.target
            for name in rung.names
            if (id_ := self.shelf.by_label.get(name))
        ]
        own = [one for one in listed if not one.aws_managed]
        if not own:
            raise _NoChange(
                f"No SCP on {said.target} allows {', '.join(actions)}, and none there can be edited: attach one that does."
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

    def _lift_call(self, draft: _Draft, stack: Stack, task: RootTask) -> None:
        request = self.asker.call(task, stack.account)
        before = {
            action: self.caller.decide(self.asker.by_caller(action)).answer for action in _OTHER_ACTIONS
        }
        for _ in range(_MOST_EDITS):
            said = self.caller.decide(request, draft.parsed)
            if said.answer is not Answer.DENY:
                break
            if said.layer is not Layer.SCP:
                raise _NoChange(_caller_text(said, request))
            if not said.explicit:
                self._allow(draft, self.caller.stack, said, [_ASSUME_ROOT], only_sessions=False)
                continue
            policy_id, number, statement = self._statement(draft, request, said)
            changed = edits.sparing_action(statement, _ASSUME_ROOT)
            if changed is None:
                raise _NoChange(
                    f"{said.statement} of {said.policy} on {said.target} denies {_ASSUME_ROOT} to the caller: except the "
                    "caller's role there, or take the action out."
                )
            what = f"Except {_ASSUME_ROOT} from {said.statement} of {said.policy}, which binds the caller's account."
            draft.put(policy_id, edits.with_statement(draft.document(policy_id), number, changed), what)
        after = {
            action: self.caller.decide(self.asker.by_caller(action), draft.parsed).answer
            for action in _OTHER_ACTIONS
        }
        if before != after:
            raise _NoChange("The SCPs of the caller's account have to let sts:AssumeRoot through.")

    # -- proof and text ------------------------------------------------------------------------------------------------

    def _prove(self, draft: _Draft, stack: Stack) -> None:
        """What was denied to a signed-in root user still is, and no role is treated otherwise, for actions of all kinds."""
        before, after = stack.layers(), stack.layers(draft.parsed)
        for action in (*_ALL_ACTIONS, *_OTHER_ACTIONS):
            root = self.asker.signed_in(action, stack.account)
            role = self.asker.role(action, stack.account)
            was, is_ = _answer(root, before), _answer(root, after)
            if (was is Answer.DENY and is_ is not Answer.DENY) or (
                _answer(role, before) is not _answer(role, after)
            ):
                raise _NoChange(
                    f"{', '.join(draft.parsed)} has to change, and no small change was found that lets root sessions "
                    "through and leaves everybody else as before."
                )

    def _limits(self, draft: _Draft) -> Iterator[str]:
        for policy_id, document in draft.after.items():
            longest = _LONGEST[self._kind(policy_id).value]
            length = len(edits.compact(document))
            if length > longest:
                yield f"{policy_id} would then have {length} characters, and AWS takes {longest}: shorten it elsewhere."

    def _written(self, draft: _Draft) -> Iterator[PolicyChange]:
        for policy_id, document in draft.after.items():
            if document != draft.before[policy_id]:
                one = self.shelf.listed[policy_id]
                diff = edits.diff(draft.before[policy_id], document, one.name or one.id)
                yield PolicyChange(one.label, one.id, self.shelf.targets_of(policy_id), diff)

    def _kind(self, policy_id: str) -> PolicyType:
        attached = self.shelf.evidence.policies.attached
        return next(
            kind
            for (kind, _), found in attached.items()
            if isinstance(found, Seen) and any(one.id == policy_id for one in found.value)
        )


def _answer(request: Request, layers: Layers) -> Answer:
    return evaluate(request, layers).answer


def _caller_text(said: Decision, request: Request) -> str:
    if said.explicit:
        return f"{said.policy} denies {_ASSUME_ROOT} to the caller in {said.statement}: change that statement, or use another caller."
    where = "the permissions boundary" if said.layer is Layer.BOUNDARY else "a policy"
    statement = {
        "Effect": "Allow",
        "Action": _ASSUME_ROOT,
        "Resource": request.resource,
        "Condition": {"ArnEquals": {"sts:TaskPolicyArn": request.context.get("sts:taskpolicyarn")}},
    }
    return f"Add to {where} of the caller: {json.dumps(statement)}"
