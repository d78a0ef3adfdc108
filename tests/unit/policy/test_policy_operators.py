"""Every condition operator against present, absent, multi-valued and unknown keys."""

from __future__ import annotations

import pytest

from rootwarden.policy import UNKNOWN, Answer, ContextValue, Layers, Request, evaluate, parse_policy

KEY = "aws:Key"
ABSENT = None
ARN = "arn:aws:iam::222222222222:role/team/ops"


def answer(operator: str, wanted: object, given: ContextValue | None, **context: ContextValue) -> str:
    """yes, no or maybe: whether the condition holds."""
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {operator: {KEY: wanted}}}
    policy = parse_policy({"Version": "2012-10-17", "Statement": statement})
    values = {name.replace("_", ":"): value for name, value in context.items()}
    if given is not None:
        values[KEY.upper()] = given
    decision = evaluate(Request("iam:GetUser", "*", values), Layers(identity=(policy,)))
    return {Answer.ALLOW: "yes", Answer.DENY: "no", Answer.DEPENDS: "maybe"}[decision.answer]


@pytest.mark.parametrize(
    ("operator", "wanted", "given", "holds"),
    [
        ("StringEquals", "a", "a", "yes"),
        ("StringEquals", "a", "A", "no"),
        ("StringEquals", "a*", "abc", "no"),
        ("StringEquals", ["b", "a"], "a", "yes"),
        ("stringequals", "a", "a", "yes"),
        ("StringNotEquals", ["b", "a"], "a", "no"),
        ("StringNotEquals", ["b", "c"], "a", "yes"),
        ("StringEqualsIgnoreCase", "Ab", "aB", "yes"),
        ("StringNotEqualsIgnoreCase", "Ab", "aB", "no"),
        ("StringLike", "a*c", "abc", "yes"),
        ("StringLike", "a?c", "ac", "no"),
        ("StringLike", "A*", "abc", "no"),
        ("StringNotLike", "a*", "abc", "no"),
        ("Bool", True, "true", "yes"),
        ("Bool", "TRUE", "True", "yes"),
        ("Bool", "false", "anything", "yes"),
        ("Bool", "true", "anything", "no"),
        ("Bool", "perhaps", "true", "maybe"),
        ("NumericEquals", 5, "5.0", "yes"),
        ("NumericEquals", "5", "+05", "yes"),
        ("NumericEquals", "1", "1e0", "yes"),
        ("NumericLessThan", "1e999", "1E-999", "yes"),
        ("NumericNotEquals", "1", "1e1000", "yes"),  # no number we read
        ("NumericNotEquals", 5, "5", "no"),
        ("NumericNotEquals", 5, "five", "yes"),
        ("NumericLessThan", 5, "4.999", "yes"),
        ("NumericLessThan", 5, "5", "no"),
        ("NumericLessThan", 5, "five", "no"),
        ("NumericLessThanEquals", 5, "5", "yes"),
        ("NumericGreaterThan", "0.1", "0.10000000000000000001", "yes"),
        ("NumericGreaterThanEquals", -1, "-1", "yes"),
        ("NumericEquals", "five", "5", "maybe"),
        ("DateEquals", "2026-11-24T02:00:00Z", "2026-11-24T03:00:00+01:00", "yes"),
        ("DateEquals", "2026-11-24T00:00:00Z", "2026-11-24", "yes"),
        ("DateEquals", "1970-01-02T00:00:00Z", "86400", "yes"),
        ("DateEquals", "1970-01-02T00:00:00.001Z", "86400.0019", "yes"),
        ("DateNotEquals", "2026-11-24T02:00:00Z", "2026-11-24T02:00:01Z", "yes"),
        ("DateNotEquals", "2026-11-24T02:00:00Z", "yesterday", "yes"),
        ("DateLessThan", "2026-11-24T02:00:00Z", "2026-11-24T01:59:59.999Z", "yes"),
        ("DateLessThanEquals", "2026-11-24T02:00Z", "2026-11-24T02:00:00Z", "yes"),
        ("DateGreaterThan", "2026-11-24T02:00:00Z", "2026-11-24T02:00:00Z", "no"),
        ("DateGreaterThanEquals", "2026-11-24T02:00:00Z", "2026-11-24T02:00:00Z", "yes"),
        ("DateGreaterThan", "2026-13-01", "2026-11-24", "maybe"),
        ("DateGreaterThan", "0001-01-01T00:00:00+14:00", "2026-11-24", "yes"),
        ("IpAddress", "203.0.113.0/24", "203.0.113.7", "yes"),
        ("IpAddress", "203.0.113.99/24", "203.0.113.7", "yes"),
        ("IpAddress", "203.0.113.7", "203.0.113.8", "no"),
        ("IpAddress", "203.0.113.0/24", "::ffff:203.0.113.7", "yes"),
        ("IpAddress", "2001:db8::/32", "2001:db8:1::9", "yes"),
        ("IpAddress", "2001:db8::/32", "203.0.113.7", "no"),
        ("NotIpAddress", "203.0.113.0/24", "198.51.100.1", "yes"),
        ("NotIpAddress", "203.0.113.0/24", "nowhere", "no"),
        ("IpAddress", "203.0.113.0/255.255.255.0", "203.0.113.7", "maybe"),
        ("IpAddress", "nowhere", "203.0.113.7", "maybe"),
        ("BinaryEquals", "cm9vdA==", "cm9vdA==", "yes"),
        ("BinaryEquals", "cm9vdA==", "cm9vdB==", "yes"),  # unused bits of the last character
        ("BinaryEquals", "cm9vdA==", "AAAA", "no"),
        ("BinaryEquals", "cm9vdA==", "!", "no"),
        ("BinaryEquals", "!", "AAAA", "maybe"),
        ("ArnLike", "arn:aws:iam::*:role/*", ARN, "yes"),
        ("ArnEquals", "arn:aws:iam::*:role/*", ARN, "yes"),
        ("ArnLike", "arn:*:role/team/ops", ARN, "maybe"),
        ("ArnLike", "*", ARN, "maybe"),
        ("ArnLike", "arn:aws:*:*:222222222222:role/team/ops", ARN, "yes"),
        ("ArnLike", "arn:aws:iam::2*:user/*", ARN, "no"),
        ("ArnLike", "arn:aws:logs:*:*:log-group:*", "arn:aws:logs:eu-west-1:1:log-group:a:b", "yes"),
        ("ArnNotLike", "arn:aws:iam::*:user/*", ARN, "yes"),
        ("ArnNotEquals", ARN, ARN, "no"),
        ("ArnNotLike", "arn:aws:iam::*:user/*", "no ARN", "no"),
        ("Null", "true", "x", "no"),
        ("Null", "false", "", "yes"),
        ("Null", False, (), "yes"),
        ("Null", ["true", "false"], "x", "yes"),
        ("Null", "perhaps", "x", "maybe"),
    ],
)
def test_a_value_is_compared(operator: str, wanted: object, given: ContextValue, holds: str) -> None:
    """The operator on a key that is there."""
    assert answer(operator, wanted, given) == holds


