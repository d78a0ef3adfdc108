"""Which records are kept, which paths are read, and which are not."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rootwarden.app.detect_sources import CATCH
from rootwarden.detection.event import is_candidate
from rootwarden.detection.watched import WATCHED
from rootwarden.model.ids import AccountId
from rootwarden.model.log_reading import Period, Wanted
from rootwarden.operations.detect.log_layout import is_log, is_wanted
from rootwarden.operations.detect.sift import Catch, Sieve

ACCOUNT = "111122223333"


def record(**fields: Any) -> dict[str, Any]:
    """A record of the root user."""
    whole = {
        "eventID": "e-1",
        "eventName": "ListUsers",
        "eventSource": "iam.amazonaws.com",
        "eventTime": "2026-03-01T12:00:00Z",
        "awsRegion": "us-east-1",
        "recipientAccountId": ACCOUNT,
        "userIdentity": {"type": "Root", "accountId": ACCOUNT},
    }
    return {**whole, **fields}


ODD: st.SearchStrategy[Any] = st.sampled_from([None, 7, True, "", "Root", [], {}, {"type": "Root"}])
NAMES = st.sampled_from([*sorted(WATCHED), "ListUsers", "ConsoleLogin"])
IDENTITIES = st.one_of(
    ODD,
    st.fixed_dictionaries({"type": st.one_of(ODD, st.sampled_from(["Root", "AssumedRole", "AWSService"]))}),
)
RECORDS = st.fixed_dictionaries(
    {},
    optional={
        "eventName": st.one_of(ODD, NAMES),
        "userIdentity": IDENTITIES,
        "eventCategory": st.sampled_from(["Management", "Insight", None]),
        "detail": st.one_of(ODD, st.fixed_dictionaries({"eventName": NAMES, "userIdentity": IDENTITIES})),
    },
)


@given(RECORDS)
def test_the_fast_road_keeps_what_detection_calls_a_candidate(one: dict[str, Any]) -> None:
    seen: list[Any] = []

    def read(found: Any) -> Any:
        seen.append(found)
        raise_for_it = "enough was seen"
        raise ValueError(raise_for_it)

    sieve = Sieve("here", Period(), Catch(is_candidate, read, WATCHED))
    text = json.dumps(one).encode()
    if is_candidate(one):
        with pytest.raises(ValueError, match="enough"):
            sieve.take(text)
    else:
        sieve.take(text)
    assert seen == ([one] if is_candidate(one) else [])
    assert sieve.records == 1


@pytest.mark.parametrize("bad", [b"7", b'"text"', b"[]", b"null"])
def test_what_is_no_record_is_refused(bad: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - several kinds of it; what is told is another test's
        Sieve("here", Period(), CATCH).take(bad)


@pytest.mark.parametrize("odd", [b"\\ud800", b"caf\xe9", b"\xff\xfe"])
def test_odd_text_does_not_hide_a_record(odd: bytes) -> None:
    """The user agent is the caller's choice."""
    sieve = Sieve("here", Period(), CATCH)
    sieve.take(json.dumps(record(userAgent="ODD")).encode().replace(b"ODD", odd))
    assert [one.name for one in sieve.events] == ["ListUsers"]
    sieve.events[0].user_agent.encode()


def test_a_record_that_cannot_be_read_is_told_without_its_values() -> None:
    broken = record(recipientAccountId="FwoGZXIvYXdzEPlanted")
    with pytest.raises(ValueError, match="recipientAccountId: it is no account id") as caught:
        Sieve("here", Period(), CATCH).take(json.dumps(broken).encode())
    assert "Planted" not in str(caught.value)


@pytest.mark.parametrize(
    ("time", "kept"),
    [
        ("2026-03-01T10:59:59Z", False),
        ("2026-03-01T11:00:00Z", True),  # an hour before: a session may have begun
        ("2026-03-01T12:59:59Z", True),
        ("2026-03-01T13:00:00Z", False),
    ],
)
def test_events_outside_the_period_go(time: str, kept: bool) -> None:
    period = Period(datetime(2026, 3, 1, 12, tzinfo=UTC), datetime(2026, 3, 1, 13, tzinfo=UTC))
    sieve = Sieve("here", period, CATCH)
    sieve.take(json.dumps(record(eventTime=time)).encode())
    assert len(sieve.events) == kept


ORGANIZATION = "logs/AWSLogs/o-a1b2c3d4e5/111122223333/CloudTrail/eu-central-1/2026/03/01/"
OWN = "AWSLogs/111122223333/CloudTrail/eu-central-1/2026/03/01/"
FILE = "111122223333_CloudTrail_eu-central-1_20260301T1200Z_abcdefghijklmnop.json.gz"


@pytest.mark.parametrize(
    ("path", "log"),
    [
        (ORGANIZATION + FILE, True),
        (OWN + FILE, True),
        ("somewhere/events.json", True),
        ("somewhere/events.JSONL", True),
        ("somewhere/events.ndjson.gz", True),
        ("somewhere/readme.txt", False),
        ("somewhere/data.gz", False),
        (ORGANIZATION.replace("CloudTrail/", "CloudTrail-Digest/") + FILE, False),
        (OWN.replace("CloudTrail/", "CloudTrail-Insight/") + FILE, False),
        (OWN.replace("CloudTrail/", "Config/") + FILE, False),
        (OWN.replace("CloudTrail/", "vpcflowlogs/") + "x.json.gz", False),
        ("AWSLogs/111122223333/elasticloadbalancing/x.json.gz", False),
    ],
)
def test_logs_are_told_from_what_lies_beside_them(path: str, log: bool) -> None:
    assert is_log(path) is log


def at(day: int, hour: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=UTC)


@pytest.mark.parametrize("folder", [ORGANIZATION, OWN])
@pytest.mark.parametrize(
    ("period", "wanted"),
    [
        (Period(), True),
        (Period(since=at(1)), True),
        (Period(since=at(2)), True),  # sessions that began within the hour before it
        (Period(since=at(2, 1)), False),
        (Period(until=at(1)), True),  # delivered late
        (Period(until=datetime(2026, 2, 27, 23, tzinfo=UTC)), False),
    ],
)
def test_days_are_known_from_paths(folder: str, period: Period, wanted: bool) -> None:
    assert is_wanted(folder + FILE, Wanted(period)) is wanted


def test_accounts_are_known_from_paths_and_unknown_where_there_is_no_layout() -> None:
    wanted = Wanted(accounts=frozenset({AccountId("444455556666")}))
    assert not is_wanted(ORGANIZATION + FILE, wanted)
    assert is_wanted(ORGANIZATION.replace(ACCOUNT, "444455556666") + FILE, wanted)
    assert is_wanted("somewhere/events.json", wanted)
