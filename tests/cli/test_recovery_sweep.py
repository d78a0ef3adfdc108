"""``recovery sweep`` and ``adopt``: what is past its end is closed, strays are told, and accounts that join are handled."""

from __future__ import annotations

import dataclasses
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from product_rig import EVERYTHING, LEGACY, NOTHING, SHOP, Ran, Rig, configuration, holds
from recovery_rig import (
    DELEGATE,
    TASK,
    closed,
    exceptions,
    later,
    ledger_entries,
    now,
    opened,
    operations,
    recovery_company,
    signs_in,
)

from rootwarden.emulator import account
from rootwarden.emulator.org_file import RootUserSpec
from rootwarden.ledger.query import open_intents
from rootwarden.model.recovery_exception import ExceptionState

JOINED = "676767676767"
SHOPS = (account(SHOP, "Shop", "/Shops"), account(LEGACY, "Legacy"))


def swept(rig: Rig, *options: str) -> Ran:
    return rig.json("recovery", "sweep", "--yes", *options, profile=DELEGATE)


def words(ran: Ran) -> dict[str, str]:
    """How each account came out."""
    return {row["id"]: row["outcome"] for row in ran.document["accounts"]}


@pytest.fixture
def shops(rig: Rig, ledger: Path) -> Rig:
    recovery_company(rig, *SHOPS)
    return rig


def test_nothing_to_do(shops: Rig) -> None:
    """Every account has its line; the second sweep knows of the first."""
    ran = swept(shops)
    assert ran.code == 0
    assert words(ran) == {
        SHOP: "clean",
        LEGACY: "clean",
        "222222222222": "clean",
        "111111111111": "skipped",
    }
    assert ran.document["last_sweep"] is None
    again = swept(shops)
    assert again.document["last_sweep"]["summary"] == {"clean": 3, "skipped": 1}


def test_what_is_past_its_end_is_closed(shops: Rig, ledger: Path) -> None:
    one = opened(shops, lasts="2h").document["exception"]["id"]
    signs_in(shops)
    shops.emulator.control.create_root_access_key(SHOP)
    early = swept(shops)
    assert (early.code, words(early)[SHOP]) == (0, "open")
    later(shops, hours=3)
    plan = shops.json("recovery", "sweep", "--plan", profile=DELEGATE)
    assert (plan.code, words(plan)[SHOP]) == (0, "to_close")
    assert holds(shops.root(SHOP)) == {**NOTHING, "password": 1, "access_keys": 1}
    unconfirmed = shops.run("recovery", "sweep", profile=DELEGATE)
    assert unconfirmed.code == 4
    ran = swept(shops)
    assert (ran.code, words(ran)[SHOP]) == (0, "closed")
    assert holds(shops.root(SHOP)) == NOTHING
    (known,) = exceptions(shops, ledger)
    assert (known.id, known.how, known.state) == (one, "swept", ExceptionState.CLOSED)
    assert open_intents(ledger_entries(shops, ledger)) == ()
    assert words(swept(shops))[SHOP] == "clean"


def test_a_stray_is_told_and_adopted(shops: Rig, ledger: Path) -> None:
    """Somebody allowed recovery without an exception: it is never removed by itself, and can be made an exception."""
    shops.emulator.control.create_root_access_key(LEGACY)
    ran = swept(shops)
    assert (ran.code, words(ran)[LEGACY]) == (1, "stray")
    (row,) = [one for one in ran.document["accounts"] if one["id"] == LEGACY]
    assert row["items"][0].startswith("access-keys:AKIA")
    assert holds(shops.root(LEGACY)) == {**NOTHING, "access_keys": 1}
    line = (
        "recovery",
        "adopt",
        LEGACY,
        "--task",
        "root-access-key",
        "--for",
        "4h",
        "--owner",
        "Ops",
        "--yes",
    )
    adopted = shops.json(*line, profile=DELEGATE)
    assert (adopted.code, adopted.document["exception"]["adopted"]) == (0, True)
    again = swept(shops)
    assert (again.code, words(again)[LEGACY]) == (0, "open")
    later(shops, hours=5)
    over = swept(shops)
    assert (over.code, words(over)[LEGACY]) == (0, "closed")
    assert holds(shops.root(LEGACY)) == NOTHING
    (known,) = exceptions(shops, ledger)
    assert (known.how, known.owner) == ("swept", "Ops")


