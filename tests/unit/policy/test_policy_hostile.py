"""Documents meant to do harm: every one comes to a decision or to a located error, in bounded time and space.

Nothing here looks at a clock: what backtracks runs for hours or years, and is noticed without one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rootwarden.policy import (
    UNKNOWN,
    Answer,
    Layers,
    MalformedPolicy,
    Request,
    ResourcePolicy,
    evaluate,
    parse_policy,
)
from rootwarden.policy.conditions.condition import OPERATORS
from rootwarden.policy.reader import MAX_CHARACTERS

ACCOUNT = "222222222222"
LONGEST_MESSAGE = 500
ROOM = MAX_CHARACTERS - 500
TEXTS = ("a" * 2_000, "a:" * 1_000, " " * 2_000, "arn:aws:s3:::" + "ab" * 1_000, "")


def statement(**changes: Any) -> str:
    """A document of one statement; a key set to None is left out."""
    whole = {"Effect": "Allow", "Action": "*", "Resource": "*", **changes}
    kept = {key: value for key, value in whole.items() if value is not None}
    return json.dumps({"Version": "2012-10-17", "Statement": [kept]}, ensure_ascii=False)


def decide(document: str, text: str = TEXTS[0], context: Mapping[str, Any] | None = None) -> str:
    """The answer, with the policy as identity policy and as the bucket's; or that the document was refused, with its place."""
    try:
        policy = parse_policy(document)
    except MalformedPolicy as error:
        return "refused" if len(error.message) < LONGEST_MESSAGE else error.message
    known = {"aws:text": text, "aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/ops"}
    request = Request("s3:GetObject", f"arn:aws:s3:::{text}", context or known)
    around = Layers(identity=(policy,), resource=ResourcePolicy(ACCOUNT, (policy,)))
    decision = evaluate(request, around)
    assert decision.sentence
    return decision.answer


