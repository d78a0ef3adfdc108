"""What a policy does: to the signed-in root user, to root sessions task by task, and to the operator roles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from rootwarden.model.ids import AccountId, root_arn
from rootwarden.model.operator_role import OperatorRole
from rootwarden.model.tasks import RootTask
from rootwarden.policy.decision import Answer, Decision
from rootwarden.policy.document import Effect as Says
from rootwarden.policy.evaluate import evaluate
from rootwarden.policy.guardrails.asks import OF_EVERYBODY, Asks
from rootwarden.policy.guardrails.claims import FULL
from rootwarden.policy.keys import named_keys
from rootwarden.policy.layers import Layers, Level
from rootwarden.policy.lint.lint_finding import Effect, PolicyKind
from rootwarden.policy.request import UNKNOWN, ContextValue, Request
from rootwarden.policy.root_session import ESSENTIAL, NEVER, NEVER_BEGIN, WITHOUT_RESOURCE

if TYPE_CHECKING:
    from rootwarden.policy.document import Policy

NOT_ALLOWED: Final = "Denied because no statement allows it in the SCP"
"""How a decision begins that no Deny made."""
MEMBER: Final = AccountId("123456789012")
"""Any account: one that no policy is likely to name."""
DELEGATE: Final = AccountId("210987654321")
_ANSWERS: Final = {Answer.ALLOW: "passes", Answer.DENY: "denied", Answer.DEPENDS: "depends"}


class LintAsker:
    """Makes requests of which only what always holds is known; every other key that the policy names is unknown."""

    def __init__(self, policy: Policy, partition: str) -> None:
        self._keys = named_keys(policy)
        self._asks = Asks(partition)
        self._partition = partition

    def session(self, action: str, account: AccountId, *, anywhere: bool = False) -> Request:
        """An action of a root session."""
        return self._of_root(self._asks.in_session(action, account), anywhere=anywhere)

    def signed_in(self, action: str, account: AccountId) -> Request:
        """The same by the account's root user who signed in."""
        return self._of_root(self._asks.signed_in(action, account))

    def role(self, action: str, account: AccountId) -> Request:
        """The same by some role of the account."""
        # A role without tags: whoever tags principals may spare whom they like.
        like = self._asks.signed_in(action, account)
        return self._of_root(self._asks.by(self._asks.role(account), action, like.resource))

    def call_anywhere(self) -> Request:
        """The call that opens a session, by anybody, from anywhere."""
        context: dict[str, ContextValue] = dict.fromkeys(self._keys, UNKNOWN)
        return Request("sts:AssumeRoot", root_arn(self._partition, MEMBER), context)

    def call(self, caller: str | None, task: RootTask) -> Request:
        """The call that opens a session for a task; by whoever has the policy where no caller is named."""
        known: dict[str, ContextValue] = {"sts:TaskPolicyArn": task.policy_arn(self._partition)}
        if caller is not None:
            known |= {"aws:PrincipalArn": caller, "aws:PrincipalAccount": caller.split(":")[4]}
        request = Request("sts:AssumeRoot", root_arn(self._partition, MEMBER), known)
        return self._with_unknown(request, never=False)

    def _of_root(self, request: Request, *, anywhere: bool = True) -> Request:
        regional = request.action.startswith(("s3:", "sqs:"))
        context = dict(request.context)
        if not (regional and anywhere):
            context["aws:requestedregion"] = "us-east-1"
        if request.action in WITHOUT_RESOURCE or not regional:
            context.pop("aws:resourceaccount", None)
        return self._with_unknown(Request(request.action, request.resource, context), never=True)

    def _with_unknown(self, request: Request, *, never: bool) -> Request:
        context = dict(request.context)
        for key in self._keys - set(context) - {"aws:assumedroot"}:
            if not (never and (key in NEVER or key.startswith(NEVER_BEGIN))):
                context[key] = UNKNOWN
        return Request(request.action, request.resource, context)


