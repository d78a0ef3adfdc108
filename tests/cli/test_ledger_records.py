"""Every act is in the ledger before it is done; without a ledger nothing is done."""

from __future__ import annotations

import json
import sqlite3
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import pytest
from ledger_rig import EXPOSED, entries, plan_and_apply
from product_rig import (
    BOTH,
    EVERYTHING,
    IAM,
    LEGACY,
    MANAGEMENT,
    NOTHING,
    SECURITY,
    SHOP,
    company,
    configuration,
    fresh,
    holds,
)

from rootwarden.app.context import VERSION
from rootwarden.emulator import account
from rootwarden.errors import LedgerUnwritable
from rootwarden.ledger.chain import Identity
from rootwarden.ledger.recorder import Recorder, RunContext
from rootwarden.ledger.sqlite import SqliteStore
from rootwarden.model.features import RootFeature
from rootwarden.model.ids import AccountId

if TYPE_CHECKING:
    from product_rig import Rig


def test_enable_writes_an_intent_before_and_an_outcome_after_each_step(rig: Rig, ledger: Path) -> None:
    rig.up(fresh())
    assert (
        rig.run(
            "enable", "--delegate", SECURITY, "--yes", "--reason", "first set-up", "--ticket", "OPS-7"
        ).code
        == 0
    )
    found = entries(rig)
    assert [one["kind"] for one in found] == ["intent", "outcome"] * 4
    assert [one["content"]["items"] for one in found[::2]] == [
        ["enable_trusted_access"],
        ["enable_root_credentials_management"],
        ["enable_root_sessions"],
        ["register_delegate"],
    ]
    content = found[0]["content"]
    assert content["reason"] == "first set-up"
    assert content["ticket"] == "OPS-7"
    assert content["caller_arn"] == "arn:aws:iam::111111111111:user/Administrator"
    assert content["tool_version"] == VERSION
    assert content["endpoint"] == rig.emulator.endpoint_url
    assert content["organization_id"] == rig.emulator.world.organization.id
    results = [one["content"]["result"][0] for one in found[1::2]]
    assert [one["outcome"] for one in results] == ["done"] * 4
    assert all(one["request_ids"] for one in results)
    assert stat.S_IMODE(ledger.stat().st_mode) == 0o600


def test_a_second_enable_with_nothing_to_do_writes_nothing(rig: Rig, ledger: Path) -> None:
    rig.up(company())
    assert rig.run("enable", "--delegate", SECURITY, "--yes").code == 0
    assert rig.run("ledger", "list", profile=None).code == 5
    assert not ledger.exists()


def test_an_audit_is_one_intent_with_its_accounts_and_one_group_of_outcomes(rig: Rig, ledger: Path) -> None:
    rig.up(company(EXPOSED))
    assert rig.run("audit", profile="emulator-security").code == 1
    intent, outcome = entries(rig)
    assert (intent["kind"], intent["content"]["operation"], intent["content"]["task"]) == (
        "intent",
        "audit",
        "audit",
    )
    assert intent["content"]["accounts"] == [SECURITY, SHOP]
    assert intent["content"]["reason"] == "audit"
    lines = {one["account"]: one for one in outcome["content"]["result"]}
    assert {key: one["outcome"] for key, one in lines.items()} == {SECURITY: "clean", SHOP: "exposed"}
    assert all(one["access_key_id"].startswith("ASIA") and one["session_expires"] for one in lines.values())
    assert not intent["open"]
    assert ledger.exists()


def test_a_removal_records_plan_items_sessions_and_verification(rig: Rig, ledger: Path) -> None:
    rig.up(company(EXPOSED))
    ran = plan_and_apply(rig, "--reason", "quarterly", "--ticket", "SEC-1")
    assert ran.code == 0
    assert holds(rig.root(SHOP)) == NOTHING
    intent, items, verified = entries(rig, "--operation", "remove apply")
    assert intent["content"]["plan_hash"] == ran.document["plan_hash"]
    assert intent["content"]["task"] == "delete, audit"
    assert len(intent["content"]["items"]) == 5
    assert {one["outcome"] for one in items["content"]["result"]} == {"removed"}
    assert {one["item"] for one in items["content"]["result"]} >= {"password:login-profile"}
    assert [one["outcome"] for one in verified["content"]["result"]] == ["verified_clean"]
    session_keys = {
        one["access_key_id"] for one in (*items["content"]["result"], *verified["content"]["result"])
    }
    assert len(session_keys) == 2
    assert ledger.exists()


