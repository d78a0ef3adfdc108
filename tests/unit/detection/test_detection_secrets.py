"""Whatever secret a record holds, and wherever: nothing that comes out of detection has it."""

from __future__ import annotations

import base64
import random
from typing import Any

import pytest
from detection_cases import BASES, NOW, record
from hypothesis import given
from hypothesis import strategies as st

from rootwarden.detection.engine import judge
from rootwarden.detection.event import is_candidate, read_event
from rootwarden.detection.scrub import LONGEST, scrubbed
from rootwarden.errors import MalformedRecord
from rootwarden.model.detection_known import Expected, Known
from rootwarden.model.secret_shapes import REMOVED

KINDS = [name for name in BASES if name != "note"]
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def secret_key(chance: random.Random) -> str:
    return "".join(chance.choices(ALPHABET, k=40))


def session_token(chance: random.Random) -> str:
    return "IQoJb3JpZ2luX2VjE" + base64.b64encode(chance.randbytes(chance.randint(250, 900))).decode()


def url_token(chance: random.Random) -> str:
    return base64.urlsafe_b64encode(chance.randbytes(300)).decode()


def password(chance: random.Random) -> str:
    return "Pa55" + "".join(chance.choices(ALPHABET[:62], k=10))


WORDINGS = (
    "{}",
    "the key {} is wrong",
    "https://signin.aws.amazon.com/federation?Action=login&SigninToken={}&x=1",
    "https://bucket.s3.amazonaws.com/key?X-Amz-Security-Token={}",
    "arn:aws:sts::111111111111:assumed-role/Role/{}",
    '{{"sessionToken": "{}", "other": 1}}',
    "aws_secret_access_key = {}",
    "Authorization: Bearer {}",
)
MAKERS = (secret_key, session_token, url_token)


def _plant(found: Any, text: str, chance: random.Random, share: float) -> Any:
    """The record with the text in the place of many members, and as members of its own."""
    if isinstance(found, dict):
        planted = {name: _plant(inner, text, chance, share) for name, inner in found.items()}
        for name in ("sessionToken", "secretAccessKey", "password", "SigninToken", "extra"):
            if chance.random() < share:
                planted[name] = text
        return planted
    keep = chance.random() > share
    return found if keep or not (isinstance(found, str) or found is None) else text


def _everything(found: Any) -> str:
    """Every value there is, in one text."""
    return repr(found)


@given(
    st.sampled_from(KINDS),
    st.sampled_from(MAKERS),
    st.sampled_from(WORDINGS),
    st.integers(0, 2**32),
    st.sampled_from([0.1, 0.4]),
)
def test_planted_secrets_never_come_out(name: str, maker: Any, wording: str, seed: int, share: float) -> None:
    """Neither in what is judged nor in the error of a record that could not be read."""
    chance = random.Random(seed)  # noqa: S311 - has to come out the same for the same seed
    secret = maker(chance)
    found = _plant(record({"like": name}), wording.format(secret), chance, share)
    if not is_candidate(found):
        return
    try:
        said = _everything(judge([read_event(found)], Known(), Expected(), NOW))
    except MalformedRecord as error:
        said = f"{error.message} {error.advice} {error.path} {error.__cause__!r} {error.args!r}"
    assert secret not in said
    assert secret[:30] not in said


@pytest.mark.parametrize("name", KINDS)
def test_secrets_stand_in_the_error_text(name: str) -> None:
    """AWS's texts are kept, without what looks like a secret in them."""
    chance = random.Random(7)  # noqa: S311
    for maker in MAKERS:
        secret = maker(chance)
        found = record({"like": name, "with": {"errorMessage": f"The token {secret} is no good."}})
        assert read_event(found).error_message == f"The token {REMOVED} is no good."


@pytest.mark.parametrize(
    "text",
    [
        "User: arn:aws:sts::111111111111:assumed-role/JohnDoe/JohnRole1 is not authorized to perform: sts:AssumeRoot on resource: arn:aws:iam::222222222222:root",
        "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/eu-central-1/AWSReservedSSO_AdministratorAccess_0123456789abcdef",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/85.0.4183.83 Safari/537.36 Edg/85.0.564.41",
        "Boto3/1.40.0 md/Botocore#1.40.0 ua/2.1 os/linux#6.8.0 md/arch#x86_64 lang/python#3.12.3 md/pyimpl#CPython cfg/retry-mode#standard Botocore/1.40.0",
        "https://sqs.us-west-2.amazonaws.com/222222222222/orders-of-the-day",
        "a1b2c3d4-5678-90ab-cdef-EXAMPLE11111",
        "639f181bc381a7a96d3e8d08643482daa04f936e79d0d89725191d56fc9ef515",
        "The security token included in the request is invalid.",
        "Password recovery is disabled for your AWS account.",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert scrubbed(text) == text


def test_passwords_go_by_their_names() -> None:
    chance = random.Random(3)  # noqa: S311
    secret = password(chance)
    for text in (
        f"password={secret}",
        f'"Password": "{secret}"',
        f"newPassword%3D{secret}",
        f"passwd: {secret}",
    ):
        assert secret not in scrubbed(text)


@given(st.text(max_size=60), st.integers(0, 2**32), st.integers(16_000, 17_000))
def test_no_cut_leaves_half_a_token(filler: str, seed: int, length: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    secret = session_token(chance)
    text = scrubbed((filler + " .").ljust(length, ".") + secret + "." * 500)
    assert len(text) <= LONGEST
    assert secret[:17] not in text.replace(filler, "")
