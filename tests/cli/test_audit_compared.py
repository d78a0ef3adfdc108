"""``audit --diff`` and ``--hand-off``: what changed since, and what owners have to answer."""

from __future__ import annotations

import csv
import io
import json
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from product_rig import EVERYTHING, LEGACY, SECURITY, SHOP, Rig, company

from rootwarden.app import hand_off
from rootwarden.emulator import FaultSpec, account
from rootwarden.errors import BadInput

DELEGATE = f"emulator-{SECURITY}"
GONE, LOST, MORE = "666666666666", "777777777777", "888888888888"
NEW = "424242424242"


@pytest.fixture
def later(rig: Rig) -> Rig:
    """An audit was saved; since then an account was exposed, one cleaned, one joined, left, changed, and one is not readable."""
    rig.up(
        company(
            account(SHOP, "Shop"),
            account(LEGACY, "Legacy", root={"password": True}),
            account(GONE, "Gone", root={"password": True}),
            account(LOST, "Lost"),
            account(MORE, "More", root={"access_keys": ({},)}),
        )
    )
    assert rig.run("audit", "--save", "old.jsonl", profile=DELEGATE).code == 1
    control = rig.emulator.control
    rig.root(SHOP).create_login_profile(datetime.now(UTC))
    rig.root(LEGACY).delete_login_profile()
    organization = rig.emulator.world.organization
    organization.remove_account(organization.accounts[GONE])
    control.create_account("New", id=NEW)
    control.create_root_access_key(MORE)
    rig.emulator.world.faults.append(
        FaultSpec(operation="iam:GetAccountSummary", account=LOST, code="AccessDenied", message="No.")
    )
    return rig


CHANGES = {
    SHOP: ("newly_exposed", "clean", "exposed"),
    LEGACY: ("newly_clean", "exposed", "clean"),
    GONE: ("left", "exposed", None),
    NEW: ("joined", None, "clean"),
    MORE: ("changed", "exposed", "exposed"),
    LOST: ("no_longer_readable", "clean", "unreachable"),
}
COUNTS = {
    "newly_exposed": 1,
    "no_longer_readable": 1,
    "joined": 1,
    "changed": 1,
    "newly_clean": 1,
    "left": 1,
    "unchanged": 2,
    "not_compared": 0,
}


def change_of(row: dict[str, Any]) -> tuple[Any, Any, Any]:
    return row["change"]["change"], row["change"]["before"], row["change"]["after"]


def test_what_changed_as_one_document(later: Rig) -> None:
    ran = later.json("audit", "--diff", "old.jsonl", profile=DELEGATE)
    rows = {row["id"]: row for row in ran.document["accounts"]}
    assert {one: change_of(row) for one, row in rows.items() if row["change"]} == CHANGES
    assert rows[SHOP]["change"]["what"] == ["password added"]
    assert rows[MORE]["change"]["what"] == [f"access-keys:{later.root(MORE).access_keys[1].id} added"]
    assert rows[GONE]["outcome"] is None
    diff = ran.document["diff"]
    assert (diff["file"], diff["summary"]) == ("old.jsonl", COUNTS)
    assert [one["id"] for one in diff["changes"]] == [SHOP, LOST, NEW, MORE, LEGACY, GONE]
    assert (ran.code, ran.document["summary"]["total"]) == (6, 7)


def test_what_changed_line_by_line(later: Rig) -> None:
    """The rows come as they are read, and those that left behind them."""
    ran = later.run("audit", "--diff", "old.jsonl", "-o", "jsonl", profile=DELEGATE)
    rows = [json.loads(line) for line in ran.out.splitlines()]
    assert {row["id"]: change_of(row) for row in rows if row["change"]} == CHANGES
    assert rows[-1]["id"] == GONE
    assert "1 newly exposed, 1 no longer readable, 1 joined, 1 changed, 1 newly clean, 1 left" in ran.err


def test_what_changed_for_people(later: Rig) -> None:
    rows = csv.DictReader(
        io.StringIO(later.run("audit", "--diff", "old.jsonl", "-o", "csv", profile=DELEGATE).out)
    )
    told = {row["account"]: row["change"] for row in rows if row["change"]}
    assert told[SHOP] == "newly exposed (was clean): password added"
    assert told[NEW] == "joined"
    assert told[GONE] == "left (was exposed)"
    assert told.keys() == CHANGES.keys()
    for output in ("table", "markdown"):
        text = later.run("audit", "--diff", "old.jsonl", "-o", output, profile=DELEGATE).out
        assert "1 newly exposed" in text.replace("\\", "")


def test_a_selection_is_not_taken_for_the_organization(later: Rig) -> None:
    """Accounts that were not selected did not leave, and those the earlier audit did not look at did not join."""
    ran = later.json("audit", "--diff", "old.jsonl", "--account", SHOP, profile=DELEGATE)
    assert [row["id"] for row in ran.document["accounts"]] == [SHOP]
    assert ran.document["diff"]["summary"]["not_compared"] == 6
    assert later.run("audit", "--account", LOST, "--save", "one.jsonl", profile=DELEGATE).code == 6
    ran = later.json("audit", "--diff", "one.jsonl", profile=DELEGATE)
    assert ran.document["diff"]["summary"]["joined"] == 0


