"""The two sides of a root session, with each member that ties them together removed or altered in turn."""

from __future__ import annotations

import copy
import itertools
from typing import Any

import pytest
from detection_cases import CALLER, FOLDER, MEMBER, NOW, load, moment, put, remove

from rootwarden.detection.engine import judge
from rootwarden.detection.event import read_event
from rootwarden.model.detection import Evidence, Judged, RootSession
from rootwarden.model.detection_known import Expected, Known, LedgerRun
from rootwarden.model.tasks import RootTask

SAMPLES = {side: load(f"../cloudtrail/aws_sample_{side}.json") for side in ("caller", "member")}
CASES = load("correlation.json")["cases"]
CALL = SAMPLES["member"]["eventID"]
IN_LEDGER = {Evidence.LEDGER_WINDOW, Evidence.LEDGER_REQUEST}


def records(case: dict[str, Any]) -> list[dict[str, Any]]:
    sides = [("caller", case.get("caller", {})), ("member", case.get("member", {}))]
    said = [*sides, *((one["like"], one) for one in case.get("extra", ()))]
    return [_changed(SAMPLES[side], change) for side, change in said if change is not None]


def _changed(sample: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    found = copy.deepcopy(sample)
    for path, value in change.get("with", {}).items():
        put(found, path, value)
    for path in change.get("without", ()):
        remove(found, path)
    return found


def judged(case: dict[str, Any], made: Any) -> Judged:
    key = case.get("ledger_key")
    run = LedgerRun(
        id="run",
        operation="session run",
        caller=CALLER,
        began=moment(-2),
        ended=moment(180),
        accounts=frozenset({MEMBER}),
        tasks=(RootTask.S3_UNLOCK,),
        access_keys={key: MEMBER} if key else {},
    )
    return judge((read_event(one) for one in made), Known(runs=(run,)), Expected(), NOW)


def of_call(found: Judged) -> tuple[str, RootSession]:
    (call,) = (one for one in found.events if one.event.id == CALL)
    sessions = {one.id: one for one in found.sessions}
    assert call.session_id is not None
    return call.verdict, sessions[call.session_id]


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_what_ties_the_two_sides_together(case: dict[str, Any]) -> None:
    found = judged(case, records(case))
    verdict, session = of_call(found)
    ties = [one.value for one in session.evidence if one not in IN_LEDGER]
    if case["ties"] is None:
        assert session.opening is None
        assert set(ties) <= {"assumed_root"}
    else:
        assert ties == case["ties"]
        assert (session.opening is None) == (case.get("caller", {}) is None)
    assert verdict == case["verdict"]
    if "sessions" in case:
        assert len(found.sessions) == case["sessions"]


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_neither_order_nor_repetition_matters(case: dict[str, Any]) -> None:
    made = records(case)
    first = judged(case, made)
    for order in itertools.permutations(made):
        again = judged(case, (*order, *order))
        assert (again.events, again.sessions, again.findings) == (
            first.events,
            first.sessions,
            first.findings,
        )
        assert again.repeated == len(made) + first.repeated


def test_the_cases_are_built_on_the_published_samples() -> None:
    """The member that each case changes is one of the samples'."""
    assert (FOLDER.parent / "cloudtrail" / "aws_sample_caller.json").exists()
    assert CASES[0]["name"] == "as published"
    assert records(CASES[0]) == [SAMPLES["caller"], SAMPLES["member"]]


ABRIDGED = [
    ["responseElements"],
    ["requestParameters"],
    ["userIdentity.arn"],
    ["responseElements", "requestParameters"],
]


@pytest.mark.parametrize("without", ABRIDGED, ids=["+".join(paths) for paths in ABRIDGED])
@pytest.mark.parametrize("same_id", [True, False])
def test_of_two_copies_the_one_that_says_more_is_kept(without: list[str], same_id: bool) -> None:
    """Two roads may have one record, one of them without all its members."""
    whole = _changed(SAMPLES["caller"], {"with": {"eventID": "one", "sharedEventID": "call"}})
    change = {"without": without, "with": {"eventID": "one" if same_id else "two"}}
    part = _changed(whole, change)
    for order in ((whole, part), (part, whole)):
        found = judged({}, (*order, SAMPLES["member"]))
        assert [one.event for one in found.events if one.event.is_assume_root] == [read_event(whole)]
        assert found.repeated == 1
        assert of_call(found)[0] == "explained"
