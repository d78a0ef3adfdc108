"""Which session every event is gathered into, and what the ledger says of it."""

from __future__ import annotations

from typing import Any

import pytest
from detection_cases import judged, load

from rootwarden.model.detection import Evidence

CASES = load("sessions.json")["cases"]


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_events_are_gathered_into_sessions(case: dict[str, Any]) -> None:
    found = judged(case).sessions
    rows = [(one.kind.value, len(one.events), one.opening is not None) for one in found]
    wanted = [
        (kind, count, opened) for (kind, count), opened in zip(case["sessions"], case["opened"], strict=True)
    ]
    assert (sorted(rows) if case.get("any_order") else rows) == (
        sorted(wanted) if case.get("any_order") else wanted
    )


RUN = {"began": -90000, "ended": -80000}
KEY = {"access_keys": {"ASIAIOSFODNN7EXAMPLE": "222222222222"}}
REQUEST = {"request_ids": ["request-of-the-opening"]}
SKEW = 120


@pytest.mark.parametrize(
    ("run", "evidence"),
    [
        ({}, Evidence.LEDGER_WINDOW),
        ({**RUN, **KEY}, Evidence.LEDGER_KEY),
        ({**RUN, **REQUEST}, Evidence.LEDGER_REQUEST),
        ({**KEY, **REQUEST}, Evidence.LEDGER_KEY),
        ({"began": -180, "ended": -SKEW}, Evidence.LEDGER_WINDOW),
        ({"began": -180, "ended": -SKEW - 1}, None),
        ({"began": SKEW, "ended": 300}, Evidence.LEDGER_WINDOW),
        ({"began": SKEW + 1, "ended": 300}, None),
        ({"began": -3600 - SKEW, "ended": None}, Evidence.LEDGER_WINDOW),
        ({"began": -3601 - SKEW, "ended": None}, None),
        ({"began": -100000, "ended": 0}, Evidence.LEDGER_WINDOW),
        ({**RUN, "access_keys": {"ASIAIOSFODNN7EXAMPLE": "333333333333"}}, None),
        ({**RUN, **REQUEST, "accounts": ["333333333333"]}, None),
        ({"tasks": ["audit", "s3-unlock"]}, Evidence.LEDGER_WINDOW),
        ({"tasks": []}, None),
    ],
)
def test_what_the_ledger_has_of_a_session(run: dict[str, Any], evidence: Evidence | None) -> None:
    """By key, by request, or by caller, account, task and time, as far as two clocks agree."""
    (session,) = judged({"runs": [run], "events": [{"like": "assume_root"}]}).sessions
    assert (session.run is not None) == (evidence is not None)
    assert [one for one in session.evidence if one.value.startswith("ledger")] == (
        [evidence] if evidence else []
    )
    assert session.verdict == ("explained" if evidence else "unexpected")


def test_of_two_runs_the_later_one_counts_unless_the_earlier_has_the_key() -> None:
    events = [{"like": "assume_root"}]
    runs = [{"began": -60, "reason": "first"}, {"began": -10, "reason": "second"}]
    (session,) = judged({"runs": runs, "events": events}).sessions
    assert session.ledger_reason == "second"
    (session,) = judged({"runs": [{**runs[0], **KEY}, runs[1]], "events": events}).sessions
    assert session.ledger_reason == "first"


def test_the_ledgers_key_explains_calls_within_the_run_only() -> None:
    """A key that the ledger has, used after any session of that run could last."""
    case = {
        "runs": [{**KEY, "began": -10, "ended": 10}],
        "events": [{"like": "member", "at": 10 + 900 + SKEW}],
    }
    (session,) = judged(case).sessions
    assert (session.kind, session.verdict, session.ticket, session.evidence) == (
        "assume_root",
        "explained",
        "OPS-1",
        (Evidence.LEDGER_KEY,),
    )
    case["events"] = [{"like": "member", "at": 10 + 901 + SKEW}]
    (session,) = judged(case).sessions
    assert (session.kind, session.verdict) == ("unknown", "unexplained")


def test_a_session_has_the_worst_verdict_of_its_events() -> None:
    outside = {"like": "member", "with": {"eventName": "DeleteBucket"}}
    case = {"runs": [{}], "events": [{"like": "assume_root"}, {"like": "member"}, outside]}
    found = judged(case)
    assert [one.verdict for one in found.events] == ["explained", "explained", "unexpected"]
    assert found.sessions[0].verdict == "unexpected"
    assert found.sessions[0].reason == (
        "s3:DeleteBucket is no action of the task s3-unlock that the session was opened for."
    )


def test_what_nothing_leads_to_stays_unexplained_wherever_it_came_from() -> None:
    marked = {"like": "member", "with": {"userIdentity.sessionContext.assumedRoot": "true"}}
    found = judged({"events": [marked], "expected": {"networks": ["203.0.113.0/24"]}})
    assert [one.verdict for one in found.events] == ["unexplained"]
