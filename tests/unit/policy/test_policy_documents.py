"""Reading policy documents: what is accepted, and how what is not is reported."""

from __future__ import annotations

import json
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rootwarden.errors import BadInput
from rootwarden.policy import (
    Answer,
    Layers,
    Level,
    MalformedPolicy,
    Policy,
    Request,
    ResourcePolicy,
    evaluate,
    parse_policy,
    unreadable_policy,
)
from rootwarden.policy.reader import MAX_CHARACTERS

GOOD = {"Effect": "Allow", "Action": "iam:GetUser", "Resource": "*"}
GET_USER = Request("iam:GetUser", "arn:aws:iam::222222222222:root", {})


def allows(policy: Policy, request: Request = GET_USER) -> bool:
    """Whether the policy alone allows the request."""
    return evaluate(request, Layers(identity=(policy,))).answer is Answer.ALLOW


@pytest.mark.parametrize(
    "document",
    [
        {"Version": "2012-10-17", "Id": "x", "Statement": [GOOD]},
        {"Statement": GOOD},
        {"statement": {"effect": "Allow", "ACTION": ["iam:GetUser"], "resource": ["*"], "Sid": ""}},
        {"Statement": MappingProxyType(GOOD)},
        {"Statement": (GOOD,)},
        {"Statement": {**GOOD, "Condition": {}}},
    ],
)
def test_forms_aws_accepts(document: dict[str, Any]) -> None:
    """One statement or a list, element names in any case, mappings of any type."""
    assert allows(parse_policy(document))


def test_text_and_mapping_are_the_same_policy() -> None:
    """White space does not matter, the name does."""
    document = {"Version": "2012-10-17", "Statement": [GOOD]}
    from_text = parse_policy(json.dumps(document, indent=4), name="p")
    assert from_text == parse_policy(document, name="p")
    assert hash(from_text) == hash(parse_policy(document, name="p"))
    assert from_text != parse_policy(document, name="q")


def statement(**changes: Any) -> str:
    """A document of one statement, with elements changed, or taken out by None."""
    merged = {**GOOD, **changes}
    return json.dumps({"Statement": [{key: value for key, value in merged.items() if value is not None}]})


@pytest.mark.parametrize(
    ("source", "message", "path"),
    [
        ("", "it is not JSON: Expecting value in line 1, column 1", ""),
        ("{\n'Statement': []}", "it is not JSON: Expecting property name enclosed in double quotes in line 2, column 1", ""),
        ("[]", "expected an object, found a list", ""),
        ("null", "expected an object, found nothing", ""),
        ("[" * 90_000, "it is nested too deeply", ""),
        ("9" * (MAX_CHARACTERS + 1), "it has 100001 characters, more than the 100000 we read", ""),
        ("{}", "Statement: expected an object, found nothing", "Statement"),
        ('{"Statement": []}', "Statement: expected at least one statement, found a list", "Statement"),
        ('{"Statement": ["x"]}', 'Statement[0]: expected an object, found "x"', "Statement[0]"),
        ('{"Version": 2012, "Statement": []}', "Version: expected one of 2008-10-17 and 2012-10-17, found 2012", "Version"),
        ('{"Id": 5, "Statement": []}', "Id: expected text, found 5", "Id"),
        ('{"Statements": []}', "Statements: expected one of Version, Id, Statement here", "Statements"),
        ('{"Statement": [], "statement": []}', "statement: it is there twice", "statement"),
        ('{"Statement": {"Effect": "Deny", "Effect": "Allow"}}', "Statement.Effect: it is there twice", "Statement.Effect"),
        (statement(Effect="deny"), 'Statement[0].Effect: expected "Allow" or "Deny", found "deny"', "Statement[0].Effect"),
        (statement(Effect=None), 'Statement[0].Effect: expected "Allow" or "Deny", found nothing', "Statement[0].Effect"),
        (statement(Sid=7), "Statement[0].Sid: expected text, found 7", "Statement[0].Sid"),
        (statement(Action=None), "Statement[0].Action: expected Action or NotAction", "Statement[0].Action"),
        (statement(NotAction="s3:*"), "Statement[0]: it has both Action and NotAction", "Statement[0]"),
        (statement(Action="GetUser"), 'Statement[0].Action: expected "*" or "service:Action", found "GetUser"', "Statement[0].Action"),
        (statement(Action=["iam:*", ""]), 'Statement[0].Action[1]: expected "*" or "service:Action", found ""', "Statement[0].Action[1]"),
        (statement(Resource={}), 'Statement[0].Resource: expected an ARN or "*", found an object', "Statement[0].Resource"),
        (statement(Resource=["*", 1.5]), 'Statement[0].Resource[1]: expected an ARN or "*", found 1.5', "Statement[0].Resource[1]"),
        (statement(Principal="all"), 'Statement[0].Principal: expected an object, found "all"', "Statement[0].Principal"),
        (statement(Principal={"Aws": [["*"]]}), "Statement[0].Principal.AWS[0]: expected an ARN, an account id or a name, found a list", "Statement[0].Principal.AWS[0]"),
        (statement(Principal={"User": "*"}), "Statement[0].Principal.User: expected one of AWS, Service, Federated, CanonicalUser here", "Statement[0].Principal.User"),
        (statement(Condition=[]), "Statement[0].Condition: expected an object, found a list", "Statement[0].Condition"),
        (statement(Condition={"Bool": "x"}), 'Statement[0].Condition.Bool: expected an object, found "x"', "Statement[0].Condition.Bool"),
        (statement(Condition={"Bool": {"k": [True, {}]}}), "Statement[0].Condition.Bool.k[1]: expected text, a number, true or false, found an object", "Statement[0].Condition.Bool.k[1]"),
        (statement(Condition={"Bool": {"k": "true", "K": "false"}}), "Statement[0].Condition.Bool.K: it is there twice", "Statement[0].Condition.Bool.K"),
        (statement(Condition={"Bool": {}, "bool": {}}), "Statement[0].Condition.bool: it is there twice", "Statement[0].Condition.bool"),
        (statement(Conditions={}), "Statement[0].Conditions: expected one of Sid, Effect, Principal, NotPrincipal, Action, NotAction, Resource, NotResource, Condition here", "Statement[0].Conditions"),
    ],
)  # fmt: skip
def test_a_wrong_document_is_located(source: str, message: str, path: str) -> None:
    """The message says where it is wrong and what was expected there."""
    with pytest.raises(MalformedPolicy) as caught:
        parse_policy(source, name="p-123")
    assert caught.value.message == f"policy p-123: {message}"
    assert caught.value.path == path
    assert caught.value.advice
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("value", [object(), float("nan"), b"x", {1, 2}])
def test_a_mapping_that_is_no_json(value: object) -> None:
    """Python values JSON does not have."""
    with pytest.raises(MalformedPolicy):
        parse_policy({"Statement": value})


