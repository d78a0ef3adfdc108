"""Choosing accounts from a list, on a terminal: what was chosen is planned, and stopping does nothing."""

from __future__ import annotations

import json
import re

import pytest
from product_rig import MANAGEMENT, NOTHING, Rig, configuration, holds
from selection_world import ALPHA, BETA, DELEGATE, DELTA, GAMMA, organization

ESC, CTRL_A, CTRL_C, CTRL_D, DOWN, ENTER = "\x1b", "\x01", "\x03", "\x04", "\x1b[B", "\r"
PLAN = ("remove", "plan", "--keep-used-within", "0", "--out", "plan.json")


@pytest.fixture
def world(rig: Rig) -> Rig:
    rig.patch.setenv("PROMPT_TOOLKIT_NO_CPR", "1")  # nobody answers where the cursor is
    rig.patch.setenv("TERM", "xterm")
    rig.up(organization())
    return rig


def in_plan(rig: Rig) -> set[str]:
    """The accounts of the plan that was written."""
    plan = json.loads((rig.folder / "plan.json").read_text(encoding="utf-8"))["plan"]
    return {one["account"] for one in plan["accounts"]}


@pytest.mark.parametrize(
    ("keys", "accounts"),
    [
        (f"beta {ENTER}", {BETA}),
        (f"/WORK/a {ENTER}", {ALPHA}),
        (f"{GAMMA} \x15beta {ENTER}", {BETA, GAMMA}),
        (f"work{DOWN} {ENTER}", {BETA}),
        (f"work{CTRL_A}{ENTER}", {ALPHA, BETA}),
        (f"work{CTRL_A} {ENTER}", {BETA}),
        (f"nobody {CTRL_A}\x15beta {ENTER}", {BETA}),
        (f"{ENTER}betax\x7f {ENTER}", {BETA}),
        (f"{MANAGEMENT} {ENTER}\x15{DELTA} {ENTER}", {DELTA}),
        (f"aws+alpha@ {ENTER}", {ALPHA}),
    ],
    ids=["name", "OU", "two", "down", "all shown", "all but one", "no match", "mistyped", "barred", "e-mail"],
)
def test_what_is_chosen_is_planned(world: Rig, keys: str, accounts: set[str]) -> None:
    ran = world.on_terminal(*PLAN, keys=keys, profile=DELEGATE)
    assert ran.code == 0, ran.err
    assert in_plan(world) == accounts


def test_remove_asks_after_the_list(world: Rig) -> None:
    ran = world.on_terminal(
        "remove", "--keep-used-within", "0", keys=f"beta {ENTER}", answer="y\n", profile=DELEGATE
    )
    assert ran.code == 0, ran.err
    assert holds(world.root(BETA)) == NOTHING
    assert holds(world.root(ALPHA))["password"] == 1


@pytest.mark.parametrize("command", [("remove",), PLAN], ids=["remove", "remove plan"])
@pytest.mark.parametrize(
    ("keys", "code", "words"),
    [
        (ESC, 4, "no accounts were chosen; nothing was changed"),
        (f"beta {ESC}", 4, "no accounts were chosen; nothing was changed"),
        (CTRL_C, 130, "interrupted; no accounts were chosen"),
        (f"beta {CTRL_D}", 130, "interrupted; no accounts were chosen"),
    ],
    ids=["esc", "chosen, esc", "ctrl-c", "ctrl-d"],
)
def test_stopping_does_nothing(
    world: Rig, command: tuple[str, ...], keys: str, code: int, words: str
) -> None:
    calls = world.calls()
    ran = world.on_terminal(*command, keys=keys, profile=DELEGATE)
    assert (ran.code, words in ran.err) == (code, True), ran.err
    assert not any(action == "sts:AssumeRoot" for action, _ in calls)
    assert not (world.folder / "plan.json").exists()


def test_the_screen(world: Rig) -> None:
    """Ids, names, OUs and e-mails; an account that cannot be chosen says why; data alone goes to stdout."""
    path = configuration(world.folder, f'[scope]\nexclude_accounts = ["{DELTA}"]\n')
    world.emulator.control.suspend_account(BETA)
    ran = world.on_terminal(*PLAN, "--config", path, keys=ESC, profile=DELEGATE)
    screen = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", ran.err)
    for line in (
        f" -  {MANAGEMENT}  Example Corp  /        (management account)  aws+example",
        f"[ ] {ALPHA}  Alpha         /Work/A  aws+alpha@example.com",
        f" -  {BETA}  Beta          /Work/B  (account suspended)  aws+beta@exampl",
        f"[ ] {GAMMA}  Gamma, Inc.   /Other   aws+gamma--inc-@example.com",
        f" -  {DELTA}  Delta #4      /Other   (excluded)  aws+delta--4@example.com",
        "0 of 6 chosen, 6 shown",
    ):
        assert line in screen
    assert ran.out == ""


def test_what_is_excluded_is_not_offered(world: Rig) -> None:
    ran = world.on_terminal(*PLAN, "--exclude", "/Work", keys=f"{CTRL_A}{ENTER}", profile=DELEGATE)
    assert ran.code == 0, ran.err
    assert in_plan(world) == {GAMMA, DELTA}


def test_a_name_that_plays_with_the_terminal(world: Rig) -> None:
    world.emulator.world.organization.accounts[ALPHA].name = "Al\x1b[2Jpha"
    ran = world.on_terminal(*PLAN, keys=ESC, profile=DELEGATE)
    assert "\x1b[2Jpha" not in ran.err
    assert ran.code == 4


def test_what_would_be_refused_anyway_is_refused_before_the_list(world: Rig) -> None:
    path = configuration(world.folder, "[require]\nreason = true\n")
    ran = world.on_terminal(*PLAN, "--config", path, keys=ESC, profile=DELEGATE)
    assert (ran.code, "--reason" in ran.err, "Esc stops" in ran.err) == (2, True, False)


def test_a_reading_command_offers_none(world: Rig) -> None:
    ran = world.on_terminal("audit", profile=DELEGATE)
    assert (ran.code, "Esc stops" in ran.err) == (1, False)