class TestAdopting:
    def test_nothing_is_there(self, shops: Rig) -> None:
        ran = shops.run("recovery", "adopt", SHOP, "--task", TASK, "--for", "1h", "--yes", profile=DELEGATE)
        assert ran.code == 2
        assert "there is nothing to adopt" in ran.err

    def test_an_exception_is_open(self, shops: Rig) -> None:
        opened(shops)
        ran = shops.run("recovery", "adopt", SHOP, "--task", TASK, "--for", "1h", "--yes", profile=DELEGATE)
        assert ran.code == 4
        assert "is open, until" in ran.err

    def test_what_was_used_lately_stays_at_the_close(self, shops: Rig, ledger: Path) -> None:
        """It was there before the exception, so the rule holds for it; naming it lets it go."""
        key = shops.emulator.control.create_root_access_key(LEGACY).access_key_id
        line = ("recovery", "adopt", LEGACY, "--task", "root-access-key", "--for", "4h", "--yes")
        assert shops.json(*line, profile=DELEGATE).code == 0
        from rootwarden.emulator.root_user import KeyUse  # noqa: PLC0415 - needed here alone

        keys = shops.root(LEGACY).access_keys
        keys[0] = dataclasses.replace(keys[0], last_used=KeyUse(now(shops), "s3", "us-east-1"))
        later(shops, hours=5)
        ran = swept(shops)
        assert (ran.code, words(ran)[LEGACY]) == (6, "not_closed")
        assert exceptions(shops, ledger)[0].state is ExceptionState.CLOSING
        assert closed(shops, LEGACY, "--override", key).code == 0
        assert holds(shops.root(LEGACY)) == NOTHING


def test_a_lost_ledger_does_not_lead_to_silence(shops: Rig, ledger: Path) -> None:
    """What AWS shows wins: the open password is a stray, and the exception can be made anew."""
    opened(shops)
    ledger.rename(ledger.with_name("lost.sqlite3"))
    ran = swept(shops)
    assert (ran.code, words(ran)[SHOP]) == (1, "stray")
    assert holds(shops.root(SHOP)) == {**NOTHING, "password": 1}
    line = ("recovery", "adopt", SHOP, "--task", TASK, "--for", "1h", "--yes")
    assert shops.json(*line, profile=DELEGATE).code == 0
    assert words(swept(shops))[SHOP] == "open"


def test_an_older_ledger(shops: Rig, ledger: Path) -> None:
    """It says that the exception is open, and AWS shows that nothing is there: that is told, and nothing fails."""
    opened(shops)
    shutil.copytree(ledger.parent, shops.folder / "kept")
    closed(shops)
    shutil.rmtree(ledger.parent)
    shutil.copytree(shops.folder / "kept", ledger.parent)
    listed = shops.json("recovery", "list", profile=DELEGATE)
    assert (
        listed.document["exceptions"][0]["conflict"]
        == "the ledger says that it is open, and the root user holds nothing"
    )
    later(shops, hours=5)
    ran = swept(shops)
    assert (ran.code, words(ran)[SHOP]) == (0, "closed")


class TestJoining:
    def invited(self, rig: Rig, root: RootUserSpec) -> None:
        rig.emulator.control.invite_account(JOINED, name="Acquired", root=root)

    def removing(self, rig: Rig) -> tuple[str, str]:
        return ("--config", configuration(rig.folder, "[recovery]\nremove_on_join = true\n"))

    def test_without_the_configuration_it_is_told_alone(self, shops: Rig) -> None:
        swept(shops)
        later(shops, hours=1)
        self.invited(shops, RootUserSpec(**EVERYTHING))
        ran = swept(shops)
        (row,) = [one for one in ran.document["accounts"] if one["id"] == JOINED]
        assert (ran.code, row["outcome"], row["joined"]) == (1, "stray", True)
        assert holds(shops.root(JOINED))["password"] == 1

    def test_an_invited_account_is_cleaned(self, shops: Rig, ledger: Path) -> None:
        options = self.removing(shops)
        swept(shops, *options)
        later(shops, hours=1)
        self.invited(shops, RootUserSpec(**EVERYTHING))
        plan = shops.json("recovery", "sweep", "--plan", *options, profile=DELEGATE)
        assert words(plan)[JOINED] == "to_remove"
        ran = swept(shops, *options)
        assert (ran.code, words(ran)[JOINED]) == (0, "removed")
        assert holds(shops.root(JOINED)) == NOTHING
        assert words(swept(shops, *options))[JOINED] == "clean"
        assert ("note", "remove plan made") in operations(shops, ledger)

    def test_a_created_account_holds_nothing(self, shops: Rig) -> None:
        options = self.removing(shops)
        swept(shops, *options)
        made = shops.emulator.control.create_account("Fresh")
        ran = swept(shops, *options)
        assert (ran.code, words(ran)[made.id]) == (0, "joined")

    def test_what_was_used_lately_stays(self, shops: Rig) -> None:
        options = self.removing(shops)
        swept(shops, *options)
        used = {"last_used": {"when": now(shops)}}
        self.invited(shops, RootUserSpec(**{**EVERYTHING, "access_keys": (used,)}))
        ran = swept(shops, *options)
        assert (ran.code, words(ran)[JOINED]) == (1, "stray")
        assert holds(shops.root(JOINED)) == {**NOTHING, "access_keys": 1}

    def test_the_first_sweep_removes_nothing(self, shops: Rig) -> None:
        """Nobody knows what joined when: everything is old, and only told."""
        self.invited(shops, RootUserSpec(**EVERYTHING))
        ran = swept(shops, *self.removing(shops))
        assert (ran.code, words(ran)[JOINED]) == (1, "stray")
        assert holds(shops.root(JOINED))["password"] == 1

    def test_more_than_a_run_may_change(self, shops: Rig) -> None:
        text = "[recovery]\nremove_on_join = true\n[limits]\nmax_accounts = 1\n"
        options = ("--config", configuration(shops.folder, text))
        swept(shops, *options)
        self.invited(shops, RootUserSpec(**EVERYTHING))
        shops.emulator.control.invite_account("686868686868", name="Second", root=RootUserSpec(**EVERYTHING))
        ran = swept(shops, *options)
        assert ran.code == 6
        assert [words(ran)[one] for one in (JOINED, "686868686868")] == ["not_removed"] * 2
        assert holds(shops.root(JOINED))["password"] == 1
        wider = ("--config", configuration(shops.folder, "[recovery]\nremove_on_join = true\n"))
        ran = swept(shops, *wider)
        assert ran.code == 0
        assert [words(ran)[one] for one in (JOINED, "686868686868")] == ["removed"] * 2

    def test_a_waiver_keeps_what_it_names(self, shops: Rig) -> None:
        options = self.removing(shops)
        swept(shops, *options)
        self.invited(shops, RootUserSpec(**EVERYTHING))
        day = now(shops).date().replace(year=now(shops).year + 1).isoformat()
        line = ("waiver", "add", JOINED, "--item", "access-keys", "--owner", "Billing", "--until", day)
        assert (
            shops.run(
                *line,
                "--config",
                configuration(shops.folder, "[limits]\nwaiver_days = 999\n"),
                profile=DELEGATE,
            ).code
            == 0
        )
        ran = swept(shops, *self.removing(shops))
        assert (ran.code, words(ran)[JOINED]) == (0, "excepted")
        assert holds(shops.root(JOINED)) == {**NOTHING, "access_keys": 2}