def test_a_mapping_that_holds_itself() -> None:
    """It has no end, and no answer but an error."""
    document: dict[str, Any] = {}
    document["Statement"] = [document]
    with pytest.raises(MalformedPolicy):
        parse_policy(document)


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ("Version", "Statement", "Effect", "Action", "Resource", "Condition", "Principal", "Bool")
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@given(ANY_JSON | st.text())
def test_any_text_is_a_policy_or_a_located_error(value: Any) -> None:
    """Nothing else ever comes out, whatever goes in."""
    source = value if isinstance(value, str) else json.dumps(value)
    assert came_out(source) in ("policy", "policy document: ")


def came_out(source: str) -> str:
    """A policy, or how the error begins; any other exception goes through."""
    try:
        parse_policy(source)
    except MalformedPolicy as error:
        return error.message[: len("policy document: ")]
    return "policy"


def test_a_request_is_checked_too() -> None:
    """A Python bool or list in the context, or a key twice, is a mistake of the program that asks."""
    wrong: Any
    for wrong in (True, 5, ["a"], ("a", 1), None):
        with pytest.raises(BadInput, match="context key aws:AssumedRoot has a value of type"):
            Request("iam:GetUser", "*", {"aws:AssumedRoot": wrong})
    with pytest.raises(BadInput, match="twice in different case"):
        Request("iam:GetUser", "*", {"aws:AssumedRoot": "true", "aws:assumedroot": "true"})


@pytest.mark.parametrize("layer", ["identity", "boundary", "ceiling", "scp", "rcp", "resource"])
def test_an_unread_policy_leaves_the_answer_open(layer: str) -> None:
    """What nobody could read may deny, and where an Allow is needed it may allow."""
    unread = (unreadable_policy(name="p-secret", why="AccessDenied on DescribePolicy"),)
    full = (parse_policy({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}),)
    around = {
        "identity": Layers(identity=unread),
        "boundary": Layers(identity=full, boundary=unread),
        "ceiling": Layers(identity=None, ceiling=unread),
        "scp": Layers(identity=full, scp_levels=(Level("ou-1", unread),)),
        "rcp": Layers(identity=full, rcp_levels=(Level("ou-1", unread),)),
        "resource": Layers(identity=full, resource=ResourcePolicy("222222222222", unread)),
    }[layer]
    caller = {"aws:PrincipalArn": "arn:aws:iam::222222222222:role/ops"}
    decision = evaluate(Request("s3:GetObject", "arn:aws:s3:::b/k", caller), around)
    assert decision.answer is Answer.DEPENDS
    assert decision.policy == "p-secret"
    assert decision.warnings == ("p-secret: AccessDenied on DescribePolicy",)
