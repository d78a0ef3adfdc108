"""The door for records: what is let in, what is kept, and what is said of a record that cannot be read."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from detection_cases import BASES, load, put, record, remove
from hypothesis import given
from hypothesis import strategies as st

from rootwarden.detection.event import is_candidate, read_event
from rootwarden.detection.watched import WATCHED
from rootwarden.errors import MalformedRecord

CASES = load("malformed.json")["cases"]
KINDS = [name for name in BASES if name != "note"]


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_a_malformed_record_is_told_with_its_place(case: dict[str, Any]) -> None:
    found = record(case)
    assert is_candidate(found)
    with pytest.raises(MalformedRecord) as caught:
        read_event(found)
    assert (caught.value.path, caught.value.message) == (case["path"], case["message"])


@pytest.mark.parametrize("found", [[], "text", 5, None])
def test_what_is_no_record_is_not_lost(found: Any) -> None:
    assert is_candidate(found)
    with pytest.raises(MalformedRecord):
        read_event(found)


@pytest.mark.parametrize("name", KINDS)
def test_an_envelope_of_eventbridge_is_opened(name: str) -> None:
    found = record({"like": name})
    envelope = {"version": "0", "detail-type": "AWS API Call via CloudTrail", "detail": found}
    assert is_candidate(envelope)
    assert read_event(envelope) == read_event(found)


@pytest.mark.parametrize("name", KINDS)
def test_rows_of_athena_are_read_too(name: str) -> None:
    """There parameters are JSON text and flags are text; what is null stays null."""
    found = record({"like": name})
    row = copy.deepcopy(found)
    for part in ("requestParameters", "responseElements", "additionalEventData"):
        row[part] = json.dumps(found.get(part))
    row["readOnly"] = str(found["readOnly"]).lower()
    assert read_event(row) == read_event(found)


@pytest.mark.parametrize(
    ("change", "candidate"),
    [
        ({}, False),
        ({"eventName": "ConsoleLogin", "eventSource": "signin.amazonaws.com"}, False),
        ({"userIdentity.type": "Root"}, True),
        ({"userIdentity": {"accountId": "111111111111", "invokedBy": "config.amazonaws.com"}}, False),
        ({"userIdentity": None}, True),
        ({"eventName": ["a"]}, True),
        *(({"eventName": name}, True) for name in sorted(WATCHED)),
    ],
)
def test_what_matters(change: dict[str, Any], candidate: bool) -> None:
    found = record({"like": "admin", "with": {"eventName": "DescribeInstances", **change}})
    assert is_candidate(found) is candidate
    assert is_candidate({"detail": found}) is candidate


def test_an_insight_is_of_nobody() -> None:
    """https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-insights-fields-trails.html"""
    found = {"eventVersion": "1.07", "eventName": "RunInstances", "eventCategory": "Insight"}
    assert not is_candidate(found)


def test_what_an_event_keeps() -> None:
    event = read_event(record({"like": "console", "with": {"requestParameters": {"userName": "alice"}}}))
    assert (event.account, event.source, event.name) == (
        "222222222222",
        "iam.amazonaws.com",
        "CreateAccessKey",
    )
    assert event.details == (("made.accessKeyId", "AKIAROOTSOWN0EXAMPLE"), ("userName", "alice"))
    assert (event.mfa, event.from_console, event.failed, event.read_only) == (True, True, False, False)
    assert event.session_began == datetime(2024, 10, 25, 20, 52, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    ("like", "change", "failed"),
    [
        ("sign_in", {}, False),
        ("sign_in_failed", {}, True),
        ("sign_in_failed", {"errorMessage": None}, True),
        ("sign_in_failed", {"responseElements": None}, True),
        ("recovery", {"responseElements": {"PasswordRecoveryRequested": "Failure"}}, True),
        ("assume_root", {"errorCode": "AccessDenied"}, True),
        ("member", {}, False),
    ],
)
def test_what_failed(like: str, change: dict[str, Any], failed: bool) -> None:
    """A failed sign-in has a message and no code."""
    assert read_event(record({"like": like, "with": change})).failed is failed


@pytest.mark.parametrize(
    ("principal", "account"),
    [
        ("222222222222", "222222222222"),
        ("arn:aws:iam::222222222222:root", "222222222222"),
        ("arn:aws-cn:iam::222222222222:root", "222222222222"),
        ("arn:aws:iam::222222222222:user/alice", None),
        ("2222", None),
        ("", None),
        (None, None),
    ],
)
def test_targets_are_made_alike(principal: str | None, account: str | None) -> None:
    change = {"requestParameters.targetPrincipal": principal}
    assert read_event(record({"like": "assume_root", "with": change})).target == account


def test_a_record_without_an_id_has_the_same_one_each_time() -> None:
    first, second = (record({"like": "member", "without": ["eventID"]}) for _ in range(2))
    assert read_event(first).id == read_event(second).id
    other = record({"like": "member", "without": ["eventID"], "with": {"awsRegion": "eu-west-1"}})
    assert read_event(other).id != read_event(first).id


def _places(found: Any, prefix: str = "") -> list[str]:
    if not isinstance(found, dict):
        return []
    paths = [f"{prefix}{name}" for name in found]
    return [*paths, *(inner for name in found for inner in _places(found[name], f"{prefix}{name}."))]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)


@given(st.sampled_from(KINDS), st.data())
def test_whatever_stands_in_a_record_it_is_read_or_told(name: str, data: st.DataObject) -> None:
    """No other error comes out than ours, and it names a place that the record could have."""
    found = record({"like": name})
    places = _places(found)
    for path in data.draw(st.lists(st.sampled_from(places), max_size=3)):
        if data.draw(st.booleans()):
            put(found, path, data.draw(JSON))
        else:
            try:
                remove(found, path)
            except (KeyError, TypeError):
                continue
    try:
        is_candidate(found)
        read_event(found)
    except MalformedRecord as error:
        assert error.path in {*places, "recipientAccountId", "requestParameters.taskPolicyArn.arn"}  # noqa: PT017


def test_a_sign_in_keeps_its_mfa_device() -> None:
    serial = "arn:aws:iam::222222222222:mfa/root-account-mfa-device"
    found = {"additionalEventData.MFAIdentifier": serial}
    assert read_event(record({"like": "sign_in", "with": found})).detail("serialNumber") == serial
    assert read_event(record({"like": "member", "with": found})).detail("serialNumber") is None


def test_what_a_record_leaves_out_is_empty() -> None:
    """AWS's own sample has no user agent, no id and no event type."""
    optional = ["awsRegion", "sourceIPAddress", "eventType", "readOnly", "requestID"]
    event = read_event(record({"like": "member", "without": [*optional, "userIdentity.type"]}))
    assert (event.region, event.address, event.user_agent, event.event_type, event.identity_type) == ("",) * 5
    assert (event.read_only, event.request_id, event.mfa, event.arn is None) == (False, None, False, False)


def test_a_record_with_a_member_called_detail_is_no_envelope() -> None:
    found = record({"like": "member", "with": {"detail": {"eventName": "other"}}})
    assert is_candidate(found)
    assert read_event(found).name == "DeleteBucketPolicy"


@pytest.mark.parametrize("detail", [None, "text", {"detail": {}}])
def test_an_envelope_without_a_record_is_told(detail: Any) -> None:
    assert is_candidate({"detail-type": "AWS API Call via CloudTrail", "detail": detail})
    with pytest.raises(MalformedRecord, match=r"^(detail|detail\.userIdentity): it is "):
        read_event({"detail-type": "AWS API Call via CloudTrail", "detail": detail})
