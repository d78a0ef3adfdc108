"""``remove plan`` lists exactly what goes; a plan that was edited, or is somebody else's, is not applied."""

from __future__ import annotations

import json
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from product_rig import (
    LEGACY,
    MANAGEMENT,
    SHOP,
    Rig,
    company,
    configuration,
    holds,
)
from removal_rig import DELEGATE, applied, legacy_and_shop, planned

from rootwarden.emulator import account
from rootwarden.emulator.builders import DENY_ROOT
from rootwarden.model.canonical import sha256_hex


@pytest.fixture
def legacy(rig: Rig) -> Rig:
    """One account with two keys, a certificate, a password and MFA, and a neighbour that has the same."""
    return legacy_and_shop(rig)


class TestThePlan:
    def test_lists_every_item_and_changes_nothing(self, legacy: Rig) -> None:
        before = holds(legacy.root(LEGACY))
        ran = planned(legacy)
        (one,) = ran.document["plan"]["accounts"]
        assert [item["kind"] for item in one["items"]] == [
            "password", "access-keys", "access-keys", "signing-certificates", "mfa-devices",
        ]  # fmt: skip
        assert ran.code == 0
        assert holds(legacy.root(LEGACY)) == before
        assert one["stays_behind"] == [
            f"the object of virtual MFA device arn:aws:iam::{LEGACY}:mfa/root-account-mfa-device"
        ]

    def test_is_a_private_file_bound_to_its_hash(self, legacy: Rig) -> None:
        ran = planned(legacy)
        path = legacy.folder / "plan.json"
        saved = json.loads(path.read_text())
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert saved["plan_hash"] == ran.document["plan_hash"] == sha256_hex(saved["plan"])
        assert saved["plan"]["organization_id"] == "o-emulated01"
        assert saved["plan"]["endpoint"] == legacy.emulator.endpoint_url

    def test_needs_a_selection(self, legacy: Rig) -> None:
        ran = legacy.json("remove", "plan", "--out", "plan.json", profile=DELEGATE)
        assert (ran.code, "means none" in ran.err) == (2, True)
        assert not (legacy.folder / "plan.json").exists()

    @pytest.mark.parametrize(
        ("only", "kinds"),
        [
            ("password", ["password"]),
            ("access-keys", ["access-keys", "access-keys"]),
            ("signing-certificates", ["signing-certificates"]),
            ("access-keys,signing-certificates", ["access-keys", "access-keys", "signing-certificates"]),
            ("mfa-devices", []),  # it would leave the password bare
            ("mfa-devices,access-keys", ["access-keys", "access-keys"]),
            ("mfa-devices,password", ["password", "mfa-devices"]),
        ],
    )
    def test_only_some_kinds(self, legacy: Rig, only: str, kinds: list[str]) -> None:
        ran = planned(legacy, "--only", only)
        assert [i["kind"] for one in ran.document["plan"]["accounts"] for i in one["items"]] == kinds
        if not kinds:
            assert ran.document["plan"]["left_out"][0]["reason"]["code"] == "password_without_mfa"

    @pytest.mark.parametrize("only", ["passwords", "", "mfa", "password;access-keys"])
    def test_unknown_kinds(self, legacy: Rig, only: str) -> None:
        ran = planned(legacy, "--only", only)
        assert ran.code == 2
        assert "signing-certificates" in ran.document["error"]["advice"]

    def test_leaves_out_what_it_must_with_reasons(self, rig: Rig) -> None:
        rig.up(
            company(
                account(SHOP, "Blocked", scps=("Old",), root={"password": True}),
                account("666666666666", "Asleep", state="SUSPENDED", root={"password": True}),
                account("777777777777", "Excluded", root={"password": True}),
                account(LEGACY, "Legacy", root={"password": True}),
                scps={"Old": DENY_ROOT},
            )
        )
        path = configuration(rig.folder, '[scope]\nexclude_accounts = ["777777777777"]\n')
        ran = rig.json("remove", "plan", "--all", "--out", "plan.json", "--config", path, profile=DELEGATE)
        assert [one["account"] for one in ran.document["plan"]["accounts"]] == [LEGACY]
        assert {one["account"]: one["outcome"] for one in ran.document["plan"]["left_out"]} == {
            MANAGEMENT: "skipped",
            SHOP: "unreachable",
            "666666666666": "skipped",
            "777777777777": "skipped",
        }
        assert ran.code == 6  # one account could not be read

    @pytest.mark.parametrize("name", ["/dev/null", ".", "no/such/folder/plan.json"])
    def test_goes_to_an_ordinary_file_only(self, legacy: Rig, name: str) -> None:
        ran = legacy.json("remove", "plan", "--account", LEGACY, "--out", name, profile=DELEGATE)
        assert ran.code == 2
        assert Path("/dev/null").is_char_device()

    def test_from_a_selection_that_stands_before_the_command(self, legacy: Rig) -> None:
        """``remove --account A plan --all`` must not forget that only A was meant."""
        ran = legacy.json(
            "remove", "--account", LEGACY, "plan", "--all", "--out", "plan.json", profile=DELEGATE
        )
        assert ran.code == 2
        assert "after" in ran.document["error"]["advice"]


