"""``disable``: the way back, in the order AWS accepts, and never a step further than named."""

from __future__ import annotations

from typing import Any

import pytest
from product_rig import BOTH, EVERYTHING, IAM, MANAGEMENT, SECURITY, SHOP, Rig, company, fresh, holds

from rootwarden.emulator import FaultSpec, account
from rootwarden.model.features import RootFeature


def state(rig: Rig) -> tuple[bool, set[str], set[str]]:
    organization = rig.emulator.world.organization
    return (
        organization.trusts(IAM),
        set(rig.emulator.world.features),
        set(organization.delegates.get(IAM, {})),
    )


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ([], (True, set(), {SECURITY})),
        (["--only", "sessions"], (True, {BOTH[0]}, {SECURITY})),
        (["--only", "credentials"], (True, {BOTH[1]}, {SECURITY})),
        (["--delegate", SECURITY], (True, set(BOTH), set())),
        (["--delegate", SECURITY, "--only", "sessions"], (True, {BOTH[0]}, set())),
        (["--delegate", SECURITY, "--trusted-access"], (False, set(), set())),
    ],
)
def test_what_is_named_goes_and_nothing_else(rig: Rig, options: list[str], expected: Any) -> None:
    """A second run finds nothing to do, and member accounts are never touched."""
    rig.up(company(account(SHOP, "Shop", root=EVERYTHING)))
    before = holds(rig.root(SHOP))
    calls = rig.calls()
    ran = rig.json("disable", *options, "--yes")
    assert (ran.code, set(ran.steps.values())) == (0, {"done"})
    assert state(rig) == expected
    again = rig.json("disable", *options)
    assert (again.code, set(again.steps.values())) == (0, {"nothing_to_do"})
    assert holds(rig.root(SHOP)) == before
    assert {who for _, who in calls} == {MANAGEMENT}


def test_the_order_aws_accepts(rig: Rig) -> None:
    """Features while they can be seen, then the delegate, then trusted access."""
    rig.up(company())
    ran = rig.json("disable", "--delegate", SECURITY, "--trusted-access", "--yes")
    assert [one["step"] for one in ran.document["steps"]] == [
        "disable_root_sessions",
        "disable_root_credentials_management",
        "deregister_delegate",
        "disable_trusted_access",
    ]


def test_trusted_access_with_a_delegate_left(rig: Rig) -> None:
    """AWS refuses that; so do we, before anything is changed, in its words."""
    rig.up(company(account(SHOP, "Shop"), delegated_administrators={SECURITY: (IAM,), SHOP: (IAM,)}))
    for options in ([], ["--delegate", SECURITY]):
        ran = rig.json("disable", "--trusted-access", *options, "--yes")
        assert ran.code == 4
        assert "You have delegated administrator/s for this service." in ran.document["error"]["message"]
        assert f"--delegate {SHOP if options else SECURITY}" in ran.document["error"]["advice"]
        assert state(rig) == (True, set(BOTH), {SECURITY, SHOP})


def test_the_delegate_may_switch_features_off(rig: Rig) -> None:
    """AWS lets a delegate disable, though not enable, and not touch the rest."""
    rig.up(company())
    ran = rig.json("disable", "--yes", profile=f"emulator-{SECURITY}")
    assert ran.code == 0, ran.err
    assert state(rig) == (True, set(), {SECURITY})
    for options in (["--delegate", SECURITY], ["--trusted-access"]):
        ran = rig.json("disable", *options, "--yes", profile=f"emulator-{SECURITY}")
        assert (ran.code, ran.document["error"]["type"]) == (3, "WrongAccount")
        assert "You don't have permissions to access this resource." in ran.document["error"]["message"]
    assert state(rig) == (True, set(), {SECURITY})


def test_a_plain_member_may_not(rig: Rig) -> None:
    """It is told so before anything is sent to change."""
    rig.up(company(account(SHOP, "Shop")))
    ran = rig.json("disable", "--yes", profile=f"emulator-{SHOP}")
    assert ran.code == 3
    assert "AccountNotManagementOrDelegatedAdministratorException" in ran.document["error"]["message"]
    assert state(rig) == (True, set(BOTH), {SECURITY})


def test_what_persists_unseen_is_said(rig: Rig) -> None:
    """While trusted access is off nothing can be switched; the features come back with it."""
    rig.up(fresh(root_features=BOTH))
    ran = rig.json("disable", "--plan")
    assert ran.code == 0
    assert all("comes back with it if it was on" in step["text"] for step in ran.document["plan"])
    assert state(rig) == (False, set(BOTH), set())


def test_trusted_access_stays_when_a_feature_would(rig: Rig) -> None:
    """A feature that stayed on would be on, unseen, and back when trusted access comes back."""
    rig.up(company())
    rig.emulator.world.faults.append(
        FaultSpec(operation="iam:DisableOrganizationsRootSessions", code="AccessDenied", message="No.")
    )
    ran = rig.json("disable", "--delegate", SECURITY, "--trusted-access", "--yes")
    assert ran.code == 6
    assert ran.steps == {
        "disable_root_sessions": "failed",
        "disable_root_credentials_management": "done",
        "deregister_delegate": "done",
        "disable_trusted_access": "refused",
    }
    assert state(rig) == (True, {RootFeature.ROOT_SESSIONS}, set())


def test_an_account_that_is_no_delegate(rig: Rig) -> None:
    """Nothing to do, and AWS is not asked to do it."""
    rig.up(company(account(SHOP, "Shop")))
    ran = rig.json("disable", "--delegate", SHOP, "--yes")
    assert (ran.code, ran.steps) == (0, {"deregister_delegate": "nothing_to_do"})


def test_nobody_to_ask(rig: Rig) -> None:
    """Without a terminal and without --yes nothing happens."""
    rig.up(company())
    assert rig.json("disable").code == 4
    assert rig.json("disable", "--delegate", "").code == 2
    assert state(rig) == (True, set(BOTH), {SECURITY})
