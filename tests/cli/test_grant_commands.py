"""``grant add``, ``list`` and ``end``: they change the ledger and nothing at AWS."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from product_rig import LEGACY, MANAGEMENT, SHOP, Rig, configuration
from session_rig import DELEGATE, SUSPENDED, contents, hands_on, open_exception

if TYPE_CHECKING:
    from pathlib import Path

ADD = ["grant", "add", SHOP, "--task", "audit", "--for", "1h"]


@pytest.fixture(autouse=True)
def _world(rig: Rig, ledger: Path) -> None:
    hands_on(rig)


def added(rig: Rig, *options: str) -> dict[str, Any]:
    ran = rig.json(*ADD, *options, profile=DELEGATE)
    assert ran.code == 0, ran.err
    found: dict[str, Any] = ran.document["grant"]
    return found


def test_adding_one(rig: Rig) -> None:
    """In the ledger with who, why and until when; no root session was opened."""
    calls = rig.calls()
    ran = rig.json(*ADD, "--reason", "check", "--ticket", "T-1", profile=DELEGATE)
    assert (ran.code, ran.document["schema"], ran.document["outcome"]) == (
        0,
        "rootwarden/grant-add/1",
        "done",
    )
    grant = ran.document["grant"]
    until, begun = (datetime.fromisoformat(grant.pop(name)) for name in ("until", "added"))
    assert timedelta(minutes=59) < until - begun <= timedelta(hours=1)
    assert grant.pop("added_by").startswith("arn:aws:iam::222222222222:")
    assert grant == {
        "id": grant["id"],
        "state": "open",
        "account": SHOP,
        "task": "audit",
        "reason": "check",
        "ticket": "T-1",
        "exception_id": None,
        "plan_hash": None,
        "break_glass": False,
        "ended": None,
        "ended_by": None,
        "end_reason": None,
    }
    assert "sts:AssumeRoot" not in {action for action, _ in calls}
    (entry,) = contents(rig)
    assert (entry["kind"], entry["content"]["operation"]) == ("note", "grant add")


def test_what_is_said(rig: Rig) -> None:
    ran = rig.run(*ADD, profile=DELEGATE)
    first, second = ran.out.splitlines()
    assert first.startswith("Added: g-")
    assert f": audit in {SHOP} (Shop) until 20" in first
    assert second == f"A profile for it: rootwarden session {SHOP} --task audit --print-profile"


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        ({"--for": "61m"}, 4, ("longer than the hour", "no standing path")),
        ({"--for": "2h"}, 4, ("longer than the hour", "no standing path")),
        ({"--for": "0m"}, 2, ("no time at all", "such as 1h")),
        ({"--for": "soon"}, 2, ("--for 'soon' is no length of time", "90m")),
        ({"--for": "-1h"}, 2, ("--for", "")),
        ({"--task": "delet"}, 2, ("there is no task 'delet'", "Did you mean delete?")),
        ({"--task": "delete"}, 4, ("needs an open exception or a plan", "--plan FILE")),
        ({"--task": "create-password"}, 4, ("needs an open exception", "an owner and an end")),
        ({"ACCOUNT": "Shopp"}, 2, ("'Shopp'", f"Did you mean {SHOP} (Shop)?")),
        ({"ACCOUNT": SUSPENDED}, 4, ("the account is suspended", "No root session")),
        ({"ACCOUNT": MANAGEMENT}, 4, ("management account", "No root session")),
    ],
)
def test_what_cannot_be_meant(
    rig: Rig, ledger: Path, change: dict[str, str], code: int, words: tuple[str, str]
) -> None:
    """Told with the cause and the fix, and nothing is recorded."""
    options = {"ACCOUNT": SHOP, "--task": "audit", "--for": "1h", **change}
    line = ["grant", "add", options.pop("ACCOUNT"), *(one for pair in options.items() for one in pair)]
    ran = rig.json(*line, profile=DELEGATE)
    error = ran.document["error"]
    assert (ran.code, error["exit_code"]) == (code, code)
    assert words[0] in error["message"]
    assert words[1] in error["advice"]
    assert not ledger.exists()


def test_it_ends_with_the_exception_it_rests_on(rig: Rig, ledger: Path) -> None:
    one = open_exception(rig, ledger, account_id=LEGACY, lasts=timedelta(minutes=20))
    line = ["grant", "add", LEGACY, "--task", "create-password", "--for", "1h"]
    ran = rig.json(*line, profile=DELEGATE)
    grant = ran.document["grant"]
    assert grant["exception_id"] == one.id
    assert datetime.fromisoformat(grant["until"]) == one.until
    assert f"the grant ends with exception {one.id}" in ran.err


@pytest.mark.parametrize("line", [ADD, ["grant", "end", "g-22222222"]], ids=["add", "end"])
def test_a_reason_and_a_ticket_where_they_are_required(rig: Rig, line: list[str]) -> None:
    path = configuration(rig.folder, "[require]\nreason = true\nticket = true\n")
    for given, missing in ((), "reason"), (("--reason", "x"), "ticket"):
        ran = rig.json(*line, *given, "--config", path, profile=DELEGATE)
        assert (ran.code, f"requires --{missing}" in ran.document["error"]["message"]) == (2, True)


def test_ending_one(rig: Rig) -> None:
    name = added(rig)["id"]
    ran = rig.json("grant", "end", name, "--reason", "done with it", profile=DELEGATE)
    grant = ran.document["grant"]
    assert (ran.code, ran.document["outcome"], grant["state"]) == (0, "done", "ended")
    assert (grant["end_reason"], grant["ended"] is not None) == ("done with it", True)
    again = rig.json("grant", "end", name, profile=DELEGATE)
    assert (again.code, again.document["outcome"], again.document["grant"]) == (0, "nothing_to_do", grant)
    wrong = rig.json("grant", "end", f"{name}x", profile=DELEGATE)
    assert (wrong.code, wrong.document["error"]["advice"]) == (
        2,
        f"Did you mean {name} (audit in account {SHOP})?",
    )
    assert [one["content"]["operation"] for one in contents(rig)] == ["grant add", "grant end"]


def test_listing_them(rig: Rig) -> None:
    """Open and ended ones, in every format, without a call to AWS."""
    ended, kept = added(rig)["id"], added(rig, "--ticket", "T-1")["id"]
    rig.json("grant", "end", ended, profile=DELEGATE)
    calls = rig.calls()
    listed = rig.json("grant", "list", profile=None).document
    assert [(one["id"], one["state"]) for one in listed["grants"]] == [(kept, "open"), (ended, "ended")]
    assert listed["summary"] == {"open": 1, "expired": 0, "ended": 1}
    lines = rig.run("grant", "list", "-o", "jsonl", profile=None).out.splitlines()
    assert [json.loads(line) for line in lines] == listed["grants"]
    rows = list(csv.DictReader(io.StringIO(rig.run("grant", "list", "-o", "csv", profile=None).out)))
    assert [(row["grant"], row["task"], row["why"]) for row in rows] == [
        (kept, "audit", "grant add [T-1]"),
        (ended, "audit", "grant add"),
    ]
    assert "2 grants: 1 open, 1 ended" in rig.run("grant", "list", profile=None).out
    assert calls == []
