"""What holds for every policy and every request."""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rootwarden.policy import (
    UNKNOWN,
    Answer,
    ContextValue,
    Decision,
    Layers,
    Level,
    Policy,
    Request,
    ResourcePolicy,
    evaluate,
    parse_policy,
)

ACCOUNT, OTHER = "222222222222", "333333333333"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
TASK = "arn:aws:iam::aws:policy/root-task/"
GENEROUS = {Answer.DENY: 0, Answer.DEPENDS: 1, Answer.ALLOW: 2}

VALUES: Mapping[str, tuple[ContextValue, ...]] = {
    "aws:PrincipalArn": (
        ROOT,
        f"arn:aws:iam::{ACCOUNT}:user/olga",
        f"arn:aws:iam::{OTHER}:role/ops",
        "nonsense",
    ),
    "aws:PrincipalAccount": (ACCOUNT, OTHER),
    "aws:AssumedRoot": ("true", "false"),
    "aws:RequestedRegion": ("us-east-1", "eu-west-1"),
    "sts:TaskPolicyArn": (f"{TASK}IAMAudit", f"{TASK}S3Unlock"),
    "aws:TagKeys": ((), ("x",), ("x", "y"), "x"),
    "aws:SourceIp": ("203.0.113.9", "2001:db8::1"),
    "aws:MultiFactorAuthAge": ("5", "900", "soon"),
}
OPERANDS = (
    *(
        ROOT,
        "arn:*:iam::*:root",
        "arn:aws:iam::*:role/*",
        f"{TASK}*",
        "*",
        "x",
        "true",
        "false",
        "us-east-1",
        "soon",
    ),
    *(
        "${aws:PrincipalAccount}",
        "arn:aws:iam::${aws:PrincipalAccount}:root",
        "${aws:RequestedRegion, 'x'}",
        "[ROLE]",
    ),
    *("203.0.113.0/24", "900", "5"),
)
PLAIN = (
    *(
        "StringEquals",
        "StringNotEquals",
        "StringLike",
        "StringNotLike",
        "StringEqualsIgnoreCase",
        "ArnLike",
        "Bool",
    ),
    *("ArnNotLike", "NumericLessThan", "NumericNotEquals", "IpAddress", "NotIpAddress", "Weird"),
)
OPERATORS = (
    "Null",
    *(
        f"{prefix}{name}{suffix}"
        for prefix in ("", "ForAnyValue:", "ForAllValues:")
        for name in PLAIN
        for suffix in ("", "IfExists")
    ),
)
ACTIONS = ("*", "iam:*", "IAM:get*", "s3:*", "s3:PutBucketPolicy", "sts:Assume*")
RESOURCES = (
    "*",
    "arn:aws:iam::*:root",
    "arn:aws:s3:::b*",
    "arn:aws:s3:::${aws:PrincipalAccount}",
    "arn:aws:s3*",
)
PRINCIPALS = (
    *("*", {"AWS": ACCOUNT}, {"AWS": [f"arn:aws:iam::{ACCOUNT}:user/olga", f"arn:aws:iam::{ACCOUNT}:root"]}),
    *({"AWS": f"arn:aws:iam::{ACCOUNT}:user/olga"}, {"Service": "sns.amazonaws.com"}),
)


def lists(pool: tuple[Any, ...]) -> st.SearchStrategy[list[Any]]:
    """One to three different members of the pool."""
    return st.lists(st.sampled_from(pool), min_size=1, max_size=3, unique_by=repr)


@st.composite
def statements(draw: st.DrawFn, effect: str | None = None, principal: bool = False) -> dict[str, Any]:
    """A statement of any shape the grammar has."""
    statement: dict[str, Any] = {"Effect": effect or draw(st.sampled_from(("Allow", "Deny")))}
    statement[draw(st.sampled_from(("Action", "Action", "NotAction")))] = draw(lists(ACTIONS))
    statement[draw(st.sampled_from(("Resource", "Resource", "NotResource")))] = draw(lists(RESOURCES))
    if principal:
        statement[draw(st.sampled_from(("Principal", "NotPrincipal")))] = draw(st.sampled_from(PRINCIPALS))
    condition: dict[str, dict[str, Any]] = {}
    for operator in draw(st.lists(st.sampled_from(OPERATORS), max_size=2, unique=True)):
        keys = draw(st.lists(st.sampled_from(tuple(VALUES)), min_size=1, max_size=2, unique=True))
        pool = ("true", "false") if operator == "Null" else OPERANDS
        condition[operator] = {key: draw(lists(pool)) for key in keys}
    return statement | ({"Condition": condition} if condition else {})


def policies(effect: str | None = None, principal: bool = False) -> st.SearchStrategy[Policy]:
    """A policy of one to three statements."""
    documents = st.lists(statements(effect, principal), min_size=1, max_size=3)
    return documents.map(
        lambda several: parse_policy({"Version": "2012-10-17", "Statement": several}, name="p")
    )


FULL = parse_policy({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}, name="FULL")


