"""The one table of permissions is true: with exactly its actions every command works, and without one it says so."""

from __future__ import annotations

import pytest
from product_rig import EVERYTHING, LEGACY, MANAGEMENT, NOTHING, SECURITY, Rig, caller, company, fresh, holds

from rootwarden.emulator import account
from rootwarden.model.permissions import COMMANDS

MANAGER, OPERATOR = f"emulator-{MANAGEMENT}-Limited", f"emulator-{SECURITY}-Limited"


def with_actions(rig: Rig, command: str, *, without: str | None = None, optional: bool = True) -> None:
    """A world with a role that has the table's actions for a command."""
    row = COMMANDS[command]
    actions = [one for one in (*row.actions, *(row.optional if optional else ())) if one != without]
    home = MANAGEMENT if command in {"status", "enable", "disable"} else SECURITY
    members = (account(LEGACY, "Legacy", root=EVERYTHING),)
    build = fresh if command == "enable" else company
    rig.up(build(*members, principals=(caller(home, *actions),)))


LINES = {
    "status": "status",
    "enable": f"enable --delegate {SECURITY} --yes",
    "disable": f"disable --delegate {SECURITY} --trusted-access --yes",
    "audit": "audit --details always",
    "remove plan": "remove plan --all --out plan.json",
}
ROLES = {"status": MANAGER, "enable": MANAGER, "disable": MANAGER, "audit": OPERATOR, "remove plan": OPERATOR}


@pytest.mark.parametrize("optional", [True, False], ids=["all", "required"])
@pytest.mark.parametrize("command", list(LINES))
def test_with_exactly_the_actions_of_the_table(rig: Rig, command: str, optional: bool) -> None:
    """Required actions are enough to do the work; the optional ones make it say more."""
    with_actions(rig, command, optional=optional)
    ran = rig.json(*LINES[command].split(), profile=ROLES[command])
    expected = {"status": 0 if optional else 1, "audit": 1}.get(command, 0)
    assert ran.code == expected, ran.err
    if optional:
        assert "AccessDenied" not in ran.out + ran.err
    elif command == "audit":
        assert ran.row(LEGACY)["ou_path"] is None
        assert "OU paths are not shown" in ran.err


def test_removing_with_exactly_the_actions_of_the_table(rig: Rig) -> None:
    """A plan by one role, applied by another that may do what applying needs and no more."""
    needed = COMMANDS["remove apply"]
    plan = COMMANDS["remove plan"]
    roles = (
        caller(SECURITY, *plan.actions, name="Planner"),
        caller(SECURITY, *needed.actions, name="Remover"),
    )
    rig.up(company(account(LEGACY, "Legacy", root=EVERYTHING), principals=roles))
    line = ["remove", "plan", "--account", LEGACY, "--out", "plan.json"]
    assert rig.json(*line, profile=f"emulator-{SECURITY}-Planner").code == 0
    ran = rig.json("remove", "apply", "plan.json", "--yes", profile=f"emulator-{SECURITY}-Remover")
    assert ran.code == 0, ran.err
    assert holds(rig.root(LEGACY)) == NOTHING


@pytest.mark.parametrize(
    ("command", "missing"),
    [(command, action) for command in ("audit", "remove plan") for action in COMMANDS[command].actions],
)
def test_without_one_required_action(rig: Rig, command: str, missing: str) -> None:
    """A clear refusal with AWS's words; nothing is written and nothing is called clean."""
    with_actions(rig, command, without=missing)
    ran = rig.json(*LINES[command].split(), profile=OPERATOR)
    if missing == "sts:GetCallerIdentity":  # AWS answers it whatever the policies say
        assert ran.code in {0, 1}
        return
    assert ran.code == (6 if missing == "sts:AssumeRoot" else 3)
    assert "AccessDenied" in ran.out
    assert '"outcome": "clean"' not in ran.out
    if missing == "sts:AssumeRoot" and command == "remove plan":
        assert ran.document["plan"]["accounts"] == []
    elif command == "remove plan":
        assert not (rig.folder / "plan.json").exists()


@pytest.mark.parametrize("missing", COMMANDS["disable"].actions)
def test_disable_without_one_required_action(rig: Rig, missing: str) -> None:
    """Either it stops before its first step, or it says which step was refused; it never claims what was not done."""
    with_actions(rig, "disable", without=missing)
    ran = rig.json(*LINES["disable"].split(), profile=MANAGER)
    if missing in {"sts:GetCallerIdentity", "organizations:ListAWSServiceAccessForOrganization"}:
        assert ran.code in {0, 6}  # the first is always answered; instead of the second IAM's answer tells
        return
    if ran.code == 3:
        assert rig.emulator.world.organization.trusts("iam.amazonaws.com")
        assert len(rig.emulator.world.features) == 2
        return
    assert ran.code == 6
    (refused,) = [one for one in ran.document["steps"] if one["outcome"] == "failed"]
    assert refused["action"] == missing