@pytest.mark.parametrize(
    ("operator", "holds"),
    [
        ("StringEquals", "no"),
        ("StringEqualsIfExists", "yes"),
        ("StringNotEquals", "yes"),
        ("StringNotEqualsIfExists", "yes"),
        ("StringNotLike", "yes"),
        ("ArnLike", "no"),
        ("ArnNotLike", "yes"),
        ("NumericNotEquals", "yes"),
        ("NumericLessThan", "no"),
        ("DateNotEquals", "yes"),
        ("IpAddress", "no"),
        ("NotIpAddress", "yes"),
        ("Bool", "no"),
        ("boolifexists", "yes"),
        ("BinaryEquals", "no"),
        ("ForAllValues:StringEquals", "yes"),
        ("ForAllValues:StringEqualsIfExists", "yes"),
        ("ForAnyValue:StringEquals", "no"),
        ("ForAnyValue:StringNotEquals", "no"),
        ("ForAnyValue:StringEqualsIfExists", "maybe"),
        ("StringMatches", "maybe"),
        ("NullIfExists", "maybe"),
        ("ForAnyValue:Null", "maybe"),
    ],
)
def test_an_absent_key(operator: str, holds: str) -> None:
    """Positive operators fail on an absent key, negated and IfExists ones hold, set operators have their own rules."""
    assert answer(operator, "arn:aws:iam::1:root", ABSENT) == holds


@pytest.mark.parametrize(
    ("operator", "wanted", "given", "holds"),
    [
        ("StringEquals", "a", ("a",), "no"),
        ("StringNotEquals", "b", ("a",), "no"),
        ("StringEqualsIfExists", "a", ("a",), "no"),
        ("ForAnyValue:StringEquals", ["a", "b"], ("x", "b"), "yes"),
        ("ForAnyValue:StringEquals", ["a", "b"], ("x", "y"), "no"),
        ("ForAnyValue:StringEquals", "a", (), "no"),
        ("ForAnyValue:StringEquals", "a", "a", "yes"),
        ("ForAnyValue:StringNotEquals", ["a", "b"], ("a", "x"), "yes"),
        ("ForAnyValue:StringNotEquals", ["a", "b"], ("a", "b"), "no"),
        ("ForAnyValue:StringLikeIfExists", "a*", ("ab",), "yes"),
        ("foranyvalue:stringlike", "a*", ("ab",), "yes"),
        ("ForAllValues:StringEquals", ["a", "b"], ("b", "a"), "yes"),
        ("ForAllValues:StringEquals", ["a", "b"], ("b", "x"), "no"),
        ("ForAllValues:StringEquals", "a", (), "yes"),
        ("ForAllValues:StringNotLike", "a*", ("b", "c"), "yes"),
        ("ForAllValues:StringNotLike", "a*", ("b", "ac"), "no"),
    ],
)
def test_several_values(operator: str, wanted: object, given: ContextValue, holds: str) -> None:
    """A list never matches a scalar operator; set operators go through its values."""
    assert answer(operator, wanted, given) == holds


