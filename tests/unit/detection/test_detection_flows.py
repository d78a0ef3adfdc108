"""Whole stories: every verdict and every finding, in whatever order and however often their records come."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest
from detection_cases import BASES, NOW, judged, judged_records, load, moment, record, records
from hypothesis import given
from hypothesis import strategies as st

from rootwarden.detection.engine import judge
from rootwarden.detection.event import is_candidate, read_event
from rootwarden.model.detection import Verdict
from rootwarden.model.detection_known import Expected, Known
from rootwarden.model.recovery_exception import RecoveryException
from rootwarden.model.root_only_task import RecordedIn, Way
from rootwarden.model.root_only_tasks import ROOT_ONLY_TASKS

FLOWS = load("flows.json")["flows"]
KINDS = [name for name in BASES if name != "note"]
SIGN_IN_TASKS = [task for task in ROOT_ONLY_TASKS.values() if task.way is Way.RECOVERY]


@pytest.mark.parametrize("flow", FLOWS, ids=[flow["name"] for flow in FLOWS])
def test_a_story_is_judged_as_a_whole(flow: dict[str, Any]) -> None:
    found = judged(flow)
    assert [one.verdict.value for one in found.events] == flow["verdicts"]
    assert sorted(f"{one.rule} {one.severity}" for one in found.findings) == sorted(flow["findings"])
    assert all(one.reason.endswith((".", "!")) for one in found.events)
    assert all(is_candidate(one) for one in records(flow))


@pytest.mark.parametrize("flow", FLOWS, ids=[flow["name"] for flow in FLOWS])
def test_neither_order_nor_repetition_changes_a_story(flow: dict[str, Any]) -> None:
    first = judged(flow)
    chance = random.Random(11)  # noqa: S311 - the same orders every time
    for _ in range(5):
        made = [one for one in records(flow) for _ in range(chance.randint(1, 3))]
        chance.shuffle(made)
        again = judged_records(made, flow)
        assert (again.events, again.sessions, again.findings) == (
            first.events,
            first.sessions,
            first.findings,
        )


ONE = st.builds(
    lambda like, at, account, key: {
        "like": like,
        "at": at,
        "with": {
            "requestParameters.targetPrincipal": account,
            "responseElements.credentials.accessKeyId": key,
        }
        if like == "assume_root"
        else {"userIdentity.accessKeyId": key},
        **({"account": account} if like not in {"assume_root", "admin"} else {}),
    },
    st.sampled_from(KINDS),
    st.integers(-100, 1200),
    st.sampled_from(["222222222222", "333333333333"]),
    st.sampled_from(["ASIAONE0000000000000", "ASIATWO0000000000000", "AKIALONGTERM00000000", ""]),
)


@given(st.lists(ONE, max_size=8), st.randoms(use_true_random=False))
def test_the_law_of_order_and_repetition(said: list[Any], chance: random.Random) -> None:
    """Whatever happened, the verdicts, sessions and findings depend on which records there are, and on nothing else."""
    made = [record(one, number) for number, one in enumerate(said)]
    case = {"runs": [{}], "exceptions": [{"opened": 300, "until": 900}]}
    first = judged_records(made, case)
    shuffled = [one for one in made for _ in range(chance.randint(1, 2))]
    chance.shuffle(shuffled)
    again = judged_records(shuffled, case)
    assert (again.events, again.sessions, again.findings) == (first.events, first.sessions, first.findings)
    assert again.repeated - first.repeated == len(shuffled) - len(made)


@given(st.lists(ONE, max_size=8))
def test_every_event_of_root_is_judged_once_and_stands_in_its_session(said: list[Any]) -> None:
    made = [record(one, number) for number, one in enumerate(said)]
    found = judged_records(made, {"runs": [{}]})
    events = [read_event(one) for one in made]
    wanted = {one.id for one in events if one.is_root}
    assert wanted <= {one.event.id for one in found.events}
    assert len({one.event.id for one in found.events}) == len(found.events)
    sessions = {one.id: one for one in found.sessions}
    assert len(sessions) == len(found.sessions)
    for one in found.events:
        if one.session_id is not None:
            session = sessions[one.session_id]
            assert one.event is session.opening or one.event in session.events
    for session in found.sessions:
        assert {one.id for one in session.events} <= wanted


@pytest.mark.parametrize("task", SIGN_IN_TASKS, ids=[task.name for task in SIGN_IN_TASKS])
def test_an_exception_explains_what_the_catalogue_lists_and_no_key(task: Any) -> None:
    exception = RecoveryException(
        "x-1",
        read_event(record({"like": "member"})).account,
        task.name,
        "owner",
        "why",
        None,
        moment(-60),
        moment(900),
    )
    listed = {one.name: one.source for one in task.events if one.recorded_in is RecordedIn.MEMBER}
    names = {"CreateAccessKey": "iam.amazonaws.com", "CreateUser": "iam.amazonaws.com", **listed}
    made = [
        record(
            {"like": "console", "with": {"eventName": name, "eventSource": source or "iam.amazonaws.com"}},
            number,
        )
        for number, (name, source) in enumerate(names.items())
        if name != "ConsoleLogin"
    ]
    found = judge([read_event(one) for one in made], Known(exceptions=(exception,)), Expected(), NOW)
    explained = {one.event.name for one in found.events if one.verdict is Verdict.EXPLAINED}
    assert explained == set(listed) - {"ConsoleLogin"}
    assert ("CreateAccessKey" in explained) == any(one.name == "CreateAccessKey" for one in task.task_events)


def test_an_exception_whose_task_is_newer_than_this_program_has_its_procedure_still() -> None:
    case = {"exceptions": [{"task": "something-new"}], "events": [{"like": "sign_in"}, {"like": "console"}]}
    assert [one.verdict.value for one in judged(case).events] == ["explained", "unexpected"]


ENDED = "The suppression of root-sign-in by owner ended on 2024-11-25 00:00 UTC and suppresses nothing. It would hold 1 of these findings."
SIGN_IN = {"events": [{"like": "sign_in"}]}


@pytest.mark.parametrize(
    ("suppression", "stands", "notice"),
    [
        ({"rule": "root-sign-in", "until": "2024-12-01T00:00:00Z"}, False, None),
        (
            {"rule": "root-sign-in", "until": "2024-12-01T00:00:00Z", "accounts": ["222222222222"]},
            False,
            None,
        ),
        ({"rule": "root-sign-in", "until": "2024-12-01T00:00:00Z", "accounts": ["333333333333"]}, True, None),
        ({"rule": "root-key-used", "until": "2024-12-01T00:00:00Z"}, True, None),
        (
            {"rule": "root-sign-in", "until": "2024-11-25T00:00:00Z"},
            True,
            ENDED,
        ),
        (
            {"rule": "root-sing-in", "until": "2024-12-01T00:00:00Z"},
            True,
            "The suppression of root-sing-in by owner suppresses nothing: there is no such rule.",
        ),
    ],
)
def test_a_suppression_holds_until_its_end(suppression: Any, stands: bool, notice: str | None) -> None:
    found = judged({**SIGN_IN, "expected": {"suppressions": [suppression]}})
    assert [one.rule for one in found.findings] == (["root-sign-in"] if stands else [])
    assert [one.finding.rule for one in found.suppressed] == ([] if stands else ["root-sign-in"])
    assert found.notices == ((notice,) if notice else ())
    assert (found.worst is None) is not stands


def test_a_suppression_has_to_name_every_account_of_a_finding() -> None:
    failed = [{"like": "sign_in_failed"}, {"like": "sign_in_failed", "at": 60, "account": "333333333333"}]
    some = {"rule": "root-password-spray", "until": "2024-12-01T00:00:00Z", "accounts": ["222222222222"]}
    every = {**some, "accounts": ["222222222222", "333333333333"]}
    for said, stands in ((some, True), (every, False)):
        found = judged({"events": failed, "expected": {"suppressions": [said]}})
        assert any(one.rule == "root-password-spray" for one in found.findings) is stands


def test_events_of_the_future_are_judged_and_told() -> None:
    ahead = (NOW - moment(0) + timedelta(minutes=16)).total_seconds()
    found = judged({"events": [{"like": "sign_in"}, {"like": "sign_in", "at": ahead}]})
    assert len(found.events) == 2
    (notice,) = found.notices
    assert notice.startswith("1 event has a time in the future, up to 2024-11-25 00:16 UTC: ")


def test_a_findings_id_stays_when_its_session_goes_on() -> None:
    first = judged({"events": [{"like": "key"}]})
    later = judged(
        {"events": [{"like": "key"}, {"like": "key", "at": 1300, "with": {"eventName": "GetObject"}}]}
    )
    assert [one.id for one in first.findings] == [one.id for one in later.findings]
    assert len(later.findings[0].event_ids) == 2


def test_without_a_ledger_a_session_says_so() -> None:
    found = judged({"events": [{"like": "assume_root"}], "ledger_read": False})
    assert found.events[0].reason == "No ledger was read, so nothing says who opened it and why."


@pytest.mark.parametrize(
    ("expected", "reason"),
    [
        (
            {"regions": ["eu-central-1"], "networks": ["203.0.113.0/24"]},
            "The Region us-west-2 is not expected, and the address 192.0.2.1 is in no expected network.",
        ),
        (
            {"principals": ["arn:aws:iam::111111111111:role/Delegate"]},
            "The caller arn:aws:sts::111111111111:assumed-role/JohnDoe/JohnRole1 is not expected to open sessions.",
        ),
        (
            {"accounts": ["333333333333"], "tasks": ["audit"]},
            "The account 222222222222 is not expected to have sessions, and the task policy S3UnlockBucketPolicy is not expected.",
        ),
    ],
)
def test_a_reason_says_all_that_is_not_allowed(expected: Any, reason: str) -> None:
    found = judged({"events": [{"like": "assume_root"}], "runs": [{}], "expected": expected})
    assert found.events[0].reason == reason


@pytest.mark.parametrize(
    ("events", "reason"),
    [
        ([{"like": "sign_in"}], "A person signed in as root, and no exception was open."),
        ([{"like": "sign_in_failed"}], "Somebody tried to sign in as root, and no exception was open."),
        ([{"like": "recovery"}], "Somebody meant to recover the root password, and no exception was open."),
        ([{"like": "key"}], "It was signed with a long-term access key of the root user."),
        ([{"like": "member"}], "Neither an AssumeRoot nor a sign-in was seen that leads to it."),
        ([{"like": "service"}], "organizations.amazonaws.com did it in the account's name."),
        (
            [{"like": "assume_root"}],
            "The ledger has no entry about it, so nobody wrote down who opened it and why.",
        ),
    ],
)
def test_a_reason_is_one_sentence(events: Any, reason: str) -> None:
    assert [one.reason for one in judged({"events": events}).events] == [reason]


def test_a_reason_names_the_ledgers_words() -> None:
    case = {"runs": [{}], "events": [{"like": "assume_root"}]}
    assert judged(case).events[0].reason == (
        "arn:aws:sts::111111111111:assumed-role/JohnDoe/JohnRole1 opened it with 'session run' (OPS-1): the policy locks everybody out."
    )


def test_a_reason_names_the_exception() -> None:
    case = {"exceptions": [{"until": 7200}], "events": [{"like": "sign_in"}]}
    (one,) = judged(case).events
    assert (
        one.reason
        == "The exception for root-password, open until 2024-10-25 22:52 UTC, covers it: the drill."
    )
    assert one.exception_id == "x-1"
