"""The wildcard matcher against a slow and obvious one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rootwarden.policy.wildcard import glob, pieces

PATTERNS = st.text(alphabet="ab:*?", max_size=12)
TEXTS = st.text(alphabet="ab:", max_size=12)


def naive(pattern: str, text: str) -> bool:
    """By the definition: a star is nothing, or one character and the star again."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        return naive(pattern[1:], text) or (bool(text) and naive(pattern, text[1:]))
    return bool(text) and pattern[0] in ("?", text[0]) and naive(pattern[1:], text[1:])


@given(PATTERNS, TEXTS)
def test_it_agrees_with_the_definition(pattern: str, text: str) -> None:
    """The same answer for every pattern and text."""
    assert glob(pieces(pattern)).matches(text) is naive(pattern, text)


@given(st.text(), st.text())
def test_a_star_takes_any_text(before: str, after: str) -> None:
    """Line ends, brackets, backslashes and other scripts included."""
    plain = before.replace("*", "").replace("?", "")
    assert glob(pieces(f"{plain}*")).matches(plain + after)


@given(st.text(alphabet="ab*?[]\\.+^$(){}|", max_size=8))
def test_nothing_else_is_special(text: str) -> None:
    """Characters that other pattern languages use stand for themselves."""
    literal = text.replace("*", "").replace("?", "")
    assert glob(pieces(literal)).matches(literal)
    assert not glob(pieces(literal)).matches(f"{literal}x")


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        ("a*" * 20_000 + "b", "a" * 50_000, False),
        ("*a" * 20_000, "a" * 50_000, True),
        ("*" * 50_000, "", True),
        ("*?" * 300 + "b", "a" * 3_000, False),
        ("?" * 10_000, "a" * 10_000, True),
        ("*" + "?a" * 20_000 + "b*", "a" * 50_000, False),
        ("*" + "?a" * 20_000 + "b*", "a" * 49_999 + "b", True),
        ("*a?b" * 10_000, "aab" * 10_000, True),
        ("*a?b" * 10_000 + "*a?c*", "aab" * 20_000, False),
    ],
)
def test_hostile_patterns_come_to_an_end(pattern: str, text: str, fits: bool) -> None:
    """Patterns that make backtracking matchers run for years."""
    assert glob(pieces(pattern)).matches(text) is fits