@pytest.fixture
def owned(rig: Rig) -> Rig:
    rig.up(
        company(
            account(SHOP, "=cmd()", "/Workloads/Shop", tags={"team": "red"}, root=EVERYTHING),
            account(LEGACY, "Legacy", "/Workloads/Old", tags={"team": "../x"}, root={"password": True}),
            account(MORE, "More", "/Workloads/Old", root={"mfa_devices": ({},)}),
            account(GONE, "Clean", "/Workloads/Clean"),
            account(LOST, "Lost", tags={"team": "red"}, state="ACTIVE"),
        )
    )
    rig.emulator.world.faults.append(
        FaultSpec(operation="iam:GetAccountSummary", account=LOST, code="AccessDenied", message="No.")
    )
    return rig


def handed(rig: Rig, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((rig.folder / "owners" / name).read_text())))


def test_files_for_each_ou(owned: Rig) -> None:
    ran = owned.run("audit", "--hand-off", "owners", profile=DELEGATE)
    assert ran.code == 6
    folder = owned.folder / "owners"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(one.stat().st_mode) for one in folder.iterdir()} == {0o600}
    assert {one["owner"]: one["file"] for one in handed(owned, "index.csv")} == {
        "/": "ou-root.csv",
        "/Workloads/Old": "ou-Workloads-Old.csv",
        "/Workloads/Shop": "ou-Workloads-Shop.csv",
    }
    shop = handed(owned, "ou-Workloads-Shop.csv")
    assert {line["name"] for line in shop} == {"'=cmd()"}
    assert [line["item"] for line in shop] == [
        "password",
        "access key",
        "access key",
        "signing certificate",
        "MFA device",
    ]
    assert {line["key_last_used"] for line in shop if line["item"] == "access key"} == {"no use on record"}
    assert shop[0]["password_last_used"] == "no use on record"
    assert [(line["account"], line["item"]) for line in handed(owned, "ou-root.csv")] == [(LOST, "not read")]
    assert "can be hours behind" in ran.err


def test_files_for_each_value_of_a_tag(owned: Rig) -> None:
    owned.run("audit", "--hand-off", "owners", "--by", "tag:team", "-o", "jsonl", profile=DELEGATE)
    files = {one["owner"]: one["file"] for one in handed(owned, "index.csv")}
    assert files.keys() == {"red", "../x", "(no tag)"}
    assert files["red"] == "tag-red.csv"
    assert {line["account"] for line in handed(owned, "tag-red.csv")} == {SHOP, LOST}
    assert {one.parent for one in (owned.folder / "owners").iterdir()} == {owned.folder / "owners"}


def test_tags_that_cannot_be_read(owned: Rig) -> None:
    """Are not taken for missing ones."""
    owned.emulator.world.faults.append(
        FaultSpec(
            operation="organizations:ListTagsForResource", code="AccessDeniedException", message="Not you."
        )
    )
    owned.emulator.world.faults[:] = owned.emulator.world.faults[1:]
    ran = owned.run("audit", "--hand-off", "owners", "--by", "tag:team", profile=DELEGATE)
    assert ran.code == 6
    assert "not every account's tags could be read" in ran.err
    assert [one["owner"] for one in handed(owned, "index.csv")] == ["(tags not read)"]


def test_files_that_cannot_be_written_do_not_take_the_audit_with_them(
    owned: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that is full at the end; who hears of errors only hears of it."""

    def full(path: Path, _: str) -> None:
        raise BadInput(f"{path.name}: No space left on device", advice="Make room.")

    owned.emulator.world.faults.clear()
    monkeypatch.setattr(hand_off, "write_private", full)
    ran = owned.json("audit", "--hand-off", "owners", "--quiet", profile=DELEGATE)
    assert ran.code == 6
    assert len(ran.document["accounts"]) == 7
    assert ran.err.splitlines() == [
        "the hand-off is INCOMPLETE: ou-Workloads-Old.csv: No space left on device."
    ]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--hand-off", "full"), "full: there is something in this folder"),
        (("--hand-off", "nowhere/x"), "nowhere/x: No such file or directory"),
        (("--hand-off", "file"), "file: "),
        (("--hand-off", "x", "--by", "owner"), "--by 'owner' is neither ou nor tag:KEY"),
        (("--hand-off", "x", "--by", "tag:"), "--by 'tag:' is neither ou nor tag:KEY"),
        (("--hand-off", "x", "--details", "never"), "--hand-off needs details"),
        (("--by", "ou"), "--by goes with --hand-off"),
    ],
)
def test_a_hand_off_that_cannot_be_is_refused_before_the_first_call(
    owned: Rig, more: tuple[str, ...], words: str
) -> None:
    (owned.folder / "full").mkdir()
    (owned.folder / "full" / "mine").touch()
    (owned.folder / "file").touch()
    calls = owned.calls()
    ran = owned.json("audit", *more, profile=DELEGATE)
    assert (ran.code, calls) == (2, [])
    assert ran.document["error"]["message"].startswith(words)
