"""What a plan keeps: items used lately, waived ones, accounts with an open exception; all of it again when it is applied."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from product_rig import LEGACY, NOTHING, SECURITY, SHOP, Ran, Rig, company, configuration, holds
from removal_rig import applied, fault, planned, results

from rootwarden.emulator import account
from rootwarden.emulator.root_user import KeyUse, RootAccessKey
from rootwarden.ledger.chain import Identity
from rootwarden.ledger.exception_notes import record_adopted
from rootwarden.ledger.recorder import Recorder, RunContext
from rootwarden.ledger.sqlite import SqliteStore
from rootwarden.ledger.waivers import record_waiver
from rootwarden.model.ids import AccountId
from rootwarden.model.recovery_exception import RecoveryException

KEY = f"AKIA01{LEGACY}00"
NOW = datetime.now(UTC)


def days_ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def used(rig: Rig, password: float | None, key: float | None, *, status: str = "Active") -> Rig:
    """One account with a password, a key and MFA, last used so many days ago; None is no use on record."""
    root: dict[str, Any] = {
        "password": {"last_used": None if password is None else days_ago(password)},
        "access_keys": (
            {
                "status": status,
                "last_used": None if key is None else {"when": days_ago(key), "service": "s3"},
            },
        ),
        "mfa_devices": ({},),
    }
    rig.up(company(account(LEGACY, "Legacy", root=root), account(SHOP, "Shop", root={"password": True})))
    return rig


def goes(ran: Ran) -> set[str]:
    return {i["kind"] for one in ran.document["plan"]["accounts"] for i in one["items"]}


def stays(ran: Ran) -> dict[str, str]:
    plan = ran.document["plan"]
    return {
        kept["item"]["kind"]: kept["reason"]["code"]
        for one in (*plan["accounts"], *plan["left_out"])
        for kept in one["kept"]
    }


ALL = {"password", "access-keys", "mfa-devices"}


class TestThePlan:
    @pytest.mark.parametrize(
        ("password", "key", "status", "options", "kept"),
        [
            (None, None, "Active", (), {}),
            (91, 91, "Active", (), {}),
            (89, 91, "Active", (), {"password": "used_recently", "mfa-devices": "password_without_mfa"}),
            (91, 89, "Active", (), {"access-keys": "used_recently"}),
            (91, 89, "Inactive", (), {"access-keys": "used_recently"}),
            (91, 89, "Active", ("--keep-used-within", "30"), {}),
            (91, 40, "Active", ("--keep-used-within", "41"), {"access-keys": "used_recently"}),
            (1, 1, "Active", ("--keep-used-within", "0"), {}),
            (91, 1, "Active", ("--override", KEY), {}),
            (1, 91, "Active", ("--override", f"{LEGACY}:password"), {}),
            (1, 1, "Active", ("--override", f"{KEY},{LEGACY}:password"), {}),
            (
                1,
                1,
                "Active",
                ("--override", f"{LEGACY}:access-keys:{KEY}", "--override", f"{LEGACY}:password"),
                {},
            ),
        ],
    )
    def test_keeps_what_was_used_lately(  # noqa: PLR0917 - one table of cases
        self,
        rig: Rig,
        password: float | None,
        key: float | None,
        status: str,
        options: tuple[str, ...],
        kept: dict[str, str],
    ) -> None:
        """MFA stays with the password it guards."""
        ran = planned(used(rig, password, key, status=status), *options)
        assert stays(ran) == kept
        assert goes(ran) == ALL - set(kept)
        assert ran.code == (6 if kept else 0)

    def test_says_what_it_keeps_and_that_the_data_lags(self, rig: Rig) -> None:
        used(rig, 1, 1)
        ran = rig.run("remove", "plan", "--all", "--out", "plan.json", profile=f"emulator-{SECURITY}")
        assert "used at " in ran.out
        assert "stays unless --override names it" in " ".join(ran.out.split())
        assert "last-use data lags" in " ".join(ran.out.split())
        assert ran.code == 6

    def test_the_configuration_says_how_long(self, rig: Rig) -> None:
        config = configuration(used(rig, 20, 20).folder, "[limits]\nkeep_used_within_days = 19\n")
        assert stays(planned(rig, "--config", config)) == {}

    @pytest.mark.parametrize("name", ["AKIANOTTHERE", "password", f"{SHOP}:access-keys", "login-profile"])
    def test_an_override_has_to_name_something(self, rig: Rig, name: str) -> None:
        """A password only with its account: every root user has one."""
        ran = planned(used(rig, 1, 1), "--override", name)
        assert (ran.code, name in ran.document["error"]["message"]) == (2, True)
        assert not (rig.folder / "plan.json").exists()

    def test_a_last_use_that_cannot_be_read_leaves_the_account_out(self, rig: Rig) -> None:
        used(rig, 91, 91).emulator.world.faults.append(fault("iam:GetAccessKeyLastUsed"))
        ran = planned(rig)
        assert goes(ran) == set()
        assert ran.code == 6


class TestWhenItIsApplied:
    def use_key(self, rig: Rig, when: datetime) -> None:
        keys = rig.root(LEGACY).access_keys
        keys[0] = RootAccessKey(keys[0].id, keys[0].status, keys[0].created, KeyUse(when, "s3", "eu-west-1"))

    def test_a_key_that_was_used_since_the_plan_stays(self, rig: Rig) -> None:
        planned(used(rig, 91, 91))
        self.use_key(rig, NOW)
        ran = applied(rig)
        assert results(ran)[f"access-keys {KEY}"] == "refused"
        assert "s3, eu-west-1" in str(ran.row(LEGACY)["items"][1]["reason"])
        assert holds(rig.root(LEGACY)) == {**NOTHING, "access_keys": 1}
        assert ran.code == 6

    def test_a_password_that_was_used_since_the_plan_stays_with_its_mfa(self, rig: Rig) -> None:
        planned(used(rig, 91, 91))
        rig.root(LEGACY).password_last_used = NOW
        ran = applied(rig)
        assert list(results(ran).values()) == ["refused", "removed", "refused"]
        assert holds(rig.root(LEGACY)) == {**NOTHING, "password": 1, "mfa_devices": 1}

    def test_one_that_was_named_goes_however_lately_it_was_used(self, rig: Rig) -> None:
        planned(used(rig, 91, 1), "--override", KEY)
        self.use_key(rig, NOW)
        assert applied(rig).code == 0
        assert holds(rig.root(LEGACY)) == NOTHING

    def test_without_the_rule_it_goes(self, rig: Rig) -> None:
        planned(used(rig, 91, 91), "--keep-used-within", "0")
        self.use_key(rig, NOW)
        calls = rig.calls()
        assert applied(rig).code == 0
        assert "iam:GetAccessKeyLastUsed" not in {action for action, _ in calls}

    @pytest.mark.parametrize(("status", "results_of_key"), [("Active", "refused"), ("Inactive", "removed")])
    def test_a_last_use_that_cannot_be_read_counts_as_used_where_the_key_can_sign(
        self, rig: Rig, status: str, results_of_key: str
    ) -> None:
        planned(used(rig, 91, 91, status=status))
        rig.emulator.world.faults.append(fault("iam:GetAccessKeyLastUsed"))
        assert results(applied(rig))[f"access-keys {KEY}"] == results_of_key


@pytest.fixture
def recorder(rig: Rig, ledger: Path) -> Recorder:
    """Writes into the test's ledger beside the program."""
    used(rig, 91, 91)
    world = rig.emulator.world
    store = SqliteStore(ledger, Identity(world.organization.id, rig.emulator.endpoint_url))
    return Recorder(store, RunContext("arn:aws:iam::222222222222:user/somebody", None, "1"))


