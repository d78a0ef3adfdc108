"""Filter patterns of CloudWatch Logs, as the emulator reads them."""

from __future__ import annotations

import json

import pytest

from rootwarden.emulator.answers import AwsAnswer
from rootwarden.emulator.metric_filters import matcher

EVENT = json.dumps({"a": {"b": "Root", "n": 5, "t": True, "z": None}, "e": "x.UnauthorizedOperation"})


@pytest.mark.parametrize(
    ("pattern", "matches"),
    [
        ('{ $.a.b = "Root" }', True),
        ("{ $.a.b = Root }", True),
        ('{$.a.b="Ro*"}', True),
        ('{ $.a.b != "Root" }', False),
        ('{ $.a.c != "Root" }', True),
        ('{ $.a.c = "*" }', False),
        ("{ $.a.c NOT EXISTS }", True),
        ("{ $.a.b EXISTS }", True),
        ("{ $.a.z IS NULL }", True),
        ("{ $.a.t IS TRUE }", True),
        ("{ $.a.n = 5 }", True),
        ('{ $.e = "*UnauthorizedOperation" }', True),
        ('{ $.a.b = "x" || $.a.b = "Root" && $.a.n = 5 }', True),
        ('{ ($.a.b = "x" || $.a.b = "Root") && $.a.n = 6 }', False),
        ('"Root" x.Unauth', True),
        ('"nothing"', False),
        ('{ $.a.b = "[R]oot" }', False),
    ],
)
def test_what_matches(pattern: str, matches: bool) -> None:
    assert matcher(pattern)(EVENT) is matches


def test_what_is_no_json_does_not_match() -> None:
    assert matcher("{ $.a NOT EXISTS }")("START RequestId") is False


@pytest.mark.parametrize(
    "pattern",
    ["{", "{ }", "{ $.a }", "{ $.a = }", '{ $.a = "x" ', "{ a = 1 }", "{ $.a IS ODD }", '{ $.a = "x" } y'],
)
def test_what_is_no_pattern(pattern: str) -> None:
    with pytest.raises(AwsAnswer, match="Invalid metric filter pattern"):
        matcher(pattern)