@pytest.mark.parametrize(
    "operator",
    ["StringEquals", "StringNotLikeIfExists", "Null", "ForAllValues:StringLike", "NumericLessThan"],
)
def test_an_unknown_key_leaves_it_open(operator: str) -> None:
    """No operator guesses what an unknown key holds."""
    assert answer(operator, "true" if operator == "Null" else "1", UNKNOWN) == "maybe"


@pytest.mark.parametrize(
    ("wanted", "given", "user", "holds"),
    [
        ("home/${aws:username}", "home/olga", "olga", "yes"),
        ("home/${AWS:UserName}", "home/olga", "olga", "yes"),
        ("home/${aws:username}", "home/x", "*", "no"),
        ("home/${aws:username}", "home/olga", ABSENT, "no"),
        ("home/${aws:username, 'guest'}", "home/guest", ABSENT, "yes"),
        ("home/${aws:username, 'guest'}", "home/guest", "olga", "no"),
        ("home/${aws:username}", "home/olga", UNKNOWN, "maybe"),
        ("home/${aws:username}", "office/olga", UNKNOWN, "no"),
        ("home/${aws:username}", "home/olga", ("olga",), "no"),
        ("home/${aws:username, 'olga'}", "home/olga", ("olga",), "no"),
        ("a${*}c", "a*c", ABSENT, "yes"),
        ("a${*}c", "abc", ABSENT, "no"),
        ("a${?}${$}c", "a?$c", ABSENT, "yes"),
        ("o-${ORG_ID}", "o-abc", ABSENT, "maybe"),
        ("o-${ORG_ID}", "x-abc", ABSENT, "no"),
        ("o-${unclosed", "o-abc", ABSENT, "maybe"),
        ("role/[PRIVILEGED_ROLE]", "role/ops", ABSENT, "maybe"),
        ("<my-org-id>", "o-abc", ABSENT, "maybe"),
    ],
)
def test_policy_variables(wanted: str, given: str, user: ContextValue | None, holds: str) -> None:
    """Variables take their text from the request; what cannot be known stays open, and only where it matters."""
    context = {} if user is None else {"aws_username": user}
    assert answer("StringLike", wanted, given, **context) == holds


@pytest.mark.parametrize(
    ("given", "user", "holds"),
    [
        ("home/olga", ABSENT, "maybe"),
        ("home/olga", ("olga",), "maybe"),
        ("home/olga", UNKNOWN, "maybe"),
        ("office/olga", UNKNOWN, "maybe"),
        ("office/olga", "olga", "yes"),
        ("home/olga", "olga", "no"),
        ("x", ABSENT, "no"),
    ],
)
def test_an_unresolved_variable_under_a_negated_operator(
    given: str, user: ContextValue | None, holds: str
) -> None:
    """AWS says that the statement may be invalid then, so only another value that compares settles it."""
    context = {} if user is None else {"aws_username": user}
    assert answer("StringNotEquals", ["home/${aws:username}", "x"], given, **context) == holds


def test_an_unresolved_variable_in_not_resource() -> None:
    """It excludes nothing for sure."""
    statement = {"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:s3:::${aws:username}"}
    layers = Layers(identity=(parse_policy({"Version": "2012-10-17", "Statement": statement}),))
    decision = evaluate(Request("s3:GetObject", "arn:aws:s3:::olga", {}), layers)
    assert decision.answer is Answer.DEPENDS
    assert decision.warnings == ("the policy variable aws:username has no single value",)
    assert evaluate(Request("sqs:ListQueues", "arn:aws:sqs:::q", {}), layers).answer is Answer.ALLOW


def test_the_old_version_has_no_variables() -> None:
    """Under 2008-10-17 the text ``${aws:username}`` is itself."""
    statement = {
        "Effect": "Allow",
        "Action": "*",
        "Resource": "arn:aws:s3:::${aws:username}",
        "Condition": {"StringEquals": {KEY: "${aws:username}"}},
    }
    context: dict[str, ContextValue] = {KEY: "${aws:username}", "aws:username": "olga"}
    for document in ({"Version": "2008-10-17", "Statement": statement}, {"Statement": statement}):
        layers = Layers(identity=(parse_policy(document),))
        literal = evaluate(Request("s3:GetObject", "arn:aws:s3:::${aws:username}", context), layers)
        assert literal.answer is Answer.ALLOW
        assert evaluate(Request("s3:GetObject", "arn:aws:s3:::olga", context), layers).answer is Answer.DENY


def test_an_unknown_operator_is_reported() -> None:
    """It is never silently false, and the warning names it."""
    statement = {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"StringMatches": {KEY: "x"}}}
    decision = evaluate(
        Request("iam:GetUser", "*", {}),
        Layers(identity=None, ceiling=(parse_policy({"Statement": statement}),)),
    )
    assert decision.answer is Answer.DEPENDS
    assert decision.explicit
    assert decision.warnings == ("the condition operator StringMatches is not known",)
    assert decision.condition == 'StringMatches aws:Key "x"'
