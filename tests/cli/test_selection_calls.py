"""What selecting accounts costs: ids alone need no listing, names come from what is kept, and work begins while listing."""

from __future__ import annotations

import stat
import threading
from pathlib import Path
from typing import Any

import pytest
from product_rig import MANAGEMENT, SECURITY, Rig, company, configuration
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

from rootwarden.emulator import FaultSpec, account
from rootwarden.emulator.gateway import Gateway

LIST, DESCRIBE = "organizations:ListAccounts", "organizations:DescribeAccount"
UNIT = "organizations:DescribeOrganizationalUnit"
LAST_PAGE = 4
"""Of 62 accounts, 20 on each."""


@pytest.fixture
def world(rig: Rig) -> Rig:
    rig.up(organization())
    return rig


class TestIds:
    def test_ids_alone_need_no_listing(self, world: Rig) -> None:
        calls = world.calls()
        ran = audited(world, "--account", f"{ALPHA},{BETA}")
        assert ids(ran) == {ALPHA, BETA}
        assert ran.row(ALPHA)["ou_path"] == "/Work/A"
        assert asked(calls) == [DESCRIBE, DESCRIBE, UNIT, UNIT, UNIT]  # Work, A and B

    def test_where_the_names_of_their_ous_are_kept_nothing_else_is_asked(self, world: Rig) -> None:
        audited(world)
        calls = world.calls()
        ran = audited(world, "--account", ALPHA)
        assert ran.row(ALPHA)["ou_path"] == "/Work/A"
        assert asked(calls) == [DESCRIBE]

    def test_as_the_console_shows_them(self, world: Rig) -> None:
        assert ids(audited(world, "--account", "0101-0101-0101")) == {ALPHA}

    def test_their_state_is_aws_s(self, world: Rig) -> None:
        audited(world)
        world.emulator.control.suspend_account(ALPHA)
        ran = audited(world, "--account", ALPHA)
        assert ran.row(ALPHA)["reason"]["code"] == "account_suspended"

    def test_the_management_account_is_a_row_with_a_reason(self, world: Rig) -> None:
        ran = audited(world, "--account", f"{MANAGEMENT},{ALPHA}")
        assert ran.row(MANAGEMENT)["reason"]["code"] == "management_account"

    def test_where_aws_does_not_tell_the_ous_along_with_the_account(self, world: Rig) -> None:
        world.hide_paths()
        calls = world.calls()
        assert audited(world, "--account", ALPHA).row(ALPHA)["ou_path"] == "/Work/A"
        assert asked(calls) == [DESCRIBE, *["organizations:ListParents"] * 3, UNIT, UNIT]

    @pytest.mark.parametrize("denied", [DESCRIBE, UNIT])
    def test_who_may_only_list_lists(self, world: Rig, denied: str) -> None:
        world.emulator.world.faults.append(
            FaultSpec(operation=denied, code="AccessDeniedException", message="no", http_status=400)
        )
        ran = audited(world, "--account", ALPHA)
        assert (ids(ran), ran.row(ALPHA)["ou_path"]) == ({ALPHA}, "/Work/A")

    def test_excluded_ous_decide_for_ids_too(self, world: Rig) -> None:
        path = configuration(world.folder, '[scope]\nexclude_ous = ["/Work"]\n')
        calls = world.calls()
        ran = audited(world, "--account", f"{ALPHA},{GAMMA}", "--config", path)
        assert ran.row(ALPHA)["reason"]["code"] == "excluded"
        assert ran.row(GAMMA)["outcome"] == "exposed"
        assert LIST not in asked(calls)

    def test_excluded_tags_decide_for_ids_too(self, world: Rig) -> None:
        path = configuration(world.folder, '[scope]\nexclude_tags = ["env=prod"]\n')
        calls = world.calls()
        ran = audited(world, "--account", f"{ALPHA},{BETA}", "--config", path)
        assert ran.row(ALPHA)["reason"]["code"] == "excluded"
        assert ran.row(BETA)["outcome"] == "exposed"
        assert asked(calls).count("organizations:ListTagsForResource") == 2

    def test_more_than_a_listing_is_worth(self, rig: Rig) -> None:
        """AWS lists eight times as many accounts a second as it describes."""
        members = [account(f"{300_000_000_000 + number}", f"Member {number}") for number in range(201)]
        rig.up(company(*members))
        (rig.folder / "list.txt").write_text("\n".join(one.id for one in members))
        calls = rig.calls()
        ran = audited(rig, "--accounts-file", "list.txt", "--details", "never")
        assert ids(ran) == {one.id for one in members}
        assert DESCRIBE not in asked(calls)


