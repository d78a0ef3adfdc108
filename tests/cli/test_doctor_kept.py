"""``doctor`` after accounts moved: what is kept of the organization finds them, and never says where they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from doctor_world import SCPS, World, deny, document
from product_rig import LEGACY, MANAGEMENT, SECURITY, SHOP, company

from rootwarden.app import choosing
from rootwarden.emulator import account
from rootwarden.emulator.org_file import OuSpec

if TYPE_CHECKING:
    from product_rig import Ran, Rig

DELEGATE = f"emulator-{SECURITY}"


def answers(ran: Ran, account_id: str) -> set[str]:
    return {one["answer"] for one in ran.row(account_id)["tasks"]}


@pytest.fixture
def world(rig: Rig) -> World:
    """Two accounts that were listed a moment ago, in OUs of which one is closed to root, and one to AssumeRoot."""
    scps = {"Closed": SCPS["PlainRootDeny"], "NoCalls": document(deny(Action="sts:AssumeRoot"))}
    units = (
        OuSpec(path="/Open"),
        OuSpec(path="/Closed", scps=("Closed",)),
        OuSpec(path="/NoCalls", scps=("NoCalls",)),
    )
    accounts = (account(SHOP, "Shop", "/Open"), account(LEGACY, "Legacy", "/Open"))
    world = World(rig, company(*accounts, scps=scps, organizational_units=units))
    before = rig.json("doctor", "--all", profile=DELEGATE)
    assert answers(before, SHOP) == answers(before, LEGACY) == {"allowed"}
    return world


@pytest.fixture
def kept(world: World) -> Rig:
    return world.rig


@pytest.mark.parametrize("selection", ["--all", "--account=Shop", f"--account={SHOP}", f"--exclude={LEGACY}"])
@pytest.mark.parametrize("told", ["with the account", "by its parents"])
@pytest.mark.parametrize("few", [200, 0])
def test_an_account_that_moved_is_judged_where_it_is(kept: Rig, selection: str, told: str, few: int) -> None:
    """However it is selected, whichever way Organizations tells where it is, and also where all are listed anew."""
    if told == "by its parents":
        kept.hide_paths()
    kept.patch.setattr(choosing, "FEW", few)
    kept.emulator.control.move_account(SHOP, "/Closed")
    ran = kept.json("doctor", selection, profile=DELEGATE)
    assert answers(ran, SHOP) == {"blocked"}
    assert ran.row(SHOP)["ou_path"] == "/Closed"
    assert ran.document["not_read"] == []
    assert ran.code == 1


def test_one_that_left_the_selected_ou_is_told(kept: Rig) -> None:
    kept.emulator.control.move_account(SHOP, "/Closed")
    ran = kept.json("doctor", "--ou", "/Open", profile=DELEGATE)
    assert (answers(ran, SHOP), answers(ran, LEGACY)) == ({"skipped"}, {"allowed"})
    assert "no longer selected" in ran.row(SHOP)["reason"]["text"]


def test_the_callers_own_account_is_placed_anew_too(kept: Rig) -> None:
    kept.emulator.control.move_account(SECURITY, "/NoCalls")
    ran = kept.json("doctor", "--account", "Shop", profile=DELEGATE)
    assert answers(ran, SHOP) == {"blocked"}
    assert {task["policy"].partition(" ")[0] for task in ran.row(SHOP)["tasks"]} == {"NoCalls"}


def test_an_ou_that_is_not_among_those_kept(world: World, kept: Rig) -> None:
    """It was made since; what is attached to it counts all the same."""
    api = world.client("organizations", f"emulator-{MANAGEMENT}")
    (top,) = api.list_roots()["Roots"]
    (closed,) = (one for one in kept.emulator.world.organization.policies.values() if one.name == "Closed")
    unit = api.create_organizational_unit(ParentId=top["Id"], Name="New")["OrganizationalUnit"]
    api.attach_policy(PolicyId=closed.id, TargetId=unit["Id"])
    kept.emulator.control.move_account(SHOP, "/New")
    ran = kept.json("doctor", "--account", "Shop", profile=DELEGATE)
    assert answers(ran, SHOP) == {"blocked"}
    assert {task["target"] for task in ran.row(SHOP)["tasks"]} == {unit["Id"]}