def test_an_opening_that_a_crash_left(shops: Rig, ledger: Path) -> None:
    """The answer was lost: AWS is looked at, and the exception is open, or over."""
    shops.lose_answers("iam:CreateLoginProfile")
    assert opened(shops).document["exception"]["state"] == "opening"
    ran = swept(shops)
    assert (ran.code, words(ran)[SHOP]) == (0, "settled")
    assert exceptions(shops, ledger)[0].state is ExceptionState.OPEN
    assert open_intents(ledger_entries(shops, ledger)) == ()


def test_one_that_was_never_opened(shops: Rig, ledger: Path) -> None:
    shops.lose_answers("iam:CreateLoginProfile")
    opened(shops)
    shops.root(SHOP).login_profile = None
    ran = swept(shops)
    assert (ran.code, words(ran)[SHOP]) == (0, "settled")
    assert exceptions(shops, ledger)[0].how == "not_opened"


def test_an_account_that_was_suspended(shops: Rig, ledger: Path) -> None:
    opened(shops, lasts="1h")
    later(shops, hours=2)
    shops.emulator.control.suspend_account(SHOP)
    ran = swept(shops)
    assert (ran.code, words(ran)[SHOP]) == (6, "not_closed")
    shops.emulator.control.reinstate_account(SHOP)
    assert (swept(shops).code, holds(shops.root(SHOP))) == (0, NOTHING)
    assert exceptions(shops, ledger)[0].how == "swept"


class TestStatus:
    def test_it_shows_the_last_sweep(self, shops: Rig) -> None:
        assert shops.json("status").document["last_sweep"] is None
        swept(shops)
        shown = shops.json("status")
        assert shown.code == 0
        assert shown.document["last_sweep"]["summary"] == {"clean": 3, "skipped": 1}

    def test_a_sweep_that_is_overdue_is_a_blocker(self, shops: Rig) -> None:
        """Where the configuration says how often; one that was refused or broken off did not run."""
        options = ("--config", configuration(shops.folder, "[recovery]\nsweep_within_hours = 2\n"))
        first = shops.json("status", *options)
        assert (first.code, [one["code"] for one in first.document["blockers"]]) == (1, ["sweep_overdue"])
        swept(shops, *options)
        assert shops.json("status", *options).code == 0
        later(shops, hours=3)
        again = shops.json("status", *options)
        assert again.code == 1
        assert "no 'recovery sweep' ran within the last 2 hours" in again.document["blockers"][0]["text"]
        assert "rootwarden recovery sweep" in " ".join(again.document["next_steps"])


def test_two_sweeps_at_once(shops: Rig, ledger: Path) -> None:
    """Processes of their own: one sweeps, the other is told so; nothing is removed twice, and both leave one truth."""
    real = shops.emulator.world.clock
    real.run()
    opened(shops, lasts="1s")
    threading.Event().wait(1.1)
    line = ("recovery", "sweep", "--yes", "-o", "json")
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda _: shops.child(*line, profile=DELEGATE), range(2))
    assert sorted((first.code, second.code)) in ([0, 0], [0, 4]), (first.err, second.err)
    assert holds(shops.root(SHOP)) == NOTHING
    (known,) = exceptions(shops, ledger)
    assert (known.state, known.how) == (ExceptionState.CLOSED, "swept")
    assert operations(shops, ledger).count(("note", "exception closed")) == 1
