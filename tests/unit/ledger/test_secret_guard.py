"""No secret gets into the ledger, and what only looks odd does."""

from __future__ import annotations

import base64
import random
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rootwarden.errors import SecretRefused
from rootwarden.ledger.canonical import Json
from rootwarden.ledger.secret_guard import refuse_secrets

SECRET_KEY = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
TOKEN = base64.b64encode(bytes(range(40, 240))).decode()


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ({"SecretAccessKey": "x"}, "content.SecretAccessKey"),
        ({"session": {"SessionToken": "x"}}, "content.session.SessionToken"),
        ({"aws_session_token": "x"}, "content.aws_session_token"),
        ({"client-secret": "x"}, "content.client-secret"),
        ({"tokens": ["x"]}, "content.tokens"),
        ({"Password": "hunter2"}, "content.Password"),
        ({"privateKey": "x"}, "content.privateKey"),
        ({"Authorization": "AWS4-HMAC-SHA256 ..."}, "content.Authorization"),
        ({"reason": f"used {SECRET_KEY} by mistake"}, "content.reason"),
        ({"items": ["fine", SECRET_KEY]}, "content.items[1]"),
        ({"result": [{"details": {"x": TOKEN}}]}, "content.result[0].details.x"),
        ({"reason": 'export AWS_SECRET_ACCESS_KEY="abcdefghijklmnopqrst"'}, "content.reason"),
        ({"reason": "session_token = abcdefghijklmnopqrst"}, "content.reason"),
        ({"reason": f"https://example.com/?X-Amz-Security-Token={TOKEN}"}, "content.reason"),
        ({"details": "-----BEGIN RSA PRIVATE KEY-----\nMIIE"}, "content.details"),
        ({"details": {SECRET_KEY: 1}}, "a key of content.details"),
    ],
)
def test_a_secret_is_refused_by_place_and_never_repeated(content: Json, place: str) -> None:
    with pytest.raises(SecretRefused) as caught:
        refuse_secrets(content)
    assert f"will not hold {place}:" in caught.value.message
    for secret in (SECRET_KEY, TOKEN, "hunter2"):
        assert secret not in caught.value.message + caught.value.advice
    assert caught.value.exit_code == 5


@pytest.mark.parametrize(
    "content",
    [
        {"items": ["password", "access-keys"], "task": "create-password"},
        {"password": True, "credentials": {"password": None}, "token": {"expires": "2026-03-01"}},
        {"access_key_id": "ASIAIOSFODNN7EXAMPLE", "session_expires": "2026-03-01T09:45:00.000000Z"},
        {"reason": "Reset the password: requested by the owner, token expired"},
        {"plan_hash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"},
        {"ticket": "da39a3ee5e6b4b0d3255bfef95601890afd80709"},
        {
            "caller_arn": "arn:aws:sts::111122223333:assumed-role/Platform/Team42/EngineeringAdministrators1/alice"
        },
        {"item": "https://sqs.us-east-1.amazonaws.com/111122223333/OrdersQueueProductionEUWest1"},
        {"reason": "CentralizedRootAccessForMemberAccounts12 is a name of forty characters"},
        {"request_ids": ["4442587FB7D0A2F9", "txn/" + "a" * 36]},
        {"SessionToken": "", "secret": None},
        {"reason": "x" * 500, "note": "ab12" * 100},
    ],
)
def test_what_is_no_secret_passes(content: Json) -> None:
    refuse_secrets(content)
    assert content


@given(st.integers(0, 2**64))
def test_a_random_secret_access_key_is_recognized(seed: int) -> None:
    """As AWS makes them: forty characters of base64. One with no digit or capital at all is not, and practically not made."""
    letters = string.ascii_letters + string.digits + "/+"
    key = "".join(random.Random(seed).choices(letters, k=40))  # noqa: S311 - reproducible, not secret
    with pytest.raises(SecretRefused):
        refuse_secrets({"reason": f"see {key}."})