def waive(recorder: Recorder, *items: str, until: datetime) -> None:
    record_waiver(
        recorder,
        waiver_id="w-1",
        account=AccountId(LEGACY),
        items=items,
        owner="finance",
        until=until,
        reason="the nightly job",
        ticket=None,
    )


def open_exception(recorder: Recorder, *, until: datetime) -> None:
    record_adopted(
        recorder,
        RecoveryException(
            "e-1",
            AccountId(LEGACY),
            "close-account",
            "finance",
            "to close it",
            None,
            NOW,
            until,
            adopted=True,
        ),
    )


class TestWhatIsProtected:
    @pytest.mark.parametrize("item", ["access-keys", f"access-keys:{KEY}"])
    def test_a_waived_item_is_left_out_and_listed(self, rig: Rig, recorder: Recorder, item: str) -> None:
        waive(recorder, item, until=NOW + timedelta(days=9))
        ran = planned(rig)
        assert stays(ran) == {"access-keys": "waived"}
        assert goes(ran) == {"password", "mfa-devices"}
        assert "finance" in str(ran.document["plan"]["accounts"][0]["kept"])
        assert ran.code == 0
        assert applied(rig).code == 0
        assert holds(rig.root(LEGACY)) == {**NOTHING, "access_keys": 1}

    def test_a_waived_password_keeps_its_mfa(self, rig: Rig, recorder: Recorder) -> None:
        waive(recorder, "password", until=NOW + timedelta(days=9))
        assert stays(planned(rig)) == {"password": "waived", "mfa-devices": "password_without_mfa"}

    def test_a_waiver_that_ran_out_keeps_nothing(self, rig: Rig, recorder: Recorder) -> None:
        waive(recorder, "password", until=NOW - timedelta(seconds=1))
        assert stays(planned(rig)) == {}

    def test_an_account_with_an_open_exception_is_left_out_and_listed(
        self, rig: Rig, recorder: Recorder
    ) -> None:
        open_exception(recorder, until=NOW + timedelta(hours=2))
        ran = planned(rig)
        (left_out,) = ran.document["plan"]["left_out"]
        assert (left_out["account"], left_out["reason"]["code"]) == (LEGACY, "open_exception")
        assert set(stays(ran)) == ALL
        assert (goes(ran), ran.code) == (set(), 0)

    def test_an_exception_whose_time_is_over_keeps_nothing(self, rig: Rig, recorder: Recorder) -> None:
        open_exception(recorder, until=NOW - timedelta(seconds=1))
        assert goes(planned(rig)) == ALL

    def test_a_waiver_since_the_plan_keeps_its_item(self, rig: Rig, recorder: Recorder) -> None:
        planned(rig)
        waive(recorder, "access-keys", until=NOW + timedelta(days=9))
        ran = applied(rig)
        assert results(ran)[f"access-keys {KEY}"] == "refused"
        assert ran.row(LEGACY)["items"][1]["reason"]["code"] == "waived"
        assert holds(rig.root(LEGACY)) == {**NOTHING, "access_keys": 1}

    def test_an_exception_since_the_plan_keeps_the_account(self, rig: Rig, recorder: Recorder) -> None:
        planned(rig)
        before = holds(rig.root(LEGACY))
        open_exception(recorder, until=NOW + timedelta(hours=2))
        ran = applied(rig)
        assert set(results(ran).values()) == {"refused"}
        assert ran.row(LEGACY)["reason"]["code"] == "open_exception"
        assert (ran.code, holds(rig.root(LEGACY))) == (6, before)