def effects_of(policy: Policy, kind: PolicyKind, partition: str) -> tuple[Effect, ...]:
    """Every effect, in the order in which a reader asks for them."""
    asker = LintAsker(policy, partition)
    if kind is PolicyKind.IDENTITY:
        return tuple(_grants(policy, asker))
    return (
        *_on_root(policy, kind, asker),
        *_on_sessions(policy, kind, asker),
        *_on_operators(policy, kind, asker, partition),
    )


def _layers(policy: Policy, kind: PolicyKind, *, is_root: bool) -> Layers:
    identity = None if is_root else (FULL,)
    if kind is PolicyKind.RCP:
        return Layers(identity, rcp_levels=(Level("here", (policy,)),))
    allows = any(one.effect is Says.ALLOW for one in policy.statements)
    # Beside one that allows, another may allow more; what it allows by itself is what can be told.
    return Layers(identity, scp_levels=(Level("here", (policy,) if allows else (FULL, policy)),))


def _on_root(policy: Policy, kind: PolicyKind, asker: LintAsker) -> Iterator[Effect]:
    of_tasks = (action for task in RootTask for action in task.actions)
    actions = tuple(dict.fromkeys((*OF_EVERYBODY, *of_tasks)))
    layers = _layers(policy, kind, is_root=True)
    said = {action: evaluate(asker.signed_in(action, MEMBER), layers) for action in actions}
    yield _summed("root user, signed in", f"{len(actions)} actions", said)


def _on_sessions(policy: Policy, kind: PolicyKind, asker: LintAsker) -> Iterator[Effect]:
    layers = _layers(policy, kind, is_root=True)
    for task in RootTask:
        needed = sorted(ESSENTIAL[task])
        said = {action: evaluate(asker.session(action, MEMBER, anywhere=True), layers) for action in needed}
        yield _summed("root session", task.value, said, strict=True)


def _on_operators(policy: Policy, kind: PolicyKind, asker: LintAsker, partition: str) -> Iterator[Effect]:
    layers = _layers(policy, kind, is_root=False)
    for role in OperatorRole:
        arn = f"arn:{partition}:iam::{DELEGATE}:role/{role.role_name}"
        said = {f"for {task}": evaluate(asker.call(arn, task), layers) for task in role.tasks}
        yield _summed(role.role_name, "sts:AssumeRoot", said, strict=True)


def _grants(policy: Policy, asker: LintAsker) -> Iterator[Effect]:
    layers = Layers((policy,))
    words = {Answer.ALLOW: "allowed", Answer.DENY: "not allowed", Answer.DEPENDS: "depends"}
    for task in RootTask:
        decision = evaluate(asker.call(None, task), layers)
        why = decision.sentence if decision.answer is not Answer.DENY or decision.explicit else ""
        yield Effect("whoever has it", f"sts:AssumeRoot for {task}", words[decision.answer], why)


def _summed(who: str, what: str, said: dict[str, Decision], *, strict: bool = False) -> Effect:
    """One answer for several requests. ``strict``: one that is denied denies the whole."""
    denied = [action for action, one in said.items() if one.answer is Answer.DENY]
    open_ones = [action for action, one in said.items() if one.answer is Answer.DEPENDS]
    if denied and (strict or len(denied) == len(said)):
        return Effect(who, what, "denied", said[denied[0]].sentence)
    if denied:
        return Effect(who, what, "denied in part", f"{_some(denied)}. {said[denied[0]].sentence}")
    if open_ones:
        return Effect(who, what, "depends", f"{_some(open_ones)}. {said[open_ones[0]].sentence}")
    return Effect(who, what, _ANSWERS[Answer.ALLOW])


def _some(names: Iterable[str]) -> str:
    found, most = list(names), 5
    return ", ".join(found[:most]) + (f" and {len(found) - most} more" if len(found) > most else "")
