"""An organization that changes after its accounts were kept: a change never rests on what was, and says what moved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from product_rig import MANAGEMENT, NOTHING, SECURITY, Rig, configuration, holds
from selection_world import (
    ALPHA,
    BETA,
    DELEGATE,
    DELTA,
    GAMMA,
    alter_kept,
    asked,
    audited,
    ids,
    kept_file,
    organization,
    plan_of,
    planned,
)

from rootwarden.emulator import FaultSpec

LIST = "organizations:ListAccounts"


@pytest.fixture
def kept(rig: Rig) -> Rig:
    """A world whose accounts, OUs and tags were kept a moment ago."""
    rig.up(organization())
    audited(rig, "--tag", "env")
    kept_file()
    return rig


def unit(rig: Rig, name: str) -> Any:
    """An OU of the emulated organization."""
    (found,) = (one for one in rig.emulator.world.organization.containers.values() if one.name == name)
    return found


def as_root(calls: list[tuple[str, str]], account_id: str) -> bool:
    """Whether anything was done as the root user of an account."""
    return any(account == account_id for _, account in calls)


class TestChanges:
    def test_an_account_that_left_the_selected_ou(self, kept: Rig) -> None:
        kept.emulator.control.move_account(ALPHA, "/Other")
        calls = kept.calls()
        ran = planned(kept, "--ou", "/Work")
        assert plan_of(ran) == ({BETA}, {ALPHA: "no_longer_selected"})
        (why,) = [one["reason"]["text"] for one in ran.document["plan"]["left_out"]]
        assert why == (
            "no longer selected: it was in /Work/A when the accounts were listed, and is in /Other now"
        )
        assert not as_root(calls, ALPHA)
        assert LIST not in asked(calls)

    def test_and_is_not_touched_when_the_plan_is_applied(self, kept: Rig) -> None:
        kept.emulator.control.move_account(ALPHA, "/Other")
        planned(kept, "--ou", "/Work")
        ran = kept.json("remove", "apply", "plan.json", "--yes", profile=DELEGATE)
        assert ran.code == 0
        assert (holds(kept.root(BETA)), holds(kept.root(ALPHA))["password"]) == (NOTHING, 1)

    def test_one_that_moved_within_it(self, kept: Rig) -> None:
        kept.emulator.control.move_account(ALPHA, "/Work/B")
        ran = planned(kept, "--ou", "/Work")
        assert plan_of(ran) == ({ALPHA, BETA}, {})
        paths = {one["account"]: one["ou_path"] for one in ran.document["plan"]["accounts"]}
        assert paths[ALPHA] == "/Work/B"

    def test_one_that_moved_into_an_excluded_ou(self, kept: Rig) -> None:
        path = configuration(kept.folder, '[scope]\nexclude_ous = ["/Other"]\n')
        kept.emulator.control.move_account(ALPHA, "/Other")
        assert plan_of(planned(kept, "--tag", "env=prod", "--config", path)) == (
            set(),
            {ALPHA: "excluded", GAMMA: "excluded"},
        )

    def test_one_that_left_the_organization(self, kept: Rig) -> None:
        state = kept.emulator.world.organization
        state.remove_account(state.accounts[ALPHA])
        ran = planned(kept, "--ou", "/Work")
        assert plan_of(ran) == ({BETA}, {ALPHA: "not_in_organization"})
        assert "AccountNotFoundException" in ran.out

    def test_one_that_was_suspended(self, kept: Rig) -> None:
        kept.emulator.control.suspend_account(ALPHA)
        assert plan_of(planned(kept, "--ou", "/Work")) == ({BETA}, {ALPHA: "account_suspended"})

    def test_one_that_lost_its_tag(self, kept: Rig) -> None:
        kept.emulator.world.organization.accounts[ALPHA].tags["env"] = "test"
        ran = planned(kept, "--tag", "env=prod")
        assert plan_of(ran) == ({GAMMA}, {ALPHA: "no_longer_selected"})
        assert "its tags are not what they were" in ran.out

    def test_one_that_was_told_to_be_left_alone_by_a_tag(self, kept: Rig) -> None:
        path = configuration(kept.folder, '[scope]\nexclude_tags = ["rootwarden=off"]\n')
        kept.emulator.world.organization.accounts[ALPHA].tags["rootwarden"] = "off"
        for options in (["--ou", "/Work"], ["--account", "alpha,beta"], ["--account", f"{ALPHA},{BETA}"]):
            assert plan_of(planned(kept, *options, "--config", path)) == ({BETA}, {ALPHA: "excluded"})
        changed, left = plan_of(planned(kept, "--all", "--config", path))
        assert (changed, left[ALPHA]) == ({BETA, GAMMA, DELTA}, "excluded")

    def test_the_management_account_is_a_row(self, kept: Rig) -> None:
        changed, left = plan_of(planned(kept, "--all"))
        assert changed == {ALPHA, BETA, GAMMA, DELTA}
        assert left[MANAGEMENT] == "management_account"

    @pytest.mark.parametrize(
        "denied", ["organizations:DescribeAccount", "organizations:DescribeOrganizationalUnit"]
    )
    def test_who_may_not_ask_for_one_lists_them_all(self, kept: Rig, denied: str) -> None:
        kept.emulator.control.move_account(ALPHA, "/Other")
        kept.emulator.world.faults.append(
            FaultSpec(operation=denied, code="AccessDeniedException", message="no", http_status=400)
        )
        assert plan_of(planned(kept, "--ou", "/Work")) == ({BETA}, {ALPHA: "no_longer_selected"})

    def test_an_account_that_cannot_be_read_is_not_taken_for_gone(self, kept: Rig) -> None:
        kept.emulator.world.faults.append(
            FaultSpec(
                operation="organizations:DescribeAccount",
                account=None,
                code="ServiceException",
                message="broken",
                http_status=500,
            )
        )
        ran = planned(kept, "--ou", "/Work")
        assert (ran.code, "ServiceException" in ran.out) == (3, True)
        assert not (kept.folder / "plan.json").exists()


class TestOtherNames:
    def test_an_account_of_another_name(self, kept: Rig) -> None:
        """Whoever is called Alpha now is meant; the one that was is told."""
        accounts = kept.emulator.world.organization.accounts
        accounts[ALPHA].name, accounts[DELTA].name = "Alpha, retired", "Alpha"
        ran = planned(kept, "--account", "Alpha")
        assert plan_of(ran) == ({DELTA}, {ALPHA: "no_longer_selected"})
        assert "it is called Alpha, retired now" in ran.out

    def test_a_name_that_came_after(self, kept: Rig) -> None:
        kept.emulator.control.create_account("Newcomer", id="050505050505")
        ran = audited(kept, "--account", "newcomer")
        assert ids(ran) == {"050505050505"}
        assert "so it is read anew" in ran.err

    def test_an_ou_of_another_name(self, kept: Rig) -> None:
        """/Work is another OU now, and what is in that is meant."""
        unit(kept, "Work").name, unit(kept, "Other").name = "Before", "Work"
        ran = planned(kept, "--ou", "/Work")
        assert plan_of(ran) == (
            {GAMMA, DELTA},
            {ALPHA: "no_longer_selected", BETA: "no_longer_selected"},
        )

    @pytest.mark.parametrize("how", ["--account", "--tag"])
    def test_an_excluded_ou_of_another_name(self, kept: Rig, how: str) -> None:
        """What is to be left alone goes by another name: it is told, and nothing is done."""
        path = configuration(kept.folder, '[scope]\nexclude_ous = ["/Work"]\n')
        unit(kept, "Work").name = "Before"
        ran = planned(kept, how, {"--account": ALPHA, "--tag": "env=prod"}[how], "--config", path)
        assert (ran.code, "scope in the configuration: the organization has no OU '/Work'" in ran.err) == (
            2,
            True,
        )

    def test_an_ou_that_came_after(self, kept: Rig) -> None:
        state = kept.emulator.world.organization
        made = state.add_container("New", state.root)
        state.move_account(state.accounts[BETA], made)
        assert ids(audited(kept, "--ou", "/New")) == {BETA}
        assert plan_of(planned(kept, "--ou", "/New")) == ({BETA}, {})


class TestReading:
    def test_a_state_that_forbids_to_look_is_asked_for_again(self, kept: Rig) -> None:
        """What is kept must not say of an account that it is suspended when it is not."""
        kept.emulator.control.suspend_account(ALPHA)
        audited(kept, "--refresh")
        kept.emulator.control.reinstate_account(ALPHA)
        calls = kept.calls()
        ran = audited(kept, "--ou", "/Work")
        assert ran.row(ALPHA)["outcome"] == "exposed"
        assert asked(calls) == ["organizations:DescribeAccount"]

    def test_a_suspended_one_that_left(self, kept: Rig) -> None:
        kept.emulator.control.suspend_account(ALPHA)
        audited(kept, "--refresh")
        state = kept.emulator.world.organization
        state.remove_account(state.accounts[ALPHA])
        ran = audited(kept, "--ou", "/Work")
        assert ran.row(ALPHA)["reason"]["code"] == "not_in_organization"
        assert ran.row(BETA)["outcome"] == "exposed"

    def test_plain_audits_miss_no_newcomer(self, kept: Rig) -> None:
        kept.emulator.control.create_account("Newcomer", id="050505050505")
        assert "050505050505" in ids(audited(kept))
        assert "050505050505" in ids(audited(kept, "--all", "--exclude", "/Work"))


TROUBLE: dict[str, tuple[Callable[[], object], str]] = {
    "torn": (lambda: kept_file().write_bytes(kept_file().read_bytes()[:200]), "it is torn"),
    "empty": (lambda: kept_file().write_bytes(b""), "it is torn"),
    "binary": (lambda: kept_file().write_bytes(b"\xff\x00"), "it is torn"),
    "newer": (lambda: alter_kept(schema="rootwarden/directory/2"), "another version wrote it"),
    "foreign": (lambda: alter_kept(organization_id="o-somebodyelse"), "of organization o-somebodyelse"),
    "elsewhere": (lambda: alter_kept(endpoint="aws"), "at aws"),
    "future": (lambda: alter_kept(taken="2999-01-01T00:00:00Z"), "in the future"),
    "inconsistent": (lambda: alter_kept(units=[]), "it holds what no such file does"),
    "writable": (lambda: kept_file().chmod(0o666), "others than you could have written it"),
}


@pytest.mark.parametrize("trouble", list(TROUBLE))
def test_a_file_that_is_not_to_be_trusted(kept: Rig, trouble: str) -> None:
    """It is said, not used, and written anew."""
    break_it, words = TROUBLE[trouble]
    break_it()
    calls = kept.calls()
    ran = audited(kept, "--account", "Alpha")
    assert (ids(ran), asked(calls).count(LIST)) == ({ALPHA}, 1)
    assert f"the kept list of accounts is not used, since {words}" in ran.err or words in ran.err
    assert kept_file().stat().st_mode & 0o777 == 0o600
    calls.clear()
    again = audited(kept, "--account", "Alpha")
    assert (asked(calls), words in again.err) == ([], False)


def test_a_cache_that_cannot_be_written_is_no_reason_to_stop(rig: Rig) -> None:
    rig.up(organization())
    (rig.folder / "cache").write_text("in the way")
    rig.patch.setenv("XDG_CACHE_HOME", str(rig.folder / "cache"))
    ran = rig.run("-v", "audit", "--account", "Alpha", profile=DELEGATE)
    assert ran.code == 1
    assert "the list of accounts could not be kept" in ran.err


def test_nothing_secret_is_kept(kept: Rig) -> None:
    text = kept_file().read_text(encoding="utf-8")
    profiles = (kept.folder / "aws" / "credentials").read_text(encoding="utf-8")
    for line in profiles.splitlines():
        value = line.partition(" = ")[2]
        assert not value or value not in text
    assert SECURITY in text
