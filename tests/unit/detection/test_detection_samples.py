"""AWS's two published samples of a root session, read and judged."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from rootwarden.detection.engine import judge
from rootwarden.detection.event import is_candidate, read_event
from rootwarden.model.detection import Evidence, SessionKind, Verdict
from rootwarden.model.detection_known import Expected, Known, LedgerRun
from rootwarden.model.ids import AccountId
from rootwarden.model.tasks import RootTask

SAMPLES = Path(__file__).parents[2] / "cases" / "cloudtrail"
CALLER: dict[str, Any] = json.loads((SAMPLES / "aws_sample_caller.json").read_text(encoding="utf-8"))
MEMBER: dict[str, Any] = json.loads((SAMPLES / "aws_sample_member.json").read_text(encoding="utf-8"))
NOW = datetime(2024, 10, 26, tzinfo=UTC)
CALLED = datetime(2024, 10, 25, 20, 52, 11, tzinfo=UTC)
RUN = LedgerRun(
    id="0f6f1c2e-run",
    operation="unlock bucket --delete",
    caller="arn:aws:sts::111111111111:assumed-role/JohnDoe/JohnRole1",
    began=CALLED - timedelta(seconds=2),
    ended=CALLED + timedelta(minutes=3),
    accounts=frozenset({AccountId("222222222222")}),
    tasks=(RootTask.S3_UNLOCK,),
    reason="the policy locks everybody out",
    ticket="OPS-1",
)


def test_both_are_candidates() -> None:
    assert is_candidate(CALLER)
    assert is_candidate(MEMBER)
    assert is_candidate({"detail-type": "AWS API Call via CloudTrail", "detail": MEMBER})


def test_the_callers_record_keeps_no_token() -> None:
    event = read_event(CALLER)
    assert (event.target, event.task_policy, event.issued_key_id) == (
        "222222222222",
        "S3UnlockBucketPolicy",
        "ASIAIOSFODNN7EXAMPLE",
    )
    assert event.assumed_root
    assert event.account == "111111111111"
    assert CALLER["responseElements"]["credentials"]["sessionToken"] not in repr(event)


def test_the_members_call_belongs_to_the_session_and_the_ledger_explains_it() -> None:
    found = judge((read_event(MEMBER), read_event(CALLER)), Known(runs=(RUN,)), Expected(), NOW)
    (session,) = found.sessions
    assert session.kind is SessionKind.ASSUME_ROOT
    assert session.evidence == (
        Evidence.ACCESS_KEY,
        Evidence.TIME,
        Evidence.TARGET,
        Evidence.ASSUMED_ROOT,
        Evidence.LEDGER_WINDOW,
    )
    assert (session.task, session.ledger_reason, session.ticket) == (
        "s3-unlock",
        "the policy locks everybody out",
        "OPS-1",
    )
    assert [one.verdict for one in found.events] == [Verdict.EXPLAINED, Verdict.EXPLAINED]
    assert {one.session_id for one in found.events} == {"ASIAIOSFODNN7EXAMPLE"}
    assert found.findings == ()


def test_without_the_ledger_it_is_unexpected() -> None:
    found = judge((read_event(CALLER), read_event(MEMBER)), Known(), Expected(), NOW)
    assert [one.verdict for one in found.events] == [Verdict.UNEXPECTED, Verdict.UNEXPECTED]
    assert [one.rule for one in found.findings] == ["session-not-in-ledger", "policy-replaced"]


def test_without_the_opening_it_is_unexplained() -> None:
    found = judge((read_event(MEMBER),), Known(runs=(RUN,)), Expected(), NOW)
    assert [one.verdict for one in found.events] == [Verdict.UNEXPLAINED]
    assert [one.rule for one in found.findings] == ["policy-replaced", "root-unexplained"]
