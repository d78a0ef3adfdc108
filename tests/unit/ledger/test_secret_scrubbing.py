"""AWS's words are kept in outcomes, never what looks like a secret in them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rootwarden.ledger.results import Result
from rootwarden.ledger.secret_guard import refuse_secrets, without_secrets
from rootwarden.model.reason import Reason, Source
from rootwarden.model.secret_shapes import REMOVED

TOKEN = "FwoGZXIvYXdzEBYaD" + "aB3" * 50
KEY = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
LETTERS = "abcXYZ019/+=_- :\"'"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (
            f"Encoded authorization failure message: {TOKEN}",
            f"Encoded authorization failure message: {REMOVED}",
        ),
        (f"key {KEY} is wrong", f"key {REMOVED} is wrong"),
        ('{"SessionToken": "abcdABCD0123456789abcdef"}', f'{{{chr(34)}{REMOVED}"}}'),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIE", REMOVED),
    ],
)
def test_what_looks_like_a_secret_is_taken_out(text: str, kept: str) -> None:
    assert without_secrets(text) == kept


@pytest.mark.parametrize(
    "text",
    [
        "User: arn:aws:iam::222222222222:root is not authorized to perform: iam:GetAccountSummary on resource: *",
        "Rate exceeded",
        "plan 639f181bc381a7a96d3e8d08643482daa04f936e79d0d89725191d56fc9ef515",
    ],
)
def test_plain_words_stay(text: str) -> None:
    assert without_secrets(text) == text


@given(
    st.lists(
        st.sampled_from(
            [TOKEN, KEY, "SessionToken=", "secret_access_key: ", "-----BEGIN PRIVATE KEY-----", *LETTERS]
        )
    )
)
def test_nothing_that_is_left_is_refused(parts: list[str]) -> None:
    """The law that makes an outcome writable whatever AWS said."""
    left = without_secrets("".join(parts))
    refuse_secrets(left)
    assert TOKEN not in left


def test_a_result_with_a_token_in_its_reason_can_be_written() -> None:
    line = Result("failed", reason=Reason(Source.AWS, "AccessDenied", f"denied: {TOKEN}", "r-1")).as_json()
    refuse_secrets(line)
    assert line["reason"] == {
        "source": "aws",
        "code": "AccessDenied",
        "text": f"denied: {REMOVED}",
        "request_id": "r-1",
    }
