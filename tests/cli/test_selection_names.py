"""How accounts and OUs are called, on the command line and in files, and what a wrong name is answered with."""

from __future__ import annotations

import io

import pytest
from product_rig import SECURITY, Rig
from selection_world import ALPHA, BETA, DELEGATE, DELTA, GAMMA, audited, ids, organization, planned

LIST = "organizations:ListAccounts"


@pytest.fixture
def world(rig: Rig) -> Rig:
    rig.up(organization())
    return rig


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--account", "Gamma, Inc."], {GAMMA}),
        (["--account", "gamma, inc.", "--account", "alpha,Beta"], {ALPHA, BETA, GAMMA}),
        (["--account", "Delta #4"], {DELTA}),
        (["--ou", "/Work,/Other", "--exclude", "Gamma, Inc.,alpha"], None),
        (["--ou", "/Work,/Other", "--exclude", "Gamma, Inc.", "--exclude", "alpha"], {BETA, DELTA}),
        (["--ou", "/Work/", "--exclude", "/Work/A"], {BETA}),
    ],
)
def test_names_with_commas(world: Rig, options: list[str], expected: set[str] | None) -> None:
    """A name with a comma is a name where there is one of it, by itself; inside a list it cannot be told, and is refused."""
    ran = audited(world, *options)
    if expected is None:
        assert (ran.code, "no account 'Gamma'" in ran.err) == (2, True)
    else:
        assert ids(ran) == expected


def test_a_file_with_everything_in_it(world: Rig) -> None:
    (world.folder / "list.txt").write_bytes(
        f"\ufeff# ours\r\n{ALPHA}\r\n\r\nGamma, Inc.\r\nDelta #4 # the fourth\r\n{ALPHA} # again\r\n".encode()
    )
    ran = audited(world, "--accounts-file", "list.txt")
    assert ids(ran) == {ALPHA, GAMMA, DELTA}
    assert "list.txt: line 6 repeats an account named before; it counts once." in ran.err


def test_a_file_with_wrong_lines_is_refused_before_any_call(world: Rig) -> None:
    (world.folder / "list.txt").write_text(f"{ALPHA}\n11112222333\n\n1\n")
    calls = world.calls()
    ran = audited(world, "--accounts-file", "list.txt")
    assert ran.code == 2
    assert ran.document["error"]["message"].splitlines() == [
        "list.txt, line 2: '11112222333' is not an account id: it has 11 digits",
        "  list.txt, line 4: '1' is not an account id: it has 1 digits",
    ]
    assert calls == []


def test_an_empty_file_selects_nothing(world: Rig) -> None:
    """Not everything: an empty list is what a failed query leaves behind."""
    (world.folder / "list.txt").write_text("")
    for command in (["audit"], ["remove", "plan", "--out", "plan.json"], ["doctor"]):
        ran = world.json(*command, "--accounts-file", "list.txt", profile=DELEGATE)
        assert (ran.code, "names no account, which means none" in ran.err) == (2, True)


def test_standard_input(world: Rig) -> None:
    world.patch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(f"{ALPHA}\nbeta\n".encode())))
    assert ids(audited(world, "--accounts-file", "-")) == {ALPHA, BETA}
    world.patch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"\xff")))
    ran = audited(world, "--accounts-file", "-")
    assert (ran.code, "standard input: not UTF-8" in ran.err) == (2, True)


@pytest.mark.parametrize("command", [["audit"], ["doctor"], ["remove", "plan", "--out", "plan.json"]])
def test_every_command_names_all_that_is_wrong(world: Rig, command: list[str]) -> None:
    (world.folder / "list.txt").write_text("Alfa\nbeta\nGama, Inc.\n")
    line = [*command, "--account", "12,010101010100", "--accounts-file", "list.txt"]
    ran = world.json(*line, "--ou", "/Wrok", "--exclude", "Betta", profile=DELEGATE)
    assert (ran.code, ran.document["error"]["type"]) == (2, "BadInput")
    assert ran.document["error"]["message"].splitlines() == [
        "6 choices name nothing in this organization, or not one thing:",
        "  '12' is not an account id: it has 2 digits",
        f"  the organization has no account '010101010100'. Did you mean {ALPHA} (Alpha)?",
        f"  the organization has no account 'Alfa' (list.txt, line 1). Did you mean {ALPHA} (Alpha)?",
        f"  the organization has no account 'Gama, Inc.' (list.txt, line 3). Did you mean {GAMMA} (Gamma, Inc.)?",
        "  the organization has no OU '/Wrok'. Did you mean /Work, /Work/B, /Work/A?",
        f"  the organization has no account 'Betta'. Did you mean {BETA} (Beta)?",
    ]