PUMPED = st.builds(
    lambda before, repeated, after: before + repeated * (20_000 // len(repeated)) + after,
    st.sampled_from(("", "*", "arn:aws:s3:::", "${", "${a:b,", "[", "a")),
    st.text(alphabet="a*? ${}[]<>,':A\\/.1", min_size=1, max_size=6),
    st.sampled_from(("", "*", "b", "b*", "}", "'}", "]")),
)


@settings(deadline=None, max_examples=80)
@given(PUMPED, st.sampled_from(TEXTS))
@example("*" + "?a" * 20_000 + "b*", "a" * 50_000)
@example("${" + " " * 90_000 + "}", "a")
@example("${a:b" + " " * 90_000 + ", '" + " " * 100 + "} '", "a")
def test_a_repeated_pattern_comes_to_a_decision(pattern: str, text: str) -> None:
    """In Resource, NotResource, Action, Principal and under every kind of operator."""
    for changes in (
        {"Resource": pattern},
        {"Resource": None, "NotResource": pattern},
        {"Action": f"s3:{pattern}"},
        {"Principal": {"AWS": pattern}},
        {"Condition": {"StringLike": {"aws:text": pattern}}},
        {"Condition": {"ForAnyValue:StringNotLike": {"aws:text": pattern}}},
        {"Condition": {"ArnLike": {"aws:text": pattern}}},
    ):
        assert decide(statement(**changes), text) in {*Answer, "refused"}


@pytest.mark.parametrize("operator", sorted(OPERATORS))
@pytest.mark.parametrize("unit", ["1", "*", "a:", "2001:", "1.", "=", "-", "T", "٣"])
def test_a_long_operand_comes_to_a_decision(operator: str, unit: str) -> None:
    """Numbers of 90,000 digits, dates, addresses and base64 without end: a value that cannot be read leaves it open."""
    long = unit * (ROOM // len(unit))
    for text in (long, "5"):
        assert decide(statement(Condition={operator: {"aws:text": long}}), text) in {*Answer}


def test_many_of_everything() -> None:
    """As many statements, patterns, conditions and principals as fit."""
    tiny = '{"Effect":"Deny","Action":"a:b","Resource":"*"}'
    many = ",".join([tiny] * (ROOM // (len(tiny) + 1)))
    assert decide(f'{{"Statement":[{many}]}}') == Answer.DENY
    names = [f"*a*{n}" for n in range(7_000)]
    assert decide(statement(Action=[f"s3:{name}" for name in names[:5_000]])) == Answer.DENY
    assert decide(statement(Resource=[f"arn:aws:s3:::{name}" for name in names[:3_500]])) == Answer.DENY
    assert decide(statement(Condition={"StringNotLike": {"aws:text": names}})) == Answer.ALLOW
    keys = {f"aws:{n}": "x" for n in range(5_000)}
    assert decide(statement(Condition={"StringNotEquals": keys})) == Answer.ALLOW
    roles = [f"arn:aws:iam::{ACCOUNT}:role/{n}" for n in range(2_000)]
    assert decide(statement(Effect="Deny", NotPrincipal={"AWS": roles})) == Answer.DENY


def test_an_unknown_key_in_thousands_of_conditions() -> None:
    """The explanation stays as short as its parts: an unknown key is named once."""
    condition = {"StringLike": {"aws:text": [f"*{n}*" for n in range(7_000)]}}
    policy = parse_policy(statement(Condition=condition))
    decision = evaluate(Request("s3:GetObject", "*", {"aws:text": UNKNOWN}), Layers(identity=(policy,)))
    assert decision.depends_on == {"aws:text"}
    assert len(decision.sentence) < 1_000


def nested(opening: str, closing: str, depth: int) -> str:
    """Something within itself, many times over."""
    return opening * depth + "1" + closing * depth


@pytest.mark.parametrize("depth", [4, 100, 900, 5_000, 15_000])
@pytest.mark.parametrize(
    "place",
    [
        "{}",
        '{{"Statement":{}}}',
        '{{"Statement":{{"Effect":"Allow","Action":{},"Resource":"*"}}}}',
        '{{"Statement":{{"Effect":"Allow","Action":"*","Resource":{}}}}}',
        '{{"Statement":{{"Effect":"Allow","Action":"*","Resource":"*","Condition":{}}}}}',
        '{{"Statement":{{"Effect":"Allow","Action":"*","Resource":"*","Condition":{{"Bool":{}}}}}}}',
        '{{"Statement":{{"Effect":"Allow","Action":"*","Resource":"*","Principal":{}}}}}',
    ],
)
def test_deep_nesting_is_refused_wherever_it_is(place: str, depth: int) -> None:
    """Objects and lists; shallow ones for what they are, deep ones before they are looked at."""
    for inner in (nested('{"a":', "}", depth), nested("[", "]", depth)):
        assert decide(place.format(inner)) == "refused"


def test_a_mapping_nested_deeply() -> None:
    """The same without JSON text."""
    deep: dict[str, Any] = {}
    for _ in range(100_000):
        deep = {"Statement": deep}
    with pytest.raises(MalformedPolicy):
        parse_policy(deep)


@pytest.mark.parametrize(
    "document",
    [
        "x" * 10_000_000,
        " " * 10_000_000,
        '{"Statement":[' + "[" * 10_000_000,
        '"' + "\\u0000" * 1_700_000 + '"',
        {"Statement": [{"Effect": "Allow", "Action": "s3:" + "x" * 10_000_000, "Resource": "*"}]},
        {"Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}] * 200_000},
    ],
    ids=["text", "spaces", "brackets", "escapes", "one long text", "many statements"],
)
def test_ten_megabytes_are_refused_for_their_size(document: Any) -> None:
    """Before anything in them is looked at, and the error does not repeat them."""
    with pytest.raises(MalformedPolicy, match="more than the 100000 we read") as caught:
        parse_policy(document)
    assert len(str(caught.value)) < 300


OBJECT = st.dictionaries(st.sampled_from(("Version", "Id", "Statement")), st.just("x"), min_size=1)


@given(OBJECT, st.data())
def test_a_key_that_is_there_twice_is_always_refused(members: dict[str, str], data: st.DataObject) -> None:
    """In the same case or another, the first or the last: neither silently wins."""
    again = data.draw(st.sampled_from(sorted(members)))
    spelled = data.draw(st.sampled_from((again, again.upper(), again.lower())))
    pairs = [*members.items(), (spelled, "y")]
    text = ",".join(f"{json.dumps(key)}:{json.dumps(value)}" for key, value in pairs)
    with pytest.raises(MalformedPolicy, match="it is there twice") as caught:
        parse_policy(f"{{{text}}}")
    assert caught.value.path.lower() == again.lower()


@pytest.mark.parametrize(
    "document",
    [
        '{"Statement":{"Effect":"Deny","Effect":"Allow","Action":"*","Resource":"*"}}',
        '{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":{},"Bool":{}}}}',
        '{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":{"a:b":"true","A:B":"false"}}}}',
        '{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Principal":{"AWS":"*","AWS":"1"}}}',
    ],
)
def test_doubled_keys_below_the_top_are_refused_too(document: str) -> None:
    """Also where the keys differ in case only, for AWS takes them as the same."""
    assert decide(document) == "refused"


@pytest.mark.parametrize("text", ["\x00", "\ud800", "\u202e", "\n\r\t", "İ", "🦊" * 50])
def test_odd_characters_are_just_characters(text: str) -> None:
    """Wherever text may stand, also in the sentence that explains the decision."""
    condition = {"StringEquals": {"aws:text": text}}
    document = json.dumps(
        {
            "Statement": {
                "Sid": text,
                "Effect": "Allow",
                "Action": "*",
                "Resource": "*",
                "Condition": condition,
            }
        }
    )
    assert decide(document, text) == Answer.ALLOW
    assert decide(document, f"{text}x") == Answer.DENY
