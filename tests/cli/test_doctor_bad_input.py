"""``doctor`` on what cannot be read: policies that are none, and an organization that changes meanwhile."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from doctor_world import SCPS, World, deny
from product_rig import LEGACY, SECURITY, SHOP, company

from rootwarden.emulator import FaultSpec, account
from rootwarden.emulator.org_file import OuSpec
from rootwarden.operations.doctor import moves

if TYPE_CHECKING:
    from product_rig import Ran, Rig

DELEGATE = f"emulator-{SECURITY}"


def answers(ran: Ran, account_id: str) -> set[str]:
    return {one["answer"] for one in ran.row(account_id)["tasks"]}


def test_an_account_that_moves_while_the_tree_is_read_is_left_open(rig: Rig) -> None:
    World(rig, company(account(SHOP, "Shop", "/Z"), account(LEGACY, "Legacy", "/A")))
    rig.hide_paths()
    state = rig.emulator.world.organization
    shop = state.accounts[SHOP]

    def away() -> None:
        state.move_account(shop, state.root)

    rig.after("organizations:ListAccountsForParent", away)
    ran = rig.json("doctor", profile=DELEGATE)
    assert answers(ran, SHOP) == {"depends"}
    assert answers(ran, LEGACY) == {"allowed"}
    assert ran.code == 6


@pytest.mark.parametrize("paths", ["told", "asked for"])
@pytest.mark.parametrize("few", [100, 0])
@pytest.mark.parametrize("asked", ["organizations:ListPoliciesForTarget", "organizations:DescribePolicy"])
def test_an_account_that_moves_while_the_policies_are_read_is_left_open(
    rig: Rig, asked: str, few: int, paths: str
) -> None:
    """The policies read are those of where it was."""
    World(rig, company(account(SHOP, "Shop", "/Z"), account(LEGACY, "Legacy", "/A")))
    rig.patch.setattr(moves, "_FEW", few)
    if paths == "asked for":
        rig.hide_paths()
    rig.after(asked, lambda: rig.emulator.control.move_account(SHOP, "/A"))
    ran = rig.json("doctor", profile=DELEGATE)
    assert answers(ran, LEGACY) == {"allowed"}
    assert answers(ran, SHOP) == {"depends"}
    (unread,) = ran.document["not_read"]
    assert unread["reason"]["code"] == "account_moved"
    assert ran.code == 6


@pytest.mark.parametrize("denied", ["organizations:DescribeAccount", "organizations:ListParents"])
def test_the_second_look_asks_whatever_it_may(rig: Rig, denied: str) -> None:
    """Whoever may not ask for one account, or for its parent, may list them all perhaps."""
    World(rig, company(account(SHOP, "Shop", "/Z"), account(LEGACY, "Legacy", "/A")))
    rig.hide_paths()
    fault = FaultSpec(operation=denied, code="AccessDenied", message="no", http_status=403)
    rig.emulator.world.faults.append(fault)
    still = rig.json("doctor", profile=DELEGATE)
    assert answers(still, SHOP) == answers(still, LEGACY) == {"allowed"}
    rig.after("organizations:DescribePolicy", lambda: rig.emulator.control.move_account(SHOP, "/A"))
    moved = rig.json("doctor", "--refresh", profile=DELEGATE)
    assert (answers(moved, SHOP), answers(moved, LEGACY)) == ({"depends"}, {"allowed"})


@pytest.mark.parametrize("few", [100, 0])
def test_an_account_that_leaves_while_the_policies_are_read_is_left_open(rig: Rig, few: int) -> None:
    World(rig, company(account(SHOP, "Shop", "/Z"), account(LEGACY, "Legacy", "/A")))
    rig.patch.setattr(moves, "_FEW", few)
    state = rig.emulator.world.organization
    shop = state.accounts[SHOP]
    rig.after("organizations:DescribePolicy", lambda: state.remove_account(shop))
    ran = rig.json("doctor", profile=DELEGATE)
    assert (answers(ran, SHOP), answers(ran, LEGACY)) == ({"depends"}, {"allowed"})
    assert [one["reason"]["code"] for one in ran.document["not_read"]] == ["not_in_organization"]
    assert ran.code == 6


@pytest.mark.parametrize(
    "content",
    [
        "",
        "not json",
        "[]",
        '{"Statement": 5}',
        '{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Effect": "Allow", "Action": "*", "Resource": "*"}]}',
        '{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": {"a": 1}, "Resource": null}]}',
        "[" * 100_000,
        json.dumps({"Version": "2012-10-17", "Statement": [deny(Action=["x:" + "y" * 10_000_000])]}),
    ],
    ids=["empty", "not JSON", "a list", "a number", "twice", "wrong types", "nested", "10 MB"],
)
def test_policies_that_cannot_be_read_leave_it_open(rig: Rig, content: str) -> None:
    World(
        rig,
        company(
            account(SHOP, "Shop"),
            account(LEGACY, "Legacy", "/Old"),
            scps={"Odd": SCPS["Recommended"]},
            organizational_units=(OuSpec(path="/Old", scps=("Odd",)),),
        ),
    )
    odd = next(one for one in rig.emulator.world.organization.policies.values() if one.name == "Odd")
    odd.content = content
    ran = rig.json("doctor", profile=DELEGATE)
    assert answers(ran, LEGACY) == {"depends"}
    assert answers(ran, SHOP) == {"allowed"}
    (found,) = [one for one in ran.document["findings"] if one["code"] == "unreadable_policy"]
    assert found["policy"].startswith("Odd ")
    assert ran.code == 6