def test_wrong_ids_alone_are_all_named(world: Rig) -> None:
    """By asking for each; near ones come from a list, which is made for that."""
    ran = audited(world, "--account", f"{ALPHA},010101010102,020202020201,999999999999")
    assert (ran.code, ran.document["error"]["type"]) == (2, "UnknownAccount")
    assert ran.document["error"]["message"].splitlines() == [
        "3 choices name nothing in this organization, or not one thing:",
        f"  the organization has no account '010101010102'. Did you mean {ALPHA} (Alpha)?",
        f"  the organization has no account '020202020201'. Did you mean {BETA} (Beta)?",
        "  the organization has no account '999999999999'",
    ]


def test_an_id_that_left_is_unknown_though_it_is_kept(world: Rig) -> None:
    audited(world)
    state = world.emulator.world.organization
    state.remove_account(state.accounts[ALPHA])
    ran = audited(world, "--account", ALPHA)
    assert (ran.code, f"no account '{ALPHA}'" in ran.err) == (2, True)


@pytest.mark.parametrize("option", ["--account", "--ou", "--tag", "--exclude"])
@pytest.mark.parametrize("value", ["", " ", ",", ", ,"])
def test_an_empty_value_is_an_error(world: Rig, option: str, value: str) -> None:
    """An unset shell variable neither selects everything nor loses an exclusion."""
    calls = world.calls()
    ran = audited(world, option, value, "--exclude", BETA)
    assert (ran.code, f"{option} names nothing" in ran.err) == (2, True)
    assert calls == []


def test_ous_whose_names_hold_a_slash(world: Rig) -> None:
    state = world.emulator.world.organization
    made = state.add_container("Work/A", state.root)
    state.move_account(state.accounts[DELTA], made)
    for refused in (audited(world, "--ou", "/Work/A"), audited(world, "--all", "--exclude", "/Work/A")):
        assert refused.code == 2
        assert "2 OUs have the path '/Work/A': ou-" in refused.err
        assert made.id in refused.err
    assert ids(audited(world, "--ou", made.id)) == {DELTA}
    assert ids(audited(world, "--ou", "/Work")) == {ALPHA, BETA}
    assert audited(world, "--account", DELTA).row(DELTA)["ou_path"] == "/Work/A"


def test_a_tag_nobody_has_is_said(world: Rig) -> None:
    ran = audited(world, "--tag", "env=prod", "--tag", "team=red")
    assert ids(ran) == {ALPHA, GAMMA}
    assert "no account has the tag team=red" in ran.err
    assert audited(world, "--tag", "team=red").code == 2


def test_a_change_needs_a_selection(world: Rig) -> None:
    """Without a terminal nobody can be offered a list."""
    for options in ([], ["--exclude", ALPHA], ["--refresh"]):
        ran = planned(world, *options)
        assert (ran.code, "no accounts are selected, which means none" in ran.err) == (2, True)


def test_options_of_every_command_that_selects(rig: Rig) -> None:
    """The same, in the same words."""
    seen = set()
    for command in ("audit", "doctor", "remove plan", "remove"):
        text = rig.run(*command.split(), "--help", profile=None).out
        panel = text[text.index("─ Accounts ─") :]
        seen.add(panel[: panel.index("╰")])
        for option in ("--account", "--ou", "--tag", "--accounts-file", "--all", "--exclude", "--refresh"):
            assert option in panel
    assert len(seen) == 1


def test_the_security_account_is_one_like_others(world: Rig) -> None:
    assert audited(world, "--account", SECURITY).row(SECURITY)["outcome"] == "clean"
