"""A purpose may name a role: it is assumed with its external id, works through every command, and ends when it ends."""

from __future__ import annotations

import json
from typing import Any

import pytest
from product_rig import EVERYTHING, LEGACY, MANAGEMENT, NOTHING, SECURITY, Rig, company, configuration, holds

from rootwarden.emulator import account
from rootwarden.emulator.org_file import PrincipalSpec, RootUserSpec

OPENER = f"arn:aws:iam::{SECURITY}:role/RootOpener"
READER = f"arn:aws:iam::{MANAGEMENT}:role/OrganizationReader"
SESSION = f"arn:aws:sts::{SECURITY}:assumed-role/RootOpener/rootwarden"


def document(**statement: Any) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]}


def role(account_id: str, name: str, *actions: str, trust: dict[str, Any] | None = None) -> PrincipalSpec:
    policies = (document(Action=list(actions), Resource="*"),)
    return PrincipalSpec(account=account_id, name=name, policies=policies, trust=trust)


def purposes(external_id: str = "a1b2c3") -> str:
    """Roles for reading the organization and for opening root sessions, both from one profile."""
    source = f'source_profile = "emulator-{MANAGEMENT}"'
    return (
        f'[purposes.management_read]\nrole_arn = "{READER}"\n{source}\n'
        f'[purposes.delegate]\nrole_arn = "{OPENER}"\n{source}\nexternal_id = "{external_id}"\n'
    )


@pytest.fixture
def world(rig: Rig) -> Rig:
    """A member whose root user holds everything; the opener's trust policy asks for an external id."""
    trust = document(
        Action="sts:AssumeRole",
        Principal={"AWS": f"arn:aws:iam::{MANAGEMENT}:user/Administrator"},
        Condition={"StringEquals": {"sts:ExternalId": "a1b2c3"}},
    )
    reads = ("organizations:Describe*", "organizations:List*")
    opens = ("sts:AssumeRoot", "iam:ListOrganizationsFeatures", "cloudtrail:Describe*", "cloudtrail:Get*")
    rig.up(
        company(
            account(LEGACY, "Legacy", root=RootUserSpec(**EVERYTHING)),
            principals=(
                role(SECURITY, "RootOpener", *reads, *opens, trust=trust),
                role(MANAGEMENT, "OrganizationReader", *reads, *opens),
            ),
        )
    )
    return rig


def test_root_sessions_are_opened_by_the_role(world: Rig) -> None:
    """And the records of them name its session."""
    path = configuration(world.folder, purposes())
    calls = world.calls()
    ran = world.json("audit", "--config", path, profile=None)
    assert ran.code == 1, ran.err  # there are findings
    assert f"using role {OPENER} (purposes.delegate in the configuration)" in ran.err
    assert {who for action, who in calls if action == "sts:AssumeRole"} == {MANAGEMENT}
    assert {who for action, who in calls if action == "sts:AssumeRoot"} == {SECURITY}
    assert len(ran.row(LEGACY)["credentials"]["access_keys"]) == 2
    events = world.emulator.world.cloudtrail.history.newest_first(SECURITY, "us-east-1")
    opened = [json.loads(event.text) for _, event in events if event.name == "AssumeRoot"]
    assert {one["userIdentity"]["arn"] for one in opened} == {SESSION}


def test_each_purpose_has_its_own_role(world: Rig) -> None:
    ran = world.json("status", "--config", configuration(world.folder, purposes()), profile=None)
    assert ran.document["caller"]["account_id"] == MANAGEMENT
    assert f"using role {READER} (purposes.management_read in the configuration)" in ran.err


def test_credentials_are_removed_by_the_role(world: Rig) -> None:
    path = configuration(world.folder, purposes())
    plan = str(world.folder / "plan.json")
    made = world.json("remove", "plan", "--account", LEGACY, "--out", plan, "--config", path, profile=None)
    assert made.code == 0, made.err
    assert holds(world.root(LEGACY)) != NOTHING
    arguments = ("remove", "apply", plan, "--yes", "--reason", "clean-up", "--config", path)
    applied = world.json(*arguments, profile=None)
    assert applied.code == 0, applied.err
    assert holds(world.root(LEGACY)) == NOTHING


def test_the_wrong_external_id_opens_nothing(world: Rig) -> None:
    """AWS's answer reaches the user, and nothing is called as root."""
    calls = world.calls()
    path = configuration(world.folder, purposes(external_id="another"))
    ran = world.json("audit", "--config", path, profile=None)
    assert (ran.code, ran.document["error"]["reason"]["source"]) == (3, "aws")
    assert f"not authorized to perform: sts:AssumeRole on resource: {OPENER}" in json.dumps(ran.document)
    assert "sts:AssumeRoot" not in {action for action, _ in calls}


def test_a_caller_the_role_does_not_trust(world: Rig) -> None:
    path = configuration(
        world.folder,
        f'[purposes.delegate]\nrole_arn = "{OPENER}"\nsource_profile = "emulator-{LEGACY}"\n'
        'external_id = "a1b2c3"\n',
    )
    ran = world.json("audit", "--config", path, profile=None)
    assert ran.code == 3
    assert f"arn:aws:iam::{LEGACY}:user/Administrator" in json.dumps(ran.document)
