"""Laws of the judge: nothing unread is allowed, sharing changes no answer, and every change does what it says."""

from __future__ import annotations

import dataclasses
import json
from functools import partial
from typing import Any

import pytest
from doctor_evidence import FULL, IS_ROOT, LOST, MEMBER, OTHER, ROOT, UNIT, calling, deny, evidence, policy
from doctor_patch import applied
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rootwarden.model.caller import Caller
from rootwarden.model.diagnosis import TaskAnswer
from rootwarden.model.features import CallerRole
from rootwarden.model.organization_policy import PolicyType
from rootwarden.model.principal import PrincipalDetails
from rootwarden.model.reading import Seen
from rootwarden.model.tasks import RootTask
from rootwarden.operations.doctor.evidence import Evidence
from rootwarden.operations.doctor.judge import Judgement, judge
from rootwarden.operations.doctor.stack import LevelJudge, stack_of
from rootwarden.policy import Answer, evaluate

TASKS = tuple(RootTask)

CONDITIONS = st.sampled_from(
    [
        None,
        IS_ROOT,
        {**IS_ROOT, "Null": {"aws:AssumedRoot": "true"}},
        {**IS_ROOT, "Null": {"aws:AssumedRoot": "false"}},
        {**IS_ROOT, "Bool": {"aws:AssumedRoot": "false"}},
        {**IS_ROOT, "BoolIfExists": {"aws:AssumedRoot": "false"}},
        {"StringNotEquals": {"aws:RequestedRegion": "us-east-1"}},
        {"StringEquals": {"aws:PrincipalAccount": MEMBER}},
        {"StringNotEquals": {"aws:PrincipalAccount": [OTHER]}},
        {"StringLike": {"aws:PrincipalArn": "arn:aws:iam::2*:root"}},
        {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": f"o-abc1234567/{ROOT}/{UNIT}/*"}},
        {"StringNotLike": {"aws:PrincipalTag/exempt": "true"}},
        {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}},
        {"NumericLessThan": {"aws:MultiFactorAuthAge": "five"}},
        {**IS_ROOT, "Null": {"aws:AssumeRoot": "true"}},
        {"ArnNotLike": {"aws:PrincipalARNs": "arn:aws:iam::*:role/BreakGlass"}},
    ]
)
ACTIONS = st.sampled_from(
    [
        {"Action": "*"},
        {"Action": ["iam:Delete*", "iam:CreateLoginProfile"]},
        {"Action": "s3:*"},
        {"Action": "iam:GetAccountSummary"},
        {"NotAction": ["iam:*", "sts:*"]},
        {"NotAction": "sqs:*"},
        {"Action": ["sts:AssumeRoot"]},
    ]
)
RESOURCES = st.sampled_from(
    ["*", "*", "arn:aws:s3:::prod-*", ["arn:aws:sqs:*:*:orders"], "arn:aws:iam::*:root"]
)


@st.composite
def statements(draw: Any) -> dict[str, Any]:
    found: dict[str, Any] = {
        "Effect": draw(st.sampled_from(["Deny", "Deny", "Allow"])),
        "Resource": draw(RESOURCES),
    }
    condition = draw(CONDITIONS)
    found |= draw(ACTIONS)
    return found | ({"Condition": condition} if condition else {})


READ_ONLY = policy({"Effect": "Allow", "Action": ["organizations:*", "iam:List*"], "Resource": "*"})
NO_CALL = policy({"Effect": "Deny", "Action": ["sts:AssumeRoot", "sts:GetFederationToken"], "Resource": "*"})
DELEGATE: dict[str, Any] = {
    "caller": Caller(OTHER, f"arn:aws:iam::{OTHER}:user/ops", "AIDA"),
    "role": CallerRole.DELEGATED_ADMINISTRATOR,
    "details": Seen(PrincipalDetails(f"arn:aws:iam::{OTHER}:user/ops", None, {})),
}
CALLERS = st.builds(
    lambda documents, boundary, where: calling(*documents, boundary=Seen(boundary), **where),
    st.sampled_from([(), (), (READ_ONLY,), (FULL, NO_CALL)]),
    st.sampled_from([None, None, ("arn:aws:iam::333333333333:policy/limit", READ_ONLY)]),
    st.sampled_from([{}, DELEGATE]),
)
"""Of the management account or the delegate's, with and without what it needs."""
DOCUMENTS = st.lists(statements(), min_size=1, max_size=3).map(lambda found: policy(*found))
PLACES = st.dictionaries(
    st.sampled_from([ROOT, UNIT, MEMBER, OTHER]), st.lists(DOCUMENTS, max_size=2), max_size=3
)


@st.composite
def worlds(draw: Any) -> Evidence:
    scps, rcps = draw(PLACES), draw(PLACES)
    for found in rcps.values():
        for document in found:
            for statement in document["Statement"]:
                statement |= {"Effect": "Deny", "Principal": "*"}
    made: Evidence = evidence(scps, rcps, caller=draw(CALLERS))
    if not draw(st.booleans()):
        return made
    # Sometimes AWS's full access is missing at one level.
    kind, target = PolicyType.SCP, draw(st.sampled_from([ROOT, UNIT, MEMBER]))
    attached = dict(made.policies.attached)
    left = attached[kind, target]
    assert isinstance(left, Seen)
    attached[kind, target] = Seen(tuple(one for one in left.value if one.id != "p-full"))
    policies = dataclasses.replace(made.policies, attached=attached)
    return dataclasses.replace(made, policies=policies)


def said(judgement: Judgement) -> dict[tuple[str, str], Any]:
    return {(one.account.id, task.task.value): task for one in judgement.accounts for task in one.tasks}


@given(worlds())
def test_a_stack_judged_in_parts_is_what_the_evaluator_says(world: Evidence) -> None:
    judgement = judge(world, ())
    levels = LevelJudge()
    for account in (MEMBER, OTHER):
        stack = stack_of(judgement.shelf, account)
        for action in dict.fromkeys(action for task in TASKS for action in task.actions):
            request = judgement.asker.session(action, account)
            whole = evaluate(request, stack.layers())
            parts = levels.decide(stack, partial(judgement.asker.session, action, account), (action, account))
            assert (parts.answer, parts.explicit) == (whole.answer, whole.explicit)
            assert parts.depends_on == whole.depends_on
            if whole.answer is Answer.DENY:
                assert (parts.layer, parts.target, parts.policy, parts.statement, parts.condition) == (
                    (whole.layer, whole.target, whole.policy, whole.statement, whole.condition)
                )


def _some_buckets_alone() -> Evidence:
    """The root level allows one account some buckets and nobody anything else; the caller is bound by it too."""
    allow = {"Effect": "Allow", "Resource": "arn:aws:s3:::prod-*", "Action": "*"}
    condition = {"StringEquals": {"aws:PrincipalAccount": MEMBER}}
    made: Evidence = evidence(
        {ROOT: [policy({**allow, "Condition": condition})]}, {}, caller=calling(**DELEGATE)
    )
    left = made.policies.attached[PolicyType.SCP, ROOT]
    assert isinstance(left, Seen)
    only = Seen(tuple(one for one in left.value if one.id != "p-full"))
    attached = {**made.policies.attached, (PolicyType.SCP, ROOT): only}
    return dataclasses.replace(made, policies=dataclasses.replace(made.policies, attached=attached))


@example(_some_buckets_alone())
@given(worlds())
def test_judging_accounts_together_changes_no_answer(world: Evidence) -> None:
    """Only more may suffice: a policy has one diff, and what another account needs of it can be what is missing here."""
    together = said(judge(world, TASKS))
    for account in world.accounts:
        alone = said(judge(dataclasses.replace(world, accounts=(account,)), TASKS))
        for key, one in alone.items():
            assert (together[key].answer, together[key].sentence) == (one.answer, one.sentence)
            ours = together[key].change
            assert (ours is None) is (one.change is None)
            if ours is not None and one.change is not None:
                assert ours.policies_suffice >= one.change.policies_suffice
                if ours.policies_suffice == one.change.policies_suffice:
                    assert ours.summary == one.change.summary
                assert [each.policy for each in ours.policies] == [
                    each.policy for each in one.change.policies
                ]


@given(worlds(), st.data())
def test_nothing_is_allowed_where_a_layer_was_not_read(world: Evidence, data: Any) -> None:
    lost = data.draw(st.sampled_from(sorted(_LOSSES)))
    for one in judge(_LOSSES[lost](world), TASKS).accounts:
        for task in one.tasks:
            # RCPs have no say in IAM actions, but by the written rule one in the call that opens the session.
            assert task.answer is not TaskAnswer.ALLOWED, lost


def _without(kind: PolicyType, target: str) -> Any:
    def lose(world: Evidence) -> Evidence:
        attached = {**world.policies.attached, (kind, target): LOST}
        return dataclasses.replace(world, policies=dataclasses.replace(world.policies, attached=attached))

    return lose


def _losing_documents(world: Evidence) -> Evidence:
    documents = dict.fromkeys(world.policies.documents, LOST)
    return dataclasses.replace(world, policies=dataclasses.replace(world.policies, documents=documents))


def _losing_status(world: Evidence) -> Evidence:
    enabled = dict.fromkeys(PolicyType, LOST)
    return dataclasses.replace(world, policies=dataclasses.replace(world.policies, enabled=enabled))


def _losing_tree(world: Evidence) -> Evidence:
    places = dataclasses.replace(world.places, lineages=dict.fromkeys(world.places.lineages, LOST))
    return dataclasses.replace(world, places=places)


_LOSSES: dict[str, Any] = {
    "documents": _losing_documents,
    "enabled": _losing_status,
    "tree": _losing_tree,
    "SCPs of the root": _without(PolicyType.SCP, ROOT),
    "SCPs of the OU": _without(PolicyType.SCP, UNIT),
    "RCPs of the OU": _without(PolicyType.RCP, UNIT),
    "caller": lambda world: dataclasses.replace(world, caller=calling(identity=LOST)),
    "boundary": lambda world: dataclasses.replace(world, caller=calling(boundary=LOST)),
    "role": lambda world: dataclasses.replace(world, caller=calling(role=None)),
    "features": lambda world: dataclasses.replace(world, features=LOST),
    "trusted access": lambda world: dataclasses.replace(world, trusted_access=LOST),
}


@settings(max_examples=60)
@given(worlds())
def test_the_changes_lift_every_block_and_free_nobody_else(world: Evidence) -> None:
    """Applied, all of them, no block is left where they say so; whatever the signed-in root user was denied stays denied."""
    judgement = judge(world, TASKS)
    after = applied(world, judgement.changes)
    again = said(judge(after, TASKS))
    for key, task in said(judgement).items():
        if task.change is None:
            assert task.answer is not TaskAnswer.BLOCKED
            continue
        assert set(task.change.policies) <= set(judgement.changes)
        if task.change.policies_suffice:
            assert again[key].answer is not TaskAnswer.BLOCKED
    for account in (MEMBER, OTHER):
        _still_out(world, after, account)


@settings(max_examples=60)
@given(worlds(), st.sampled_from(TASKS))
def test_the_change_of_one_task_lifts_it_alone(world: Evidence, task: RootTask) -> None:
    """Each policy has one diff, whichever task names it, so a task's own changes are enough for it."""
    for account in judge(world, TASKS).accounts:
        one = next(each for each in account.tasks if each.task is task)
        if one.change is not None and one.change.policies_suffice:
            after = applied(world, one.change.policies)
            again = said(judge(after, (task,)))[account.account.id, task.value]
            assert again.answer is not TaskAnswer.BLOCKED


def _still_out(before: Evidence, after: Evidence, account: Any) -> None:
    was, now = judge(before, ()), judge(after, ())
    for action in (*RootTask.DELETE.actions, "s3:GetBucketPolicy", "ec2:RunInstances"):
        request = was.asker.signed_in(action, account)
        if evaluate(request, stack_of(was.shelf, account).layers()).answer is Answer.DENY:
            assert evaluate(request, stack_of(now.shelf, account).layers()).answer is Answer.DENY


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["Version", "Statement", "Effect", "Action", "Resource", "Condition", "x"]),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_documents_of_wrong_types_are_read_or_left_open(document: Any) -> None:
    """Whatever a document holds, there is an answer; one that cannot be read allows nothing."""
    world = evidence({UNIT: [json.dumps(document)]})
    judgement = judge(world, TASKS)
    unread = any(book.unread for book in judgement.shelf.books.values())
    assert bool(judgement.unread) is unread
    for one in said(judgement).values():
        assert not unread or one.answer is TaskAnswer.DEPENDS


@pytest.mark.parametrize(
    "text", ["", "{", "null", "5", '"*"', "[]", "[" * 5000, '{"Statement": [], "Statement": []}']
)
def test_what_is_no_policy_is_located(text: str) -> None:
    judgement = judge(evidence({MEMBER: [text]}), (RootTask.AUDIT,))
    answers = {one.account.id: one.tasks[0] for one in judgement.accounts}
    assert answers[MEMBER].answer is TaskAnswer.DEPENDS
    assert answers[OTHER].answer is TaskAnswer.ALLOWED
    assert "SCP0" in answers[MEMBER].sentence
    assert [one.reason.code for one in judgement.unread] == ["malformed_policy"]


def test_an_inverted_deny_of_sessions_on_purpose_has_no_computed_change() -> None:
    """A statement that is about root sessions is not undone in the dark."""
    world = evidence({UNIT: [policy(deny({"Bool": {"aws:AssumedRoot": "true"}}, Sid="NoSessions"))]})
    (task,) = judge(world, (RootTask.AUDIT,)).accounts[0].tasks
    assert task.answer is TaskAnswer.BLOCKED
    assert task.change is not None
    assert task.change.policies == ()
    assert "NoSessions" in task.change.summary
