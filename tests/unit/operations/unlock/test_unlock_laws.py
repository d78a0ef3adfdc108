"""Laws of the repair: administrators are let in, and nobody else is treated otherwise, whatever the policy."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from locks import ADMIN, BUCKET, DELETED, OWNER, QUEUE, scope

from rootwarden.model.unlock import LockDiagnosis, Resource, ResourceKind
from rootwarden.operations.unlock.diagnose import EVERYTHING, Judge
from rootwarden.operations.unlock.document import policy_hash, read_document, same_policy
from rootwarden.operations.unlock.repair import deleted_principals, repair
from rootwarden.operations.unlock.requests import ESSENTIAL, Origin, Surroundings
from rootwarden.policy import Answer, Layers, Level, Policy, Request, ResourcePolicy, evaluate, parse_policy
from rootwarden.policy.document import Effect
from rootwarden.policy.matching import match_with_principal
from rootwarden.policy.truth import Truth

SECOND = f"arn:aws:iam::{OWNER}:role/path/Second"
OPS = f"arn:aws:iam::{OWNER}:role/Ops"
ORGANIZATION = "o-exampleorg1"

PRINCIPALS: st.SearchStrategy[dict[str, Any]] = st.sampled_from(
    [
        {"Principal": "*"},
        {"Principal": {"AWS": "*"}},
        {"Principal": {"AWS": [ADMIN, OPS]}},
        {"Principal": {"AWS": OWNER}},
        {"Principal": {"AWS": [DELETED, OPS]}},
        {"Principal": {"AWS": DELETED}},
        {"Principal": {"Service": "cloudfront.amazonaws.com"}},
        {"NotPrincipal": {"AWS": OPS}},
        {"NotPrincipal": {"AWS": [DELETED]}},
        {"NotPrincipal": {"AWS": [DELETED, OPS, f"arn:aws:iam::{OWNER}:root"]}},
        {"NotPrincipal": {"AWS": [SECOND, OWNER]}},
    ]
)
CONDITIONS = st.sampled_from(
    [
        ("StringNotEquals", "aws:SourceVpce", "vpce-1"),
        ("StringNotEqualsIfExists", "aws:SourceVpce", "vpce-1"),
        ("StringNotEquals", "aws:PrincipalOrgID", "o-anotherorg1"),
        ("StringNotEquals", "AWS:principalorgid", ORGANIZATION),
        ("NotIpAddress", "aws:SourceIp", "10.0.0.0/8"),
        ("ArnNotEquals", "aws:PrincipalArn", OPS),
        ("ArnNotLike", "aws:principalarn", [OPS, f"arn:aws:iam::{OWNER}:role/path/*"]),
        ("stringnotlikeifexists", "aws:PrincipalArn", "arn:aws:iam::*:role/Ops*"),
        ("ArnNotEquals", "aws:SourceArn", "arn:aws:sns:eu-central-1:333333333333:topic"),
        ("ArnLike", "aws:PrincipalArn", f"arn:aws:iam::{OWNER}:*"),
        ("Bool", "aws:SecureTransport", "false"),
        ("Bool", "aws:SecureTransport", "true"),
        ("StringNotLike", "aws:userId", "AROAEXAMPLE:*"),
        ("Null", "aws:AssumedRoot", "true"),
    ]
)
ACTIONS: dict[ResourceKind, list[dict[str, Any]]] = {
    ResourceKind.BUCKET: [
        {"Action": "s3:*"},
        {"Action": ["s3:GetObject", "s3:PutBucketPolicy"]},
        {"Action": "s3:*Policy"},
        {"Action": "s3:DeleteObject"},
        {"NotAction": ["s3:GetObject", "s3:ListBucket"]},
    ],
    ResourceKind.QUEUE: [
        {"Action": "sqs:*"},
        {"Action": ["sqs:SendMessage", "sqs:SetQueueAttributes"]},
        {"Action": "sqs:ReceiveMessage"},
        {"NotAction": "sqs:GetQueueAttributes"},
    ],
}
ASKED = {
    ResourceKind.BUCKET: (
        *ESSENTIAL[ResourceKind.BUCKET],
        "s3:GetObject",
        "s3:ListBucket",
        "s3:DeleteObject",
    ),
    ResourceKind.QUEUE: (*ESSENTIAL[ResourceKind.QUEUE], "sqs:SendMessage", "sqs:ReceiveMessage"),
}
RESOURCES = st.sampled_from([BUCKET, QUEUE])


@st.composite
def policies(draw: st.DrawFn, resource: Resource) -> str:
    """Policies of one to four statements."""
    statements = []
    for number in range(draw(st.integers(1, 4))):
        conditions: dict[str, Any] = {}
        for operator, key, value in draw(st.lists(CONDITIONS, max_size=2)):
            if key.lower() not in {one.lower() for one in conditions.get(operator, {})}:
                conditions.setdefault(operator, {})[key] = value
        statements.append(
            {
                "Sid": f"S{number}",
                "Effect": draw(st.sampled_from(["Deny", "Deny", "Allow"])),
                **draw(PRINCIPALS),
                **draw(st.sampled_from(ACTIONS[resource.kind])),
                "Resource": scope(resource)["Resource"],
                **({"Condition": conditions} if conditions else {}),
            }
        )
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


@st.composite
def requests(draw: st.DrawFn, resource: Resource) -> Request:
    """Concrete requests of anybody but the administrators: users, roles, services, strangers, nobody."""
    who: dict[str, str] = draw(
        st.sampled_from(
            [
                {},
                {"aws:PrincipalArn": OPS, "aws:PrincipalAccount": OWNER, "aws:PrincipalOrgID": ORGANIZATION},
                {"aws:PrincipalArn": f"arn:aws:iam::{OWNER}:user/Somebody", "aws:PrincipalAccount": OWNER},
                {"aws:PrincipalArn": f"arn:aws:iam::{OWNER}:root", "aws:PrincipalAccount": OWNER},
                {
                    "aws:PrincipalArn": "arn:aws:iam::999999999999:role/Ops",
                    "aws:PrincipalAccount": "999999999999",
                },
            ]
        )
    )
    context = dict(who)
    for key, values in (
        ("aws:SourceVpce", ["vpce-1", "vpce-2"]),
        ("aws:SourceIp", ["10.1.2.3", "8.8.8.8"]),
        ("aws:SecureTransport", ["true", "false"]),
        ("aws:userid", ["AROAEXAMPLE:me", "AIDAOTHER"]),
        ("aws:SourceArn", ["arn:aws:sns:eu-central-1:333333333333:topic"]),
        ("aws:AssumedRoot", ["true"]),
    ):
        value = draw(st.sampled_from([None, *values]))
        if value is not None:
            context[key] = value
    action = draw(st.sampled_from(ASKED[resource.kind]))
    on_object = action.endswith("Object")
    return Request(action, f"{resource.arn}/a/b" if on_object else resource.arn, context)


def judge_of(resource: Resource, *administrators: str, origin: Origin | None = None) -> Judge:
    surroundings = Surroundings(resource, ORGANIZATION, (f"{ORGANIZATION}/r-1/",), origin or Origin())
    return Judge(surroundings, administrators)


def says(policy: Policy, request: Request) -> tuple[Truth, Truth]:
    """Whether a policy denies, and whether it allows."""
    found = {Effect.ALLOW: Truth.NO, Effect.DENY: Truth.NO}
    for one in policy.statements:
        match = match_with_principal(one, request).truth
        if match is Truth.YES or found[one.effect] is Truth.NO:
            found[one.effect] = match
    return found[Effect.DENY], found[Effect.ALLOW]


def repaired(judge: Judge, text: str) -> str | None:
    """The text after a repair, the same where there was nothing to do."""
    made = repair(judge, read_document(text, name=""))
    return text if made is None else made.text


def policy_of(text: str | None) -> Policy:
    """The policy; one without effect where there is none."""
    nothing = {
        "Statement": {"Effect": "Allow", "Action": "x:y", "Resource": "*", "Principal": {"AWS": DELETED}}
    }
    return parse_policy(text or nothing)


@given(st.data())
def test_no_administrator_is_locked_out_afterwards(data: st.DataObject) -> None:
    """By the evaluator, statement by statement and as a whole."""
    resource = data.draw(RESOURCES)
    text = data.draw(policies(resource))
    judge = judge_of(resource, ADMIN, SECOND, origin=Origin(address="8.8.8.8"))
    after = repaired(judge, text)
    found = judge.diagnose(after)
    assert not found.locked, after
    assert not any(one.locks for one in found.statements)
    document = None if after is None else read_document(after, name="")
    for admin in (ADMIN, SECOND):
        for action in ESSENTIAL[resource.kind]:
            request = judge.surroundings.by(admin, action, frozenset({"aws:userid"}))
            policies_ = (document.policy,) if document else ()
            layers = Layers((EVERYTHING,), resource=ResourcePolicy(OWNER, policies_))
            assert evaluate(request, layers).answer is not Answer.DENY


@given(st.data())
def test_nobody_else_is_treated_otherwise(data: st.DataObject) -> None:
    """Every statement means for all others what it meant, also one that was narrowed."""
    resource = data.draw(RESOURCES)
    text = data.draw(policies(resource))
    after = repaired(judge_of(resource, ADMIN, SECOND), text)
    before_policy, after_policy = policy_of(text), policy_of(after)
    for _ in range(10):
        request = data.draw(requests(resource))
        assert says(before_policy, request) == says(after_policy, request), (text, after)


@given(st.data())
def test_statements_that_lock_nobody_keep_their_text(data: st.DataObject) -> None:
    """But for principals that were deleted."""
    resource = data.draw(RESOURCES)
    text = data.draw(policies(resource))
    judge = judge_of(resource, ADMIN)
    made = repair(judge, read_document(text, name=""))
    if made is None:
        return
    left = {one["Sid"]: one for one in (json.loads(made.text)["Statement"] if made.text else [])}
    changed = {one.label for one in made.changes}
    document = read_document(text, name="")
    findings: LockDiagnosis = judge.diagnose(text)
    for raw, finding in zip(document.statements, findings.statements, strict=True):
        if finding.label not in changed:
            assert left[finding.label] == raw
        names_deleted = DELETED in json.dumps(raw)
        assert finding.label not in changed or finding.locks or finding.may_lock or names_deleted


@given(st.data())
def test_a_second_repair_finds_nothing_that_surely_locks(data: st.DataObject) -> None:
    """And no deleted principal is left, which AWS would not take."""
    resource = data.draw(RESOURCES)
    text = data.draw(policies(resource))
    judge = judge_of(resource, ADMIN, origin=Origin(address="8.8.8.8"))
    made = repair(judge, read_document(text, name=""))
    if made is None or made.text is None:
        return
    document = read_document(made.text, name="")
    assert deleted_principals(document) == ()
    again = repair(judge, document)
    assert again is None or not any(one.locks for one in judge.diagnose(made.text).statements)


@given(st.data())
def test_a_drop_only_takes_statements_away(data: st.DataObject) -> None:
    resource = data.draw(RESOURCES)
    text = data.draw(policies(resource))
    judge = judge_of(resource, ADMIN)
    document = read_document(text, name="")
    made = repair(judge, document, drop=True)
    left = json.loads(made.text)["Statement"] if made and made.text else []
    cleaned = {one.label for one in made.changes if one.done == "cleaned"} if made else set()
    for one in left:
        assert one["Sid"] in cleaned or one in document.statements


@given(st.data())
def test_a_policy_is_the_same_whatever_its_order_and_white_space(data: st.DataObject) -> None:
    resource = data.draw(RESOURCES)
    text = data.draw(policies(resource))
    document = json.loads(text)
    for one in document["Statement"]:
        for name in ("Action", "Resource"):
            if isinstance(one.get(name), list):
                one[name] = one[name][::-1]
            elif name in one:
                one[name] = [one[name]]
    assert same_policy(text, json.dumps(document, indent=4, sort_keys=True))
    document["Statement"][0]["Sid"] = "other"
    assert policy_hash(text) != policy_hash(json.dumps(document))


def test_the_account_and_its_root_arn_are_the_same_principal() -> None:
    """AWS stores one and shows the other."""

    def of(principal: Any) -> str:
        statement = {"Effect": "Allow", "Principal": principal, **scope(BUCKET)}
        return json.dumps({"Statement": [statement]})

    assert same_policy(of({"AWS": OWNER}), of({"AWS": [f"arn:aws:iam::{OWNER}:root"]}))
    assert same_policy(of("*"), of({"AWS": "*"}))
    assert not same_policy(of("*"), of({"AWS": OWNER}))
    assert not same_policy(None, of("*"))


def test_a_narrowed_statement_excepts_only_those_it_locked() -> None:
    statement = {"Sid": "S", "Effect": "Deny", "NotPrincipal": {"AWS": [SECOND, OWNER]}, **scope(QUEUE)}
    text = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    after = json.loads(repaired(judge_of(QUEUE, ADMIN, SECOND), text) or "")
    assert after["Statement"] == [{**statement, "Condition": {"ArnNotEquals": {"aws:PrincipalArn": ADMIN}}}]


def test_a_guard_that_an_administrator_can_meet_is_no_lock() -> None:
    """MFA: whoever signs in with it gets in, so nobody is excepted from it."""
    guard = {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}
    statement = {"Sid": "S", "Effect": "Deny", "Principal": "*", **scope(BUCKET), "Condition": guard}
    text = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    judge = judge_of(BUCKET, ADMIN)
    assert repair(judge, read_document(text, name="")) is None
    (found,) = judge.diagnose(text).statements
    assert (found.locks, found.may_lock, found.depends_on) == ((), (ADMIN,), ("aws:multifactorauthpresent",))


def test_a_header_that_policy_calls_never_have_locks_everybody_out() -> None:
    """Deny of everything that is not encrypted: GetBucketPolicy has no such header."""
    unencrypted = {"StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"}}
    statement = {"Sid": "S", "Effect": "Deny", "Principal": "*", **scope(BUCKET), "Condition": unencrypted}
    text = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    (found,) = judge_of(BUCKET, ADMIN).diagnose(text).statements
    assert found.locks == (ADMIN,)


def test_where_administrators_call_from_decides() -> None:
    endpoint = {"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}
    statement = {"Sid": "S", "Effect": "Deny", "Principal": "*", **scope(BUCKET), "Condition": endpoint}
    text = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    locked = {
        origin: judge_of(BUCKET, ADMIN, origin=origin).diagnose(text).administrators[0].entry.value
        for origin in (
            Origin(),
            Origin(address="10.0.0.1"),
            Origin(endpoint="vpce-1"),
            Origin(endpoint="vpce-2"),
            Origin(vpc="vpc-1"),
        )
    }
    assert list(locked.values()) == ["locked_out", "locked_out", "gets_in", "locked_out", "depends"]


def test_the_scp_of_the_organization_still_keeps_out() -> None:
    """A repaired bucket is no use to somebody an SCP denies, and the answer says which."""
    deny = {"Sid": "NoPolicies", "Effect": "Deny", "Action": "s3:PutBucketPolicy", "Resource": "*"}
    scp = parse_policy(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}, deny]},
        name="Guard",
    )
    judge = dataclasses.replace(judge_of(BUCKET, ADMIN), scp_levels=(Level("ou-1", (scp,)),))
    (answer,) = judge.diagnose(None).administrators
    assert (answer.entry.value, answer.layer) == ("locked_out", "scp")
    assert answer.sentence == "Denied by NoPolicies of the SCP Guard on ou-1."
