"""Canonical bytes: one value, one spelling."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rootwarden.errors import NotCanonical
from rootwarden.ledger.canonical import MAX_BYTES, canonical_bytes, freeze, parse_canonical

keys = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=8)
integers = st.integers(-(2**53) + 1, 2**53 - 1)
values = st.recursive(
    st.none() | st.booleans() | integers | st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=12,
)
objects = st.dictionaries(keys, values, max_size=5)


@given(objects)
def test_what_is_written_is_read_back(value: dict[str, Any]) -> None:
    assert parse_canonical(canonical_bytes(value)) == value


@given(objects)
def test_the_order_of_keys_does_not_matter(value: dict[str, Any]) -> None:
    turned = dict(reversed(list(value.items())))
    assert canonical_bytes(turned) == canonical_bytes(value)


@given(objects)
def test_any_other_spelling_is_refused(value: dict[str, Any]) -> None:
    data = canonical_bytes(value)
    for other in (data + b"\n", b" " + data, json.dumps(value, indent=1).encode(), b"\xef\xbb\xbf" + data):
        if other != data:
            with pytest.raises(NotCanonical):
                parse_canonical(other)


def test_the_form_of_rfc_8785() -> None:
    """Strings and order as in section 3.2 of the RFC, for the values a ledger holds."""
    value: dict[str, Any] = {
        "b": [True, False, None],
        "a": '\u20ac$\x0f\nA\'B"\\\\"/',
        "B": {"z": -7, "10": 1, "1": 9007199254740991},
    }
    expected = '{"B":{"1":9007199254740991,"10":1,"z":-7},"a":"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/","b":[true,false,null]}'
    assert canonical_bytes(value) == expected.encode()


def test_text_is_not_normalized() -> None:
    assert canonical_bytes({"name": "e\u0301"}) != canonical_bytes({"name": "\u00e9"})


class Word(StrEnum):
    DONE = "done"


def test_enumerations_of_text_are_their_text() -> None:
    assert canonical_bytes({"outcome": Word.DONE}) == b'{"outcome":"done"}'


@pytest.mark.parametrize(
    "value",
    [
        {"x": 1.0},
        {"x": float("nan")},
        {"x": 2**53},
        {"x": -(2**53)},
        {"x": "\ud800"},
        {"\u00e9": 1},
        {"": 1},
        {"a\n": 1},
        {1: 1},
        {"x": b"bytes"},
        {"x": {1, 2}},
        {"x": "y" * MAX_BYTES},
    ],
)
def test_what_a_ledger_cannot_hold_is_refused(value: Any) -> None:
    with pytest.raises(NotCanonical):
        canonical_bytes(value)


def test_a_value_without_bottom_is_refused() -> None:
    value: dict[str, Any] = {}
    value["x"] = value
    with pytest.raises(NotCanonical, match="nested deeper than 16"):
        canonical_bytes(value)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b'"text"',
        b"{",
        b"\xff",
        b'{"a":1,"a":1}',
        b'{"a":1,"a":2}',
        b'{"b":1,"a":1}',
        b'{"a": 1}',
        b'{"a":1.0}',
        b'{"a":1e2}',
        b'{"a":-0}',
        b'{"a":NaN}',
        b'{"a":Infinity}',
        b'{"a":01}',
        b'{"a":"\\u0041"}',
        b'{"a":"\\/"}',
        b'{"a":"\\ud83d\\ude00"}',
        b'{"a":"\\u000A"}',
        b'{"a":"\\ud800"}',
        b'{"a":' + b"9" * 5000 + b"}",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"a":"' + b"x" * MAX_BYTES + b'"}',
    ],
)
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(NotCanonical):
        parse_canonical(data)


def test_frozen_values_cannot_be_changed_from_outside() -> None:
    inner = {"list": [1, 2]}
    frozen: Any = freeze({"inner": inner})
    inner["list"].append(3)
    assert canonical_bytes(frozen) == b'{"inner":{"list":[1,2]}}'
    with pytest.raises(TypeError):
        frozen["inner"]["more"] = 1