class TestListing:
    def test_work_begins_while_the_organization_is_listed(
        self, rig: Rig, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """AWS keeps the last page back until a session is asked for, which it waits for in vain where work waits for the list."""
        members = [account(f"{300_000_000_000 + number}", f"Member {number}") for number in range(60)]
        rig.up(company(*members))
        pages: list[bool] = []
        begun = threading.Event()
        served = Gateway._served

        def watched(gateway: Gateway, handler: Any, call: Any, wanted: Any) -> Any:
            if call.operation == "AssumeRoot":
                begun.set()
            elif call.operation == "ListAccounts":
                pages.append(len(pages) < LAST_PAGE - 1 or begun.wait(30))
            return served(gateway, handler, call, wanted)

        monkeypatch.setattr(Gateway, "_served", watched)
        ran = audited(rig, "--concurrency", "1", "--details", "never")
        assert len(ids(ran)) == 62
        assert pages == [True] * LAST_PAGE

    @pytest.mark.parametrize("paths", [True, False], ids=["with", "without"])
    def test_rows_have_their_ous(self, world: Rig, paths: bool) -> None:
        if not paths:
            world.hide_paths()
        ran = audited(world)
        expected = {ALPHA: "/Work/A", BETA: "/Work/B", GAMMA: "/Other", DELTA: "/Other"}
        assert {one: ran.row(one)["ou_path"] for one in expected} == expected
        assert ran.row(MANAGEMENT)["ou_path"] == "/"

    def test_what_was_listed_is_kept(self, world: Rig) -> None:
        audited(world)
        assert stat.S_IMODE(kept_file().stat().st_mode) == 0o600
        assert stat.S_IMODE(kept_file().parent.stat().st_mode) == 0o700
        calls = world.calls()
        assert ids(audited(world, "--account", "beta")) == {BETA}
        assert asked(calls) == []

    def test_accounts_that_are_excluded_by_id_are_looked_up_first(self, world: Rig) -> None:
        path = configuration(world.folder, f'[scope]\nexclude_accounts = ["{BETA}"]\n')
        ran = audited(world, "--all", "--exclude", ALPHA, "--config", path)
        assert ids(ran) == {MANAGEMENT, SECURITY, BETA, GAMMA, DELTA}
        assert ran.row(BETA)["reason"]["code"] == "excluded"

    @pytest.mark.parametrize("how", ["option", "configuration"])
    def test_an_exclusion_that_is_no_account_stops_it(self, world: Rig, how: str) -> None:
        path = configuration(world.folder, '[scope]\nexclude_accounts = ["010101010102"]\n')
        options = ["--exclude", "010101010102"] if how == "option" else ["--config", path]
        calls = world.calls()
        ran = audited(world, *options)
        assert ran.code == 2
        assert "no account '010101010102'" in ran.document["error"]["message"]
        assert not any(action == "sts:AssumeRoot" for action, _ in calls)

    def test_excluding_everything_is_an_error(self, world: Rig) -> None:
        everybody = f"{MANAGEMENT},{SECURITY},{ALPHA},{BETA},{GAMMA},{DELTA}"
        assert audited(world, "--all", "--exclude", everybody).code == 2

    def test_who_may_not_list_is_refused_before_anything_is_recorded(self, world: Rig, ledger: Path) -> None:
        world.emulator.world.faults.append(
            FaultSpec(operation=LIST, code="AccessDeniedException", message="no", http_status=400)
        )
        ran = audited(world)
        assert (ran.code, ran.document["error"]["type"]) == (3, "WrongAccount")
        assert not ledger.exists()

    def test_ous_that_may_not_be_read_are_not_shown(self, world: Rig) -> None:
        world.emulator.world.faults.append(
            FaultSpec(
                operation="organizations:ListRoots",
                code="AccessDeniedException",
                message="no",
                http_status=400,
            )
        )
        ran = audited(world)
        assert (ran.code, ran.row(ALPHA)["ou_path"]) == (1, None)
        assert "OU paths are not shown: AccessDeniedException: no" in ran.err


class TestOneAccount:
    def test_a_name_or_an_id(self, world: Rig) -> None:
        for text in ("alpha", ALPHA, "0101-0101-0101"):
            line = ["waiver", "add", text, "--item", "password", "--owner", "me", "--until", "2099-01-01"]
            path = configuration(world.folder, "[limits]\nwaiver_days = 99999\n")
            ran = world.json(*line, "--config", path, profile=DELEGATE)
            assert (ran.code, ran.document["waiver"]["account"]) == (0, ALPHA), ran.err

    @pytest.mark.parametrize("text", [f"{ALPHA},{BETA}", "alpha, beta"])
    def test_several_are_refused(self, world: Rig, text: str) -> None:
        line = ["waiver", "add", text, "--item", "password", "--owner", "me", "--until", "2026-12-31"]
        ran = world.json(*line, profile=DELEGATE)
        assert (ran.code, "names 2 accounts" in ran.err) == (2, True), ran.err


def test_applying_a_plan_asks_for_its_accounts_alone(world: Rig) -> None:
    """Not for the whole organization, and not before it is confirmed."""
    assert plan_of(planned(world, "--account", ALPHA))[0] == {ALPHA}
    calls = world.calls()
    ran = world.json("remove", "apply", "plan.json", "--yes", profile=DELEGATE)
    assert (ran.code, ran.document["summary"]["removed"]) == (0, 1)
    assert asked(calls) == [DESCRIBE, UNIT, UNIT]


def test_a_change_with_a_kept_name_asks_for_that_account(world: Rig) -> None:
    audited(world)
    calls = world.calls()
    assert plan_of(planned(world, "--account", "Alpha"))[0] == {ALPHA}
    assert asked(calls) == [DESCRIBE]


def test_nothing_is_kept_where_the_configuration_says_so(world: Rig) -> None:
    path = configuration(world.folder, "[limits]\ncache_max_age_hours = 0\n")
    calls = world.calls()
    for _ in range(2):
        assert ids(audited(world, "--account", "Alpha", "--config", path)) == {ALPHA}
    assert asked(calls).count(LIST) == 2
    with pytest.raises((ValueError, FileNotFoundError)):
        kept_file()


def test_what_is_too_old_is_read_anew(world: Rig) -> None:
    audited(world)
    alter_kept(taken="2020-01-01T00:00:00Z")
    calls = world.calls()
    ran = audited(world, "--account", "Alpha")
    assert (ids(ran), asked(calls).count(LIST)) == ({ALPHA}, 1)
    assert "ago" not in ran.err


def test_refresh_reads_anew(world: Rig) -> None:
    audited(world)
    calls = world.calls()
    assert ids(audited(world, "--account", "Alpha", "--refresh")) == {ALPHA}
    assert asked(calls).count(LIST) == 1


def test_the_age_is_shown(world: Rig) -> None:
    audited(world)
    ran = world.run("audit", "--account", "Alpha", profile=DELEGATE)
    assert "names and OUs of accounts are those read less than a minute ago (20" in ran.err
    assert "--refresh reads them anew" in ran.err
