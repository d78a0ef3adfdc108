"""``recovery open``, ``list`` and ``close``: from the first check to the last look, as AWS, the ledger and the user see it."""

from __future__ import annotations

import dataclasses
import re
from datetime import timedelta
from pathlib import Path

import pytest
from product_rig import EVERYTHING, LEGACY, NOTHING, SECURITY, SHOP, Rig, caller, configuration, holds
from recovery_rig import (
    DELEGATE,
    SUSPENDED,
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
from removal_rig import fault

from rootwarden.emulator import account
from rootwarden.emulator.root_user import KeyUse
from rootwarden.ledger.query import open_intents
from rootwarden.model.recovery_exception import ExceptionState


def test_from_the_mail_to_the_close(rig: Rig, ledger: Path) -> None:
    """A person signs in and works; what was made inside goes, however lately it was used."""
    recovery_company(rig)
    ran = opened(rig, "--reason", "locked out", "--ticket", "SEC-1", "--owner", "Shop team")
    assert ran.code == 0
    one = ran.document["exception"]
    assert (one["state"], one["owner"], one["reason"], one["ticket"]) == (
        "open",
        "Shop team",
        "locked out",
        "SEC-1",
    )
    assert ran.document["mailbox"] == "aws+shop@example.com"
    assert [step["command"] for step in ran.document["steps"]][-1].startswith("rootwarden recovery close")
    assert holds(rig.root(SHOP)) == {**NOTHING, "password": 1}

    later(rig, minutes=30)
    signs_in(rig)
    rig.emulator.control.create_root_access_key(SHOP)
    rig.emulator.control.add_mfa_device(SHOP)
    listed = rig.json("recovery", "list", profile=DELEGATE)
    assert [one["account_name"] for one in listed.document["exceptions"]] == ["Shop"]
    assert f"{SHOP} Shop" in rig.run("recovery", "list", "-o", "csv", profile=DELEGATE).out
    (row,) = listed.document["exceptions"]
    assert (listed.code, row["state"], row["holds"]["password"], len(row["holds"]["access_keys"])) == (
        0,
        "open",
        True,
        1,
    )
    assert rig.json("audit", "--account", SHOP, profile=DELEGATE).row(SHOP)["outcome"] == "excepted"

    later(rig, minutes=60)
    done = closed(rig, one["id"], "--reason", "task done")
    assert (done.code, done.document["outcome"], done.document["open_seconds"]) == (0, "closed", 90 * 60)
    assert {item["result"] for item in done.document["items"]} == {"removed"}
    assert [item["kind"] for item in done.document["items"]] == ["password", "access-keys", "mfa-devices"]
    assert holds(rig.root(SHOP)) == NOTHING
    (known,) = exceptions(rig, ledger)
    assert (known.state, known.how, known.remaining) == (ExceptionState.CLOSED, "closed", ())
    assert not rig.emulator.control.sign_in(SHOP, "correct horse battery").succeeded


def test_every_call_has_its_intent_before_and_its_outcome_after(rig: Rig, ledger: Path) -> None:
    recovery_company(rig)
    opened(rig)
    closed(rig)
    assert operations(rig, ledger) == [
        ("intent", "recovery open"),  # the look
        ("outcome", "recovery open"),
        ("note", "exception opening"),
        ("intent", "recovery open"),  # the login profile
        ("outcome", "recovery open"),
        ("note", "exception opened"),
        ("intent", "recovery close"),  # the look
        ("outcome", "recovery close"),
        ("note", "exception closing"),
        ("note", "remove plan made"),
        ("intent", "recovery close"),  # the removal
        ("outcome", "recovery close"),
        ("outcome", "recovery close"),  # and the look afterwards
        ("note", "exception closed"),
    ]


def test_what_is_said_before_and_after(rig: Rig, ledger: Path) -> None:
    recovery_company(rig)
    ran = rig.run("recovery", "open", SHOP, "--task", TASK, "--for", "90m", "--yes", profile=DELEGATE)
    assert ran.code == 0
    said = " ".join(ran.err.split())
    assert "An exception for 333333333333 Shop: its root user may sign in for restore-iam-permissions" in said
    assert "for 1 h 30 min, until about" in said
    out = " ".join(ran.out.split())
    assert re.search(r"Exception e-[a-z0-9]{8} is open: the root user of 333333333333 Shop", out)
    assert "Root mailbox: aws+shop@example.com" in out
    assert "start-primary-email-update" in out
    done = rig.run("recovery", "close", SHOP, "--yes", profile=DELEGATE)
    assert "A console session may outlive its password" in " ".join(done.out.split())
    again = closed(rig)
    assert (again.code, again.document["outcome"]) == (0, "already_closed")


def test_the_plan_changes_nothing(rig: Rig, ledger: Path) -> None:
    recovery_company(rig)
    ran = rig.json("recovery", "open", SHOP, "--task", TASK, "--for", "4h", "--plan", profile=DELEGATE)
    assert (ran.code, ran.document["outcome"]) == (0, "planned")
    assert holds(rig.root(SHOP)) == NOTHING
    assert exceptions(rig, ledger) == ()
    refused = rig.run("recovery", "open", SHOP, "--task", TASK, "--for", "4h", profile=DELEGATE)
    assert refused.code == 4
    assert "no terminal to ask at" in refused.err
    assert exceptions(rig, ledger) == ()


REFUSALS = [
    ((SHOP, "--for", "0h"), 2, "--for 0h is no time at all"),
    ((SHOP, "--for", "soon"), 2, "--for 'soon' is no length of time"),
    ((SHOP, "--for", "25h"), 4, "longer than the 24 hours"),
    ((SHOP, "--task", "restore-iam-permission"), 2, "Did you mean restore-iam-permissions"),
    ((SHOP, "--task", "s3-bucket-policy"), 4, "rootwarden unlock bucket BUCKET --account 333333333333"),
    ((SHOP, "--owner", " "), 2, "--owner is empty"),
    ((SHOP, "--break-glass"), 4, "the configuration does not allow --break-glass"),
    ((LEGACY,), 4, "rootwarden recovery adopt 555555555555"),
    ((SUSPENDED,), 4, "the account is suspended"),
    (("111111111111",), 4, "root sessions do not reach the management account"),
    (("333333333334",), 2, "333333333334"),
    (("Shpo",), 2, "Shop"),
]


@pytest.mark.parametrize(("given", "code", "text"), REFUSALS, ids=lambda one: str(one)[:40])
def test_refusals(rig: Rig, ledger: Path, given: tuple[str, ...], code: int, text: str) -> None:
    """Nothing is allowed and nothing is recorded."""
    recovery_company(rig)
    before = {name: holds(rig.root(name)) for name in (SHOP, LEGACY, SUSPENDED)}
    words = list(given[1:])
    for option, usual in (("--task", TASK), ("--for", "4h")):
        if option not in words:
            words += [option, usual]
    ran = rig.run("recovery", "open", given[0], *words, "--yes", profile=DELEGATE)
    assert ran.code == code
    assert text in " ".join(ran.err.split())
    assert {name: holds(rig.root(name)) for name in before} == before
    assert exceptions(rig, ledger) == ()


def test_one_at_a_time_in_an_account(rig: Rig, ledger: Path) -> None:
    recovery_company(rig)
    opened(rig)
    again = rig.run("recovery", "open", SHOP, "--task", TASK, "--for", "1h", "--yes", profile=DELEGATE)
    assert again.code == 4
    assert "is open, until" in again.err
    later(rig, hours=5)
    overdue = rig.run("recovery", "open", SHOP, "--task", TASK, "--for", "1h", "--yes", profile=DELEGATE)
    assert overdue.code == 4
    assert "is overdue, until" in overdue.err
    listed = rig.json("recovery", "list", profile=DELEGATE)
    assert (listed.code, listed.document["summary"]["overdue"]) == (1, 1)
    assert len(exceptions(rig, ledger)) == 1


class TestLimits:
    @pytest.mark.usefixtures("ledger")
    def test_how_many(self, rig: Rig) -> None:
        recovery_company(rig, account(SHOP, "Shop"), account(LEGACY, "Legacy"))
        few = ("--config", configuration(rig.folder, "[recovery]\nopen_at_once = 1\n"))
        assert opened(rig, *few).code == 0
        ran = rig.run(
            "recovery", "open", LEGACY, "--task", TASK, "--for", "1h", "--yes", *few, profile=DELEGATE
        )
        assert ran.code == 4
        assert "1 exception is open, and 1 may be at a time" in ran.err

    @pytest.mark.usefixtures("ledger")
    def test_who(self, rig: Rig) -> None:
        """A role may, by its ARN with its path, in any of its sessions; a user may not."""
        role = caller(SECURITY, "sts:*", "organizations:*", "iam:*", name="Recovery")
        recovery_company(rig, account(SHOP, "Shop"), principals=(role,))
        arn = f"arn:aws:iam::{SECURITY}:role/Recovery"
        only = ("--config", configuration(rig.folder, f'[recovery]\nopeners = ["{arn}"]\n'))
        ran = rig.run("recovery", "open", SHOP, "--task", TASK, "--for", "1h", *only, profile=DELEGATE)
        assert ran.code == 4
        assert "is no session of a role that may open exceptions" in ran.err
        line = ("recovery", "open", SHOP, "--task", TASK, "--for", "1h", "--yes", *only)
        done = rig.json(*line, profile=f"emulator-{SECURITY}-Recovery")
        assert done.code == 0

    def test_breaking_the_glass_passes_them_and_stands_out(self, rig: Rig, ledger: Path) -> None:
        recovery_company(rig)
        text = '[recovery]\nbreak_glass = true\nlongest_hours = 1\nopeners = ["arn:aws:iam::222222222222:role/X"]\n'
        glass = ("--config", configuration(rig.folder, text), "--break-glass")
        line = ("recovery", "open", SHOP, "--task", TASK, "--for", "2h", "--yes", *glass)
        without = rig.run(*line, profile=DELEGATE)
        assert without.code == 2
        assert "--break-glass needs a reason" in without.err
        ran = rig.json(*line, "--reason", "incident 12", profile=DELEGATE)
        assert ran.code == 0
        assert ran.document["exception"]["break_glass"] is True
        assert "BREAK GLASS in 333333333333" in ran.err
        assert ("note", "break glass") in operations(rig, ledger)

    def test_one_that_keeps_to_the_limits_breaks_no_glass(self, rig: Rig, ledger: Path) -> None:
        recovery_company(rig)
        glass = ("--config", configuration(rig.folder, "[recovery]\nbreak_glass = true\n"), "--break-glass")
        ran = opened(rig, *glass, "--reason", "to be sure")
        assert ran.document["exception"]["break_glass"] is False
        assert ("note", "break glass") not in operations(rig, ledger)


def test_a_machine_with_a_wrong_clock_is_refused(rig: Rig, ledger: Path) -> None:
    """AWS says what time it is; ends would come at a wrong time."""
    recovery_company(rig)
    rig.patch.undo()
    rig.write_profiles()
    rig.patch.setenv("ROOTWARDEN_LEDGER", f"sqlite:///{ledger}")
    later(rig, minutes=2)
    ran = rig.run("recovery", "open", SHOP, "--task", TASK, "--for", "1h", "--yes", profile=DELEGATE)
    assert ran.code == 4
    assert "behind AWS's" in ran.err
    assert holds(rig.root(SHOP)) == NOTHING


def test_an_answer_that_was_lost_is_settled_by_looking(rig: Rig, ledger: Path) -> None:
    """CreateLoginProfile took effect and nobody heard: the exception is recorded, and the same command finds it open."""
    recovery_company(rig)
    rig.lose_answers("iam:CreateLoginProfile")
    ran = opened(rig)
    assert (ran.code, ran.document["outcome"], ran.document["exception"]["state"]) == (
        6,
        "unknown",
        "opening",
    )
    assert exceptions(rig, ledger)[0].state is ExceptionState.OPENING
    again = opened(rig)
    assert (again.code, again.document["outcome"]) == (0, "nothing_to_do")
    assert again.document["exception"]["id"] == ran.document["exception"]["id"]
    (known,) = exceptions(rig, ledger)
    assert known.state is ExceptionState.OPEN
    assert closed(rig).code == 0
    assert holds(rig.root(SHOP)) == NOTHING


def test_aws_refuses(rig: Rig, ledger: Path) -> None:
    """Nothing is open then, in neither place."""
    recovery_company(rig, faults=(fault("iam:CreateLoginProfile"),))
    ran = opened(rig)
    assert (ran.code, ran.document["outcome"]) == (6, "failed")
    assert ran.document["reason"]["code"] == "AccessDenied"
    (known,) = exceptions(rig, ledger)
    assert (known.state, known.how) == (ExceptionState.CLOSED, "not_opened")
    assert holds(rig.root(SHOP)) == NOTHING


def test_a_key_from_before_is_kept_by_the_last_use_rule(rig: Rig, ledger: Path) -> None:
    """Somebody else's key, made before the exception and used lately, is not taken along; naming it lets it go."""
    recovery_company(rig)
    opened(rig)
    made = rig.emulator.control.create_root_access_key(SHOP).access_key_id
    keys = rig.root(SHOP).access_keys
    keys[0] = dataclasses.replace(
        keys[0], created=now(rig) - timedelta(days=365), last_used=KeyUse(now(rig), "s3", "us-east-1")
    )
    ran = closed(rig)
    assert (ran.code, ran.document["outcome"]) == (6, "not_closed")
    assert ran.document["reason"]["code"] == "used_recently"
    assert ran.document["remaining"] == [f"access-keys:{made}"]
    assert holds(rig.root(SHOP)) == {**NOTHING, "access_keys": 1}
    assert exceptions(rig, ledger)[0].state is ExceptionState.CLOSING
    done = closed(rig, SHOP, "--override", made)
    assert (done.code, done.document["outcome"]) == (0, "closed")
    assert holds(rig.root(SHOP)) == NOTHING


def test_an_account_that_was_suspended_meanwhile(rig: Rig, ledger: Path) -> None:
    """Nothing can be removed in it: that is said, and the exception stays."""
    recovery_company(rig)
    opened(rig)
    rig.emulator.control.suspend_account(SHOP)
    ran = closed(rig)
    assert (ran.code, ran.document["outcome"]) == (6, "not_closed")
    assert ran.document["reason"]["code"] == "account_suspended"
    listed = rig.json("recovery", "list", profile=DELEGATE)
    assert listed.code == 6
    assert listed.document["exceptions"][0]["not_read"]["code"] == "account_suspended"
    rig.emulator.control.reinstate_account(SHOP)
    assert closed(rig).code == 0
    assert holds(rig.root(SHOP)) == NOTHING


def test_an_account_that_moved_meanwhile(rig: Rig, ledger: Path) -> None:
    recovery_company(rig)
    opened(rig)
    rig.emulator.control.move_account(SHOP, "/")
    assert closed(rig).code == 0
    assert holds(rig.root(SHOP)) == NOTHING


def test_an_account_that_is_closed_for_good(rig: Rig, ledger: Path) -> None:
    """It ends, and what was not removed is said as loudly as can be."""
    recovery_company(rig)
    opened(rig)
    rig.emulator.control.close_account(SHOP)
    rig.emulator.control.finish_closure(SHOP)
    ran = closed(rig)
    assert (ran.code, ran.document["outcome"]) == (0, "account_gone")
    assert exceptions(rig, ledger)[0].how == "account_gone"


class TestNamingOne:
    @pytest.mark.usefixtures("ledger")
    def test_near_matches(self, rig: Rig) -> None:
        recovery_company(rig)
        one = opened(rig).document["exception"]["id"]
        ran = rig.run("recovery", "close", one[:-1] + "_", "--yes", profile=DELEGATE)
        assert ran.code == 2
        assert f"Did you mean {one}" in ran.err

    @pytest.mark.usefixtures("ledger")
    def test_an_account_without_one(self, rig: Rig) -> None:
        recovery_company(rig)
        ran = rig.run("recovery", "close", LEGACY, "--yes", profile=DELEGATE)
        assert ran.code == 2
        assert "recovery adopt" in ran.err

    @pytest.mark.usefixtures("ledger")
    def test_of_another_organization(self, rig: Rig) -> None:
        """The ledger belongs to one organization, and so do its exceptions."""
        recovery_company(rig)
        one = opened(rig).document["exception"]["id"]
        rig.emulator.close()
        recovery_company(rig, id="o-anotherone1")
        ran = rig.run("recovery", "close", one, "--yes", profile=DELEGATE)
        assert ran.code == 4
        assert "o-anotherone1" in ran.err


def test_everything_an_open_account_holds_is_listed(rig: Rig, ledger: Path) -> None:
    """A list whose root users cannot be read says so, and is not silent about the exceptions."""
    recovery_company(rig, account(SHOP, "Shop"), account(LEGACY, "Legacy", root=EVERYTHING))
    opened(rig)
    rig.patch.setenv("AWS_PROFILE", "")
    ran = rig.json("recovery", "list", profile="emulator-333333333333")
    assert ran.code == 6
    assert ran.document["exceptions"][0]["holds"] is None
    assert ran.document["exceptions"][0]["not_read"] is not None


def test_root_access_is_not_turned_off_while_an_exception_is_open(rig: Rig, ledger: Path) -> None:
    """Nobody could close it any more."""
    recovery_company(rig)
    one = opened(rig).document["exception"]["id"]
    for options in (["--only", "credentials"], ["--delegate", SECURITY], ["--plan"]):
        ran = rig.run("disable", *options, "--yes")
        assert ran.code == 4
        assert f"1 recovery exception is not closed: {one} in {SHOP}" in ran.err
    closed(rig)
    assert rig.run("disable", "--yes").code == 0


def test_nothing_is_left_open_in_the_ledger(rig: Rig, ledger: Path) -> None:
    recovery_company(rig)
    opened(rig)
    closed(rig)
    assert open_intents(ledger_entries(rig, ledger)) == ()