def test_no_secret_or_token_is_in_the_ledger(rig: Rig, ledger: Path) -> None:
    rig.up(company(EXPOSED))
    plan_and_apply(rig)
    rig.run("audit", profile="emulator-security")
    written = b"".join(path.read_bytes() for path in ledger.parent.iterdir())
    known = rig.emulator.world.keyring._by_id.values()
    assert len(known) > 4
    for one in known:
        assert one.secret_access_key.encode() not in written
        assert one.token is None or one.token.encode() not in written
    # And CloudTrail names the program that did it.
    records = [json.loads(event.text) for event in rig.emulator.world.cloudtrail.history.all()]
    agents = {one["userAgent"] for one in records if one["eventName"] == "AssumeRoot"}
    assert [one.split()[0] for one in agents] == [f"rootwarden/{VERSION}"]


def test_a_plan_that_the_ledger_does_not_know_is_refused_unless_its_hash_is_stated(
    rig: Rig, ledger: Path
) -> None:
    rig.up(company(EXPOSED))
    plan = rig.folder / "plan.json"
    assert rig.run("remove", "plan", "--all", "--out", str(plan), profile="emulator-security").code == 0
    plan_hash = json.loads(plan.read_text())["plan_hash"]
    elsewhere = f"sqlite:///{ledger.parent / 'other.sqlite3'}"
    unknown = rig.run(
        "remove", "apply", str(plan), "--yes", "--ledger", elsewhere, profile="emulator-security"
    )
    assert unknown.code == 4
    assert "knows no plan" in unknown.err
    assert holds(rig.root(SHOP))["password"] == 1
    stated = rig.run(
        "remove",
        "apply",
        str(plan),
        "--yes",
        "--plan-hash",
        plan_hash,
        "--ledger",
        elsewhere,
        profile="emulator-security",
    )
    assert stated.code == 0
    assert holds(rig.root(SHOP)) == NOTHING