@st.composite
def layers(draw: st.DrawFn) -> Layers:
    """Policies in every layer, often with full access so that the answer is not always a missing Allow."""
    some = st.lists(st.one_of(st.just(FULL), policies()), min_size=1, max_size=2).map(tuple)
    levels = st.lists(st.builds(Level, st.just("ou-1"), some), max_size=3).map(tuple)
    own = st.one_of(st.none(), st.lists(policies(principal=True), max_size=2).map(tuple))
    resource = draw(own)
    return Layers(
        identity=draw(st.one_of(st.none(), some)),
        boundary=draw(st.one_of(st.none(), some)),
        ceiling=draw(st.one_of(st.just(()), policies("Deny").map(lambda policy: (policy,)))),
        scp_levels=draw(levels),
        rcp_levels=draw(
            st.lists(st.builds(Level, st.just("ou-1"), own.map(lambda p: p or ())), max_size=1).map(tuple)
        ),
        resource=None if resource is None else ResourcePolicy(ACCOUNT, resource),
    )


@st.composite
def contexts(draw: st.DrawFn) -> dict[str, ContextValue]:
    """Some keys with values, the others absent."""
    keys = draw(st.lists(st.sampled_from(tuple(VALUES)), unique=True))
    return {key: draw(st.sampled_from(VALUES[key])) for key in keys}


ASKED = st.sampled_from(
    (
        *(("iam:GetUser", ROOT), ("s3:PutBucketPolicy", "arn:aws:s3:::bucket"), ("s3:ListAllMyBuckets", "*")),
        *(("s3:GetObject", f"arn:aws:s3:::{ACCOUNT}"), ("sts:AssumeRoot", ROOT)),
    )
)


@given(
    ASKED, contexts(), layers(), st.lists(st.sampled_from(tuple(VALUES)), min_size=1, max_size=2, unique=True)
)
def test_a_settled_answer_holds_for_every_completion(
    asked: tuple[str, str], context: dict[str, ContextValue], around: Layers, unknown: list[str]
) -> None:
    """If unknown keys leave the answer settled, no value of them (and not their absence) changes it."""
    open_request = Request(*asked, {**context, **dict.fromkeys(unknown, UNKNOWN)})
    decision = evaluate(open_request, around)
    known = {key: value for key, value in context.items() if key not in unknown}
    answers = set()
    for chosen in itertools.product(*((None, *VALUES[key]) for key in unknown)):
        completion = {key: value for key, value in zip(unknown, chosen, strict=True) if value is not None}
        if consistent(known | completion):
            answers.add(evaluate(Request(*asked, known | completion), around).answer)
    if decision.answer is Answer.DEPENDS:
        assert decision.depends_on or decision.warnings
    else:
        assert answers <= {decision.answer}


def consistent(context: Mapping[str, ContextValue]) -> bool:
    """Whether the caller's ARN and account go together, as in every real request."""
    arn, account = context.get("aws:PrincipalArn"), context.get("aws:PrincipalAccount")
    return not isinstance(arn, str) or account is None or ":" not in arn or f":{account}:" in arn


@st.composite
def requests(draw: st.DrawFn) -> Request:
    """A request with keys known, absent and unknown."""
    unknown = draw(st.lists(st.sampled_from(tuple(VALUES)), max_size=2))
    return Request(*draw(ASKED), {**draw(contexts()), **dict.fromkeys(unknown, UNKNOWN)})


@given(requests(), layers(), policies("Deny"), st.integers(0, 5))
def test_another_deny_never_gives_more(request: Request, around: Layers, denying: Policy, where: int) -> None:
    """A Deny-only policy in any layer leaves the answer as it is or makes it stricter."""
    before, after = evaluate(request, around), evaluate(request, with_policy(around, denying, where))
    assert GENEROUS[after.answer] <= GENEROUS[before.answer]


def with_policy(around: Layers, policy: Policy, where: int) -> Layers:
    """The layers with one more policy, beside the others of a layer or SCP level that is there."""
    levels = around.scp_levels
    if where < len(levels):
        changed = Level(levels[where].target, (*levels[where].policies, policy))
        return replace(around, scp_levels=(*levels[:where], changed, *levels[where + 1 :]))
    if where == 3 and around.identity is not None:
        return replace(around, identity=(*around.identity, policy))
    if where == 4 and around.boundary is not None:
        return replace(around, boundary=(*around.boundary, policy))
    return replace(around, ceiling=(*around.ceiling, policy))


@given(requests(), st.lists(statements(), min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_order_does_not_matter(
    request: Request, several: list[dict[str, Any]], shuffler: random.Random
) -> None:
    """Statements, keys and values may stand in any order, and the request's keys in any case."""
    keys = list(request.context)
    shuffler.shuffle(keys)
    other = Request(request.action, request.resource, {key.upper(): request.context[key] for key in keys})
    first, second = judge(several, request), judge(shuffle(several, shuffler), other)
    assert (second.answer, second.explicit, second.depends_on) == (
        first.answer,
        first.explicit,
        first.depends_on,
    )
    assert second.warnings == first.warnings


def judge(several: list[dict[str, Any]], request: Request) -> Decision:
    """The decision of one identity policy."""
    policy = parse_policy({"Version": "2012-10-17", "Statement": several}, name="p")
    return evaluate(request, Layers(identity=(policy,)))


def shuffle(value: Any, shuffler: random.Random) -> Any:
    """The same JSON with every list and object in another order."""
    if isinstance(value, dict):
        members = [(key, shuffle(member, shuffler)) for key, member in value.items()]
        shuffler.shuffle(members)
        return dict(members)
    if isinstance(value, list):
        values = [shuffle(member, shuffler) for member in value]
        shuffler.shuffle(values)
        return values
    return value
