"""``waiver add``, ``list`` and ``end``: they change the ledger and nothing at AWS."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from ledger_rig import EXPOSED, entries
from product_rig import LEGACY, MANAGEMENT, SECURITY, SHOP, Rig, caller, company, configuration, holds

from rootwarden.emulator import account
from rootwarden.model.permissions import COMMANDS

if TYPE_CHECKING:
    from pathlib import Path

DELEGATE = f"emulator-{SECURITY}"
TODAY = datetime.now(UTC).date()
SOON, LATE = str(TODAY + timedelta(days=30)), str(TODAY + timedelta(days=365))
ADD = ["waiver", "add", SHOP, "--item", "password", "--owner", "Billing", "--until", SOON]


ROLES = tuple(
    caller(SECURITY, *COMMANDS[f"waiver {word}"].actions, name=word.title()) for word in ("add", "end")
)


@pytest.fixture(autouse=True)
def _world(rig: Rig, ledger: Path) -> None:
    twin = account("666666666666", "legacy", email="second@example.com")
    rig.up(company(EXPOSED, account(LEGACY, "Legacy"), twin, principals=ROLES))


def test_adding_one(rig: Rig) -> None:
    """It is in the ledger with who, why and until when; no root session was opened, and the account is as it was."""
    before, calls = holds(rig.root(SHOP)), rig.calls()
    ran = rig.json(*ADD, "--reason", "tool", "--ticket", "T-1", profile=DELEGATE)
    assert (ran.code, ran.document["schema"], ran.document["outcome"]) == (
        0,
        "rootwarden/waiver-add/1",
        "done",
    )
    waiver = ran.document["waiver"]
    arn = waiver.pop("added_by")
    assert f":{SECURITY}:" in arn.replace("::", ":")
    assert waiver.pop("added").endswith("Z")
    assert waiver == {
        "id": waiver["id"],
        "state": "open",
        "account": SHOP,
        "items": ["password"],
        "owner": "Billing",
        "until": f"{SOON}T23:59:59Z",
        "reason": "tool",
        "ticket": "T-1",
        "ended": None,
        "ended_by": None,
        "end_reason": None,
    }
    assert "sts:AssumeRoot" not in {action for action, _ in calls}
    assert holds(rig.root(SHOP)) == before
    (entry,) = entries(rig, "--operation", "waiver add")
    assert (entry["kind"], entry["content"]["accounts"]) == ("note", [SHOP])
    assert entry["content"]["details"]["waiver_id"] == waiver["id"]


def test_the_same_again_changes_nothing(rig: Rig) -> None:
    first = rig.json(*ADD, profile=DELEGATE).document["waiver"]
    again = rig.json(*ADD, profile=DELEGATE).document
    assert (again["outcome"], again["waiver"]) == ("nothing_to_do", first)
    assert len(entries(rig, "--operation", "waiver")) == 1
    more = rig.json(*ADD, "--item", "access-keys", profile=DELEGATE).document
    assert (more["outcome"], more["waiver"]["id"] != first["id"]) == ("done", True)


def test_items_are_taken_once_and_by_their_names(rig: Rig) -> None:
    ran = rig.json(
        *ADD, "--item", "access-keys:AKIA1, password:login-profile", "--item", "password", profile=DELEGATE
    )
    assert ran.document["waiver"]["items"] == ["password", "access-keys:AKIA1"]


def test_an_account_by_name(rig: Rig) -> None:
    line = [*ADD[:2], "shop", *ADD[3:]]
    assert rig.json(*line, profile=DELEGATE).document["waiver"]["account"] == SHOP


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        ({"--item": "passwords"}, 2, ("'passwords' names no root credential", "Did you mean password")),
        ({"--item": "keys"}, 2, ("'keys' names no root credential", "access-keys")),
        ({"--item": "access-keys:"}, 2, ("has no identifier", "Write access-keys for all")),
        ({"--item": "password:1"}, 2, ("a root user has one password", "Write password")),
        ({"--item": " , "}, 2, ("--item names nothing", "KIND:IDENTIFIER")),
        ({"--owner": "  "}, 2, ("--owner is empty", "who answers")),
        ({"--until": "soon"}, 2, ("--until 'soon' is no date", "2026-12-31")),
        ({"--until": "9999-12-31T23:59:59-05:00"}, 2, ("is no date", "2026-12-31")),
        ({"--until": str(TODAY - timedelta(days=1))}, 2, ("is over already", "a day to come")),
        ({"--until": str(TODAY + timedelta(days=366))}, 4, ("365 days", "limits.waiver_days")),
        ({"ACCOUNT": "0123"}, 2, ("'0123' is not an account id", "twelve digits")),
        ({"ACCOUNT": "123456789012"}, 2, ("123456789012", "")),
        ({"ACCOUNT": "Shopp"}, 2, ("'Shopp'", f"Did you mean {SHOP} (Shop)?")),
        ({"ACCOUNT": "Legacy"}, 2, ("2 accounts are called 'Legacy': 555555555555, 666666666666", "id")),
        ({"ACCOUNT": MANAGEMENT}, 2, ("is the management account", "by hand")),
    ],
)
def test_what_cannot_be_meant(rig: Rig, change: dict[str, str], code: int, words: tuple[str, str]) -> None:
    """Told with the cause and the fix, and nothing is recorded."""
    options = {"ACCOUNT": SHOP, "--item": "password", "--owner": "Billing", "--until": SOON, **change}
    line = ["waiver", "add", options.pop("ACCOUNT"), *(one for pair in options.items() for one in pair)]
    ran = rig.json(*line, profile=DELEGATE)
    error = ran.document["error"]
    assert (ran.code, error["exit_code"]) == (code, code)
    assert words[0] in error["message"]
    assert words[1] in error["advice"]
    assert rig.json("waiver", "list", profile=DELEGATE).code in {0, 5}
    assert not (rig.folder / "state" / "ledger.sqlite3").exists()


def test_the_longest_time_is_the_configurations(rig: Rig) -> None:
    assert rig.json(*ADD[:-1], LATE, profile=DELEGATE).code == 0
    path = configuration(rig.folder, "[limits]\nwaiver_days = 29\n")
    ran = rig.json(*ADD, "--config", path, profile=DELEGATE)
    assert (ran.code, "29 days" in ran.document["error"]["message"]) == (4, True)


@pytest.mark.parametrize("line", [ADD, ["waiver", "end", "w-22222222"]], ids=["add", "end"])
def test_a_reason_and_a_ticket_where_they_are_required(rig: Rig, line: list[str]) -> None:
    path = configuration(rig.folder, "[require]\nreason = true\nticket = true\n")
    for given, missing in ((), "reason"), (("--reason", "x"), "ticket"):
        ran = rig.json(*line, *given, "--config", path, profile=DELEGATE)
        assert (ran.code, f"requires --{missing}" in ran.document["error"]["message"]) == (2, True)


def test_ending_one(rig: Rig) -> None:
    """Who and why are in the ledger; ending it again does nothing."""
    name = rig.json(*ADD, profile=DELEGATE).document["waiver"]["id"]
    ran = rig.json("waiver", "end", name, "--reason", "the tool is gone", profile=DELEGATE)
    waiver = ran.document["waiver"]
    assert (ran.code, ran.document["outcome"], waiver["state"]) == (0, "done", "ended")
    assert (waiver["end_reason"], waiver["ended"] is not None) == ("the tool is gone", True)
    again = rig.json("waiver", "end", name, profile=DELEGATE)
    assert (again.code, again.document["outcome"]) == (0, "nothing_to_do")
    assert again.document["waiver"] == waiver
    assert [one["content"]["operation"] for one in entries(rig)] == ["waiver add", "waiver end"]
    assert rig.json(*ADD, profile=DELEGATE).document["outcome"] == "done"


def test_ending_one_there_is_not(rig: Rig) -> None:
    name = rig.json(*ADD, profile=DELEGATE).document["waiver"]["id"]
    wrong = name[:-1] + ("2" if name[-1] != "2" else "3")
    ran = rig.json("waiver", "end", wrong, profile=DELEGATE)
    assert (ran.code, ran.document["error"]["type"]) == (2, "BadInput")
    assert ran.document["error"]["advice"] == f"Did you mean {name} (account {SHOP}, Billing)?"
    ran = rig.json("waiver", "end", "q", profile=DELEGATE)
    assert ran.document["error"]["advice"] == "'rootwarden waiver list' shows them."


def test_listing_them(rig: Rig) -> None:
    """Open, expired and ended ones, in every format, without a call to AWS."""
    kept = rig.json(*ADD, "--ticket", "T-1", profile=DELEGATE).document["waiver"]
    ended = rig.json(*ADD, "--item", "access-keys", profile=DELEGATE).document["waiver"]
    rig.json("waiver", "end", ended["id"], profile=DELEGATE)
    calls = rig.calls()
    listed = rig.json("waiver", "list", profile=None).document
    assert [(one["id"], one["state"]) for one in listed["waivers"]] == [
        (kept["id"], "open"),
        (ended["id"], "ended"),
    ]
    assert listed["summary"] == {"open": 1, "expired": 0, "ended": 1}
    lines = rig.run("waiver", "list", "-o", "jsonl", profile=None).out.splitlines()
    assert [json.loads(line) for line in lines] == listed["waivers"]
    rows = list(csv.DictReader(io.StringIO(rig.run("waiver", "list", "-o", "csv", profile=None).out)))
    assert [(row["waiver"], row["items"], row["why"]) for row in rows] == [
        (kept["id"], "password", "waiver add [T-1]"),
        (ended["id"], "password, access-keys", "waiver add"),
    ]
    for output in ("table", "markdown"):
        text = rig.run("waiver", "list", "-o", output, profile=None).out
        assert kept["id"] in text.replace("\\", "")
        assert "2 waivers: 1 open, 1 ended" in text
    assert calls == []


def test_with_exactly_the_actions_of_the_table(rig: Rig) -> None:
    """The row of the permissions table is enough for each."""
    added = rig.json(*ADD, profile=f"emulator-{SECURITY}-Add")
    assert added.code == 0, added.err
    ended = rig.json("waiver", "end", added.document["waiver"]["id"], profile=f"emulator-{SECURITY}-End")
    assert ended.code == 0, ended.err