class TestWithoutALedgerNothingIsDone:
    """Each bad ledger: exit 5 (4 for another organization's), the reason, and AWS as it was."""

    def check(self, rig: Rig, code: int, *words: str, ledger: str | None = None) -> None:
        more = ["--ledger", ledger] if ledger else []
        calls = rig.calls()
        enabled = rig.run("enable", "--yes", *more)
        audited = rig.run("audit", *more)
        assert (enabled.code, audited.code) == (code, code), enabled.err + audited.err
        for ran in (enabled, audited):
            assert all(word in ran.err for word in words), ran.err
            assert "advice:" in ran.err
        assert rig.emulator.world.features == set()
        assert not rig.emulator.world.organization.trusts(IAM)
        assert "sts:AssumeRoot" not in {action for action, _ in calls}

    def test_not_a_database(self, rig: Rig, ledger: Path) -> None:
        rig.up(fresh())
        ledger.parent.mkdir()
        ledger.write_text("this is no ledger, and long enough to be looked at as a database file" * 20)
        self.check(rig, 5, "not a SQLite database")

    def test_half_a_file(self, rig: Rig, ledger: Path) -> None:
        rig.up(fresh())
        identity = Identity(rig.emulator.world.organization.id, rig.emulator.endpoint_url)
        store = SqliteStore(ledger, identity)
        recorder = Recorder(store, RunContext("arn:aws:iam::111111111111:user/a", None, "0"))
        for _ in range(20):
            recorder.note(operation="test", details={"text": "x" * 500})
        store.close()
        data = ledger.read_bytes()
        ledger.write_bytes(data[: len(data) // 2])
        self.check(rig, 5, "ledger")

    def test_another_database(self, rig: Rig, ledger: Path) -> None:
        rig.up(fresh())
        ledger.parent.mkdir()
        with sqlite3.connect(ledger) as connection:
            connection.execute("CREATE TABLE shopping (item TEXT)")
        connection.close()
        self.check(rig, 5, "not a ledger")

    def test_of_a_newer_version(self, rig: Rig, ledger: Path) -> None:
        rig.up(fresh())
        identity = Identity(rig.emulator.world.organization.id, rig.emulator.endpoint_url)
        store = SqliteStore(ledger, identity)
        Recorder(store, RunContext("arn:aws:iam::111111111111:user/a", None, "0")).note(
            operation="test", details={"a": 1}
        )
        store.close()
        with sqlite3.connect(ledger) as connection:
            connection.execute("PRAGMA user_version = 9")
        connection.close()
        self.check(rig, 5, "format 9")

    def test_of_another_organization(self, rig: Rig, ledger: Path) -> None:
        rig.up(fresh())
        store = SqliteStore(ledger, Identity("o-somebodyelse", rig.emulator.endpoint_url))
        Recorder(store, RunContext("arn:aws:iam::111111111111:user/a", None, "0")).note(
            operation="test", details={"a": 1}
        )
        store.close()
        self.check(rig, 4, "o-somebodyelse")

    def test_a_folder_that_cannot_be(self, rig: Rig) -> None:
        rig.up(fresh())
        (rig.folder / "file").write_text("")
        self.check(rig, 5, "cannot be", ledger=f"sqlite:///{rig.folder}/file/ledger.sqlite3")

    def test_a_place_that_is_none(self, rig: Rig) -> None:
        rig.up(fresh())
        ran = rig.run("enable", "--yes", "--ledger", "postgres://here")
        assert ran.code == 2
        assert "not a place for a ledger" in ran.err
        assert rig.emulator.world.features == set()

    def test_a_bucket_that_is_not_there(self, rig: Rig) -> None:
        rig.up(fresh())
        self.check(rig, 5, "no-such-bucket-here", ledger="s3://no-such-bucket-here/ledger")


def left_open(rig: Rig, ledger: Path, **begun: Any) -> None:
    """An intent of a run that crashed."""
    identity = Identity(rig.emulator.world.organization.id, rig.emulator.endpoint_url)
    store = SqliteStore(ledger, identity)
    Recorder(store, RunContext("arn:aws:iam::222222222222:user/crashed", None, "0")).begin(**begun)
    store.close()


class TestAfterACrash:
    """An intent without outcome is shown, and the next run that looks settles it."""

    def test_a_removal_is_settled_by_the_next_audit(self, rig: Rig, ledger: Path) -> None:
        rig.up(company(EXPOSED))
        left_open(
            rig,
            ledger,
            operation="remove apply",
            accounts=(AccountId(SHOP),),
            task="delete, audit",
            reason="x",
        )
        assert [one["missing_accounts"] for one in entries(rig, "--open")] == [[SHOP]]
        assert rig.run("audit", profile="emulator-security").code == 1
        assert entries(rig, "--open") == []
        settled = entries(rig, "--operation", "remove apply")[-1]
        assert settled["content"]["note"] == "settled by a later look"
        assert [one["outcome"] for one in settled["content"]["result"]] == ["exposed"]

    def test_what_cannot_be_seen_stays_open(self, rig: Rig, ledger: Path) -> None:
        rig.up(company(EXPOSED, faults=({"operation": "iam:GetAccountSummary", "account": SHOP},)))
        left_open(
            rig,
            ledger,
            operation="remove apply",
            accounts=(AccountId(SHOP),),
            task="delete, audit",
            reason="x",
        )
        assert rig.run("audit", profile="emulator-security").code == 6
        assert [one["missing_accounts"] for one in entries(rig, "--open")] == [[SHOP]]

    def test_an_audit_that_broke_off_is_settled_by_any_later_row(self, rig: Rig, ledger: Path) -> None:
        rig.up(company(EXPOSED, faults=({"operation": "iam:GetAccountSummary", "account": SHOP},)))
        left_open(rig, ledger, operation="audit", accounts=(AccountId(SHOP),), task="audit", reason="x")
        assert rig.run("audit", profile="emulator-security").code == 6
        assert entries(rig, "--open") == []

    @pytest.mark.parametrize(("there", "word"), [(True, "done"), (False, "failed")])
    def test_a_set_up_step_is_settled_by_what_aws_shows(
        self, rig: Rig, ledger: Path, there: bool, word: str
    ) -> None:
        features = BOTH if there else ("RootSessions",)
        rig.up(company(root_features=features))
        left_open(rig, ledger, operation="enable", items=("enable_root_credentials_management",), reason="x")
        assert rig.run("disable", "--only", "sessions", "--yes").code == 0
        settled = [one for one in entries(rig) if one["content"].get("note") == "settled by a later look"]
        assert [line["outcome"] for one in settled for line in one["content"]["result"]] == [word]
        assert entries(rig, "--open") == []
        assert RootFeature.ROOT_SESSIONS not in rig.emulator.world.features

    @pytest.mark.usefixtures("ledger")
    def test_a_lost_answer_that_a_look_settles_is_closed(self, rig: Rig) -> None:
        rig.up(company(EXPOSED))
        rig.lose_answers("iam:DeleteLoginProfile")
        ran = plan_and_apply(rig)
        assert holds(rig.root(SHOP))["password"] == 0
        assert ran.document["accounts"][0]["items"][0]["result"] == "removed"
        assert entries(rig, "--open") == []


def test_a_run_that_could_not_begin_leaves_nothing_open(rig: Rig, ledger: Path) -> None:
    rig.up(company(EXPOSED, root_features=()))
    assert rig.run("audit", profile="emulator-security").code == 3
    intent, outcome = entries(rig)
    assert {one["outcome"] for one in outcome["content"]["result"]} == {"not_done"}
    assert {one["reason"]["code"] for one in outcome["content"]["result"]} == {"AccessDenied"}
    assert not intent["open"]
    assert ledger.exists()


def test_an_audit_that_opens_no_session_writes_nothing(rig: Rig, ledger: Path) -> None:
    rig.up(company())
    assert rig.run("audit", "--account", MANAGEMENT, profile="emulator-security").code == 0
    assert not ledger.exists()


def test_nobody_is_asked_to_confirm_a_plan_that_cannot_be_applied(rig: Rig, ledger: Path) -> None:
    rig.up(company(EXPOSED))
    plan = str(rig.folder / "plan.json")
    assert rig.run("remove", "plan", "--all", "--out", plan, profile="emulator-security").code == 0
    rig.patch.setenv("ROOTWARDEN_LEDGER", f"sqlite:///{ledger.parent / 'other.sqlite3'}")
    ran = rig.on_terminal("remove", "apply", plan, answer="y\n", profile="emulator-security")
    assert ran.code == 4
    assert "knows no plan" in ran.err
    assert "[y/N]" not in ran.err
    assert holds(rig.root(SHOP))["password"] == 1


@pytest.mark.usefixtures("ledger")
def test_a_required_reason_is_required_for_a_plan_and_not_for_looking_at_one(rig: Rig) -> None:
    rig.up(company(EXPOSED))
    config = configuration(rig.folder, "[require]\nreason = true\n")
    calls = rig.calls()
    plan = ("remove", "plan", "--all", "--out", str(rig.folder / "plan.json"), "--config", config)
    assert rig.run(*plan, profile="emulator-security").code == 2
    assert "sts:AssumeRoot" not in {action for action, _ in calls}
    assert rig.run(*plan, "--reason", "quarterly", profile="emulator-security").code == 0
    assert rig.run("enable", "--plan", "--config", config).code == 0


def test_a_ledger_that_fails_in_the_middle_stops_the_run_and_keeps_what_is_known(
    rig: Rig, ledger: Path
) -> None:
    second = account(LEGACY, "Legacy", "/Worked/On/Later", root=EVERYTHING)
    rig.up(company(EXPOSED, second))
    plan = str(rig.folder / "plan.json")
    assert rig.run("remove", "plan", "--all", "--out", plan, profile="emulator-security").code == 0

    def full(*_: Any) -> NoReturn:
        raise LedgerUnwritable("the disk is full")

    rig.after("iam:DeactivateMFADevice", lambda: rig.patch.setattr(SqliteStore, "append_many", full))
    ran = rig.json("remove", "apply", plan, "--yes", "--concurrency", "1", profile="emulator-security")
    assert ran.code == 5
    assert "the disk is full" in ran.err
    row = ran.row(SHOP)
    assert {one["result"] for one in row["items"]} == {"removed"}
    assert row["verification"] == "not_verified"
    assert holds(rig.root(SHOP)) == NOTHING
    assert holds(rig.root(LEGACY)) != NOTHING
    assert ledger.exists()


def test_a_plan_of_some_kinds_is_complete_when_those_are_gone(rig: Rig, ledger: Path) -> None:
    rig.up(company(EXPOSED))
    plan = str(rig.folder / "plan.json")
    chosen = ("--only", "access-keys", "--out", plan)
    assert rig.run("remove", "plan", "--all", *chosen, profile="emulator-security").code == 0
    ran = rig.json("remove", "apply", plan, "--yes", profile="emulator-security")
    assert ran.code == 0
    assert ran.row(SHOP)["verification"] == "still_there"
    assert holds(rig.root(SHOP)) == {**holds(rig.root(SHOP)), "access_keys": 0, "password": 1}
    assert ledger.exists()