class TestWhichPlan:
    def edited(self, rig: Rig, change: Any, *, honest: bool = False) -> None:
        path = rig.folder / "plan.json"
        document = json.loads(path.read_text())
        change(document)
        if honest:
            document["plan_hash"] = sha256_hex(document["plan"])
        path.write_text(json.dumps(document))

    def refused(self, rig: Rig, *options: str, code: int = 4) -> str:
        before = holds(rig.root(LEGACY))
        ran = applied(rig, *options)
        assert ran.code == code, ran.err
        assert holds(rig.root(LEGACY)) == before
        return str(ran.document["error"]["message"])

    @pytest.mark.parametrize(
        "change",
        [
            lambda d: d["plan"]["accounts"].clear(),
            lambda d: d["plan"]["accounts"][0].update(account=SHOP),
            lambda d: d["plan"]["accounts"][0]["items"].pop(),
            lambda d: d["plan"]["accounts"][0]["items"].reverse(),
            lambda d: d["plan"].update(made="2031-01-01T00:00:00Z"),
            lambda d: d["plan"].update(weight=1.5),
            lambda d: d["plan"].update(half="\ud800"),
            lambda d: d.update(plan_hash="0" * 64),
        ],
    )
    def test_an_edited_one(self, legacy: Rig, change: Any) -> None:
        planned(legacy)
        self.edited(legacy, change)
        assert "changed after it was written" in self.refused(legacy)

    def test_one_that_the_ledger_does_not_know(self, legacy: Rig) -> None:
        """Somebody who edits the plan can write its hash anew; the ledger knows that it never made it."""
        planned(legacy)
        self.edited(legacy, lambda d: d["plan"]["accounts"][0]["items"].pop(), honest=True)
        assert "knows no plan" in self.refused(legacy)

    def test_one_with_another_hash_than_stated(self, legacy: Rig) -> None:
        ran = planned(legacy)
        assert "not the stated" in self.refused(legacy, "--plan-hash", "f" * 64)
        assert applied(legacy, "--plan-hash", ran.document["plan_hash"]).code == 0

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "not json",
            "[]",
            "{}",
            '{"schema": "rootwarden/audit/1"}',
            "[" * 100_000,
            "\x00\x01",
            '{"schema": 7}',
        ],
    )
    def test_what_is_no_plan_at_all(self, legacy: Rig, text: str) -> None:
        (legacy.folder / "plan.json").write_text(text)
        assert "plan.json" in self.refused(legacy, code=2)

    @pytest.mark.parametrize(
        "change",
        [
            lambda d: d["plan"]["accounts"][0]["items"][0].update(kind="mailbox"),
            lambda d: d["plan"]["accounts"][0].pop("account"),
            lambda d: d["plan"].update(more="than a plan"),
        ],
    )
    def test_a_plan_of_no_form_of_ours(self, legacy: Rig, change: Any) -> None:
        planned(legacy)
        self.edited(legacy, change, honest=True)
        self.refused(legacy, code=2)

    def test_one_of_another_endpoint(self, legacy: Rig) -> None:
        planned(legacy)
        self.edited(legacy, lambda d: d["plan"].update(endpoint="aws"), honest=True)
        assert "at aws" in self.refused(legacy)

    def test_one_of_another_organization(self, legacy: Rig) -> None:
        planned(legacy)
        self.edited(legacy, lambda d: d["plan"].update(organization_id="o-somebodyelse"), honest=True)
        assert "o-somebodyelse" in self.refused(legacy)

    def test_one_that_is_too_old(self, legacy: Rig) -> None:
        planned(legacy)
        made = (datetime.now(UTC) - timedelta(hours=30)).isoformat().replace("+00:00", "Z")
        self.edited(legacy, lambda d: d["plan"].update(made=made), honest=True)
        assert "more than 24 hours ago" in self.refused(legacy)

    def test_one_with_too_many_accounts(self, legacy: Rig) -> None:
        planned(legacy, accounts=f"{LEGACY},{SHOP}")
        path = configuration(legacy.folder, "[limits]\nmax_accounts = 1\n")
        assert "the limit is 1" in self.refused(legacy, "--config", path)

    def test_the_management_account_is_never_touched(self, legacy: Rig) -> None:
        """Not even by a plan that names it, with its hash stated."""
        ran = planned(legacy)
        self.edited(legacy, lambda d: d["plan"]["accounts"][0].update(account=MANAGEMENT), honest=True)
        saved = json.loads((legacy.folder / "plan.json").read_text())
        calls = legacy.calls()
        ran = applied(legacy, "--plan-hash", saved["plan_hash"])
        assert (ran.code, ran.row(MANAGEMENT)["reason"]["code"]) == (6, "management_account")
        assert "sts:AssumeRoot" not in {action for action, _ in calls}

    def test_a_file_that_is_not_there(self, legacy: Rig) -> None:
        assert "No such file" in self.refused(legacy, code=2)
