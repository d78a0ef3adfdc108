"""Each purpose has its own caller, which is named, and an explicit profile wins over it."""

from __future__ import annotations

import pytest
from product_rig import LEGACY, MANAGEMENT, SECURITY, Rig, caller, company, configuration

from rootwarden.emulator import account

CONFIG = """
[purposes.management_read]
profile = "emulator-management"
[purposes.management_deploy]
profile = "emulator-management"
[purposes.delegate]
profile = "emulator-security"
"""


@pytest.fixture
def world(rig: Rig) -> Rig:
    """One member, and a role in the delegate's account."""
    rig.up(
        company(
            account(LEGACY, "Legacy"),
            principals=(caller(SECURITY, "*", name="Opener"), caller(MANAGEMENT, "*")),
        )
    )
    return rig


def test_a_command_uses_the_profile_of_its_purpose(world: Rig) -> None:
    """And says which."""
    path = configuration(world.folder, CONFIG)
    calls = world.calls()
    ran = world.json("audit", "--config", path, profile=None)
    assert ran.code == 0, ran.err
    assert "using profile emulator-security (purposes.delegate in the configuration)" in ran.err
    assert {who for action, who in calls if action == "sts:AssumeRoot"} == {SECURITY}
    status = world.json("status", "--config", path, profile=None)
    assert status.document["caller"]["account_id"] == MANAGEMENT


def test_an_explicit_profile_wins(world: Rig) -> None:
    path = configuration(world.folder, CONFIG)
    ran = world.json("status", "--config", path, profile="emulator-security")
    assert ran.document["caller"]["account_id"] == SECURITY
    assert "using profile" not in ran.err


def test_a_purpose_that_is_not_named_falls_back(world: Rig) -> None:
    path = configuration(world.folder, '[purposes.delegate]\nprofile = "emulator-security"\n')
    world.patch.setenv("AWS_PROFILE", "emulator-management")
    ran = world.json("status", "--config", path, profile=None)
    assert ran.document["caller"]["account_id"] == MANAGEMENT


@pytest.mark.parametrize(
    "command", [("ledger", "list"), ("ledger", "verify"), ("recovery", "list"), ("waiver", "list")]
)
def test_the_ledger_is_read_by_who_writes_it(world: Rig, command: tuple[str, ...]) -> None:
    """A configuration that names the delegate alone is enough to look at what the delegate did."""
    path = configuration(world.folder, '[purposes.delegate]\nprofile = "emulator-security"\n')
    assert world.run("audit", "--config", path, profile=None).code == 0
    ran = world.json(*command, "--config", path, profile=None)
    assert ran.code == 0, ran.err


def test_a_purpose_whose_profile_is_not_there_names_those_there_are(world: Rig) -> None:
    """The note on which purpose was meant comes with the error."""
    path = configuration(world.folder, '[purposes.delegate]\nprofile = "securty"\n')
    ran = world.json("audit", "--config", path, profile=None)
    assert (ran.code, ran.document["error"]["type"]) == (3, "NoCredentials")
    assert "emulator-security" in ran.document["error"]["advice"]
    assert "purposes.delegate" in ran.err


def test_a_role_that_cannot_be_assumed(world: Rig) -> None:
    """AWS's answer to AssumeRole reaches the user."""
    role = f"arn:aws:iam::{SECURITY}:role/Nobody"
    path = configuration(
        world.folder,
        f'[purposes.delegate]\nrole_arn = "{role}"\nsource_profile = "emulator-{MANAGEMENT}-Limited"\n',
    )
    ran = world.json("audit", "--config", path, profile=None)
    assert (ran.code, ran.document["error"]["reason"]["source"]) == (3, "aws")
    assert f"role {role}" in ran.err
