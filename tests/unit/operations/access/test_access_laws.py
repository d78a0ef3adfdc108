"""Collapsed answers are those of asking for every principal, account and task alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from access_world import (
    ADMINISTRATOR,
    ALL,
    DELEGATE,
    LEGACY,
    MANAGED,
    ORGANIZATION,
    POWER_USER,
    ROOTS,
    SHOP,
    TASKS,
    delegate,
    deny,
    group,
    policy,
    role,
    user,
    world,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from rootwarden.model.reading import Seen
from rootwarden.model.tasks import RootTask
from rootwarden.operations.access.judge import judge_access
from rootwarden.operations.access.spread import Spread
from rootwarden.policy import UNKNOWN, Answer, Layers, Level, Policy, Request, evaluate, parse_policy

if TYPE_CHECKING:
    from rootwarden.model.ids import AccountId
    from rootwarden.policy import ContextValue

TARGETS = (DELEGATE, SHOP, LEGACY)
KEYS = ("aws:sourceip", "aws:multifactorauthpresent", "aws:requestedregion", "aws:resourceaccount")
EFFECTS = st.sampled_from(["Allow", "Allow", "Deny"])
ACTIONS: st.SearchStrategy[dict[str, Any]] = st.sampled_from(
    [
        {"Action": "sts:AssumeRoot"},
        {"Action": "sts:*"},
        {"Action": "*"},
        {"Action": ["s3:*", "STS:assume*"]},
        {"Action": "s3:*"},
        {"NotAction": ["iam:*", "organizations:*"]},
        {"NotAction": "sts:AssumeRoot"},
    ]
)
RESOURCES: st.SearchStrategy[dict[str, Any]] = st.sampled_from(
    [
        {"Resource": "*"},
        {"Resource": ROOTS},
        {"Resource": f"arn:aws:iam::{SHOP}:root"},
        {"Resource": [f"arn:aws:iam::{SHOP}:root", f"arn:aws:iam::{LEGACY}:root"]},
        {"Resource": ["arn:aws:iam::3*:root", "arn:aws:s3:::bucket"]},
        {"NotResource": f"arn:aws:iam::{SHOP}:root"},
        {"NotResource": ["arn:aws:iam::*:user/*", f"arn:aws:iam::{DELEGATE}:*"]},
        {"Resource": "arn:aws:iam::${aws:PrincipalAccount}:root"},
        {"Resource": "arn:aws:iam::*:${aws:PrincipalTag/kind}"},
    ]
)
CONDITIONS: st.SearchStrategy[dict[str, Any]] = st.sampled_from(
    [
        {},
        {},
        {"ArnEquals": {"sts:TaskPolicyArn": f"{TASKS}/IAMAuditRootUserCredentials"}},
        {"StringLike": {"sts:TaskPolicyARN": f"{TASKS}/IAM*"}},
        {"StringNotEquals": {"sts:TaskPolicyArn": [f"{TASKS}/S3UnlockBucketPolicy"]}},
        {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}},
        {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
        {"StringNotEquals": {"aws:RequestedRegion": "eu-central-1"}},
        {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/ops"}},
        {"StringEquals": {"aws:username": "eve"}},
        {"StringEquals": {"aws:PrincipalTag/kind": "root"}},
        {"StringEquals": {"aws:ResourceAccount": SHOP}},
        {"Null": {"aws:AssumedRoot": "true"}},
        {"StringEquals": {"aws:PrincipalOrgID": ORGANIZATION}},
    ]
)


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """A policy of up to three statements."""
    statements = []
    for _ in range(draw(st.integers(1, 3))):
        one = {"Effect": draw(EFFECTS), **draw(ACTIONS), **draw(RESOURCES)}
        condition = draw(CONDITIONS)
        statements.append({**one, "Condition": condition} if condition else one)
    return policy(*statements)


@st.composite
def rcps(draw: st.DrawFn) -> dict[str, Any]:
    """An RCP that may say something about the call."""
    one = {**deny(draw(st.sampled_from(["sts:AssumeRoot", "sts:*", "s3:*"]))), "Principal": "*"}
    condition = draw(CONDITIONS)
    return policy({**one, "Condition": condition} if condition else one)


SMALL = st.lists(documents(), max_size=2)


@given(
    documents=SMALL,
    of_group=SMALL,
    managed=st.sampled_from([(), (), (POWER_USER,), (ADMINISTRATOR,)]),
    bound=st.one_of(st.none(), st.none(), documents()),
    scp=st.one_of(st.just(policy(ALL)), documents()),
    rcp=st.dictionaries(st.sampled_from(TARGETS), rcps(), max_size=2),
)
@settings(max_examples=120, deadline=None)
def test_collapsed_is_naive(  # noqa: PLR0917 - a world has that many parts
    documents: list[Any],
    of_group: list[Any],
    managed: tuple[str, ...],
    bound: Any,
    scp: Any,
    rcp: dict[AccountId, Any],
) -> None:
    """A user with all there is, and a role: the answer and what it depends on, for each account and task."""
    boundary = None if bound is None else f"arn:aws:iam::{DELEGATE}:policy/bound"
    eve = user("eve", *documents, attached=managed, groups=("ops",), boundary=boundary, tags={"kind": "root"})
    ops = role("ops", *documents, attached=managed)
    missing = {} if boundary is None else {boundary: Seen(bound)}
    home = delegate(eve, ops, group("ops", *of_group), scps=(scp,), missing=missing)
    rcp_levels = {
        account: (Level(account, (parse_policy(rcp[account], name=f"rcp-{account}"),)),) for account in rcp
    }
    access = judge_access(world(home, rcp_levels=rcp_levels))
    told = {
        (one.holder.name, account, task): (grant.answer.value, set(grant.depends_on))
        for one in access.can
        for grant in one.grants
        for account in grant.accounts
        for task in grant.tasks
    }
    own = [_parsed(one) for one in (*documents, *(MANAGED[arn] for arn in managed))]
    groups = [_parsed(one) for one in of_group]
    naive = {}
    for name, identity, limit in (
        ("eve", own + groups, None if bound is None else (_parsed(bound),)),
        ("ops", own, None),
    ):
        for account in TARGETS:
            layers = Layers(tuple(identity), limit, (), home.scp_levels, rcp_levels.get(account, ()))
            for task in RootTask:
                said = evaluate(_request(name, account, task), layers)
                if said.answer is not Answer.DENY:
                    naive[name, account, task] = (said.answer.value, {*said.depends_on, *said.warnings})
    assert told == naive


def _request(name: str, account: AccountId, task: RootTask) -> Request:
    is_user = name == "eve"
    context: dict[str, ContextValue] = dict.fromkeys(KEYS, UNKNOWN)
    context |= {
        "aws:principalarn": f"arn:aws:iam::{DELEGATE}:{'user' if is_user else 'role'}/{name}",
        "aws:principalaccount": DELEGATE,
        "aws:principalorgid": ORGANIZATION,
        "aws:principaltag/kind": "root" if is_user else UNKNOWN,
        "sts:taskpolicyarn": task.policy_arn("aws"),
    }
    if is_user:
        context["aws:username"] = name
    return Request("sts:AssumeRoot", f"arn:aws:iam::{account}:root", context)


def _parsed(document: Any) -> Policy:
    return parse_policy(document)


@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_a_spread_keeps_apart_what_differs(data: st.DataObject) -> None:
    """Resources of one group are matched equally by every statement, and every resource is in one group."""
    resources = (*(f"arn:aws:iam::{one}:root" for one in TARGETS), "arn:aws:iam::1:role/a/b", "*")
    spread = Spread(resources)
    context: dict[str, ContextValue] = {"aws:principaltag/kind": "root", "aws:principalaccount": SHOP}
    statements = [one for _ in range(2) for one in parse_policy(data.draw(documents())).statements]
    groups = spread.groups(statements, context)
    assert sorted(position for one in groups for position in one) == list(range(len(resources)))
    for members in groups:
        for statement in statements:
            found = {statement.resource.match(Request("", resources[one], context)) for one in members}
            assert len(found) == 1
