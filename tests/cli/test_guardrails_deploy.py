"""``guardrails deploy`` and ``undeploy``: what the organization holds afterwards, and what is refused before anything happens."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ledger_rig import entries
from product_rig import LEGACY, MANAGEMENT, SECURITY, SHOP, Rig, company, configuration
from recovery_rig import opened, recovery_company
from removal_rig import fault

from rootwarden.emulator import account
from rootwarden.emulator.org_file import OuSpec
from rootwarden.emulator.tree import OrganizationPolicy
from rootwarden.policy.guardrails.catalog import GUARDRAILS, rendered
from rootwarden.policy.guardrails.parameters import Parameters

NAME = "RootwardenDenyRoot"
DELEGATE = f"emulator-{SECURITY}"
DEPLOY = ("guardrails", "deploy", "deny-root")
OUS = (OuSpec(path="/Sandbox"), OuSpec(path="/Shops"))
CONTROL_TOWER: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "GRRESTRICTROOTUSER",
            "Effect": "Deny",
            "Action": "*",
            "Resource": "*",
            "Condition": {"ArnLike": {"aws:PrincipalArn": "arn:*:iam::*:root"}},
        }
    ],
}


def shops(rig: Rig, **fields: Any) -> None:
    rig.up(
        company(
            account(SHOP, "Shop", "/Shops"),
            account(LEGACY, "Legacy"),
            **{"organizational_units": OUS, **fields},
        )
    )


def policy(rig: Rig, name: str = NAME) -> OrganizationPolicy | None:
    found = rig.emulator.world.organization.policies.values()
    return next((one for one in found if one.name == name), None)


def held(rig: Rig, name: str = NAME) -> OrganizationPolicy:
    found = policy(rig, name)
    assert found is not None
    return found


def places(rig: Rig, name: str = NAME) -> list[str]:
    return [one.name for one in held(rig, name).targets.values()]


def steps(ran: Any) -> list[tuple[str, str]]:
    return [(one["step"], one["outcome"]) for one in ran.document["steps"]]


def test_deployed_deployed_again_and_taken_away(rig: Rig, ledger: Path) -> None:
    """Each call is in the ledger before it is made; the second time there is nothing to do; in the end nothing is left."""
    shops(rig)
    planned = rig.json(*DEPLOY, "--target", "/Shops", "--plan")
    assert [one["step"] for one in planned.document["plan"]] == ["create_policy", "attach_policy"]
    assert (planned.code, policy(rig)) == (0, None)
    ran = rig.json(*DEPLOY, "--target", "/Shops", "--yes", "--reason", "no root", "--ticket", "SEC-7")
    assert (ran.code, steps(ran)) == (0, [("create_policy", "done"), ("attach_policy", "done")])
    assert json.loads(held(rig).content) == rendered(GUARDRAILS["deny-root"], Parameters()).papers[0].document
    assert places(rig) == ["Shops"]
    found = [one["content"] for one in entries(rig)]
    assert [one["items"][0].split(":")[0] for one in found if "items" in one] == [
        "create_policy",
        "attach_policy",
    ]
    assert {(one["reason"], one["ticket"]) for one in found if "items" in one} == {("no root", "SEC-7")}
    again = rig.json(*DEPLOY, "--yes")
    assert (again.code, again.document["steps"]) == (0, [])
    away = rig.json("guardrails", "undeploy", "deny-root", "--yes")
    assert (away.code, steps(away)) == (0, [("detach_policy", "done"), ("delete_policy", "done")])
    assert policy(rig) is None
    assert rig.json("guardrails", "undeploy", "deny-root", "--yes").document["steps"] == []


def test_root_is_denied_and_sessions_pass_once_it_is_deployed(rig: Rig, ledger: Path) -> None:
    """What the claims say is what happens."""
    shops(rig)
    assert rig.json(*DEPLOY, "--target", "/", "--yes").code == 0
    assert rig.json("audit", "--account", SHOP, profile=DELEGATE).row(SHOP)["outcome"] == "clean"


def test_a_change_by_hand_is_shown_and_not_overwritten(rig: Rig, ledger: Path) -> None:
    """Neither by --yes nor silently; --overwrite puts it right, and other parameters are no change by hand."""
    shops(rig)
    rig.json(*DEPLOY, "--target", "/Shops", "--yes")
    ours = held(rig).content
    held(rig).replace(ours.replace('"Null"', '"NotNull"').replace("NotNull", "Null").replace("true", "false"))
    by_hand = held(rig).content
    plan = rig.json(*DEPLOY, "--plan")
    assert plan.document["changed_by_hand"] is True
    assert '-        "aws:AssumedRoot": "false"' in plan.document["diff"]
    refused = rig.json(*DEPLOY, "--yes")
    assert (refused.code, "--overwrite" in refused.document["error"]["advice"]) == (4, True)
    assert rig.json("guardrails", "undeploy", "deny-root", "--yes").code == 4
    assert held(rig).content == by_hand
    put_right = rig.json(*DEPLOY, "--yes", "--overwrite")
    assert (put_right.code, steps(put_right)) == (0, [("update_policy", "done")])
    assert json.loads(held(rig).content) == json.loads(ours)
    changed = rig.json(*DEPLOY, "--exempt", LEGACY, "--yes")
    assert (changed.code, changed.document["changed_by_hand"]) == (0, False)
    assert f"arn:aws:iam::{LEGACY}:root" in held(rig).content


def test_the_test_ou_comes_first_and_its_failure_ends_it(rig: Rig, ledger: Path) -> None:
    shops(rig)
    where = ("--config", configuration(rig.folder, '[guardrails]\ntest_ou = "/Sandbox"\n'))
    ran = rig.json(*DEPLOY, "--target", "/Shops", "--yes", *where)
    assert [one["text"].split(" to ")[-1].split()[0] for one in ran.document["steps"][1:]] == [
        "/Sandbox",
        "/Shops",
    ]
    assert places(rig) == ["Sandbox", "Shops"]


def test_after_a_step_that_failed_none_is_tried(rig: Rig, ledger: Path) -> None:
    """What was done stays, and is told; the same command goes on from there."""
    shops(rig, faults=(fault("organizations:AttachPolicy", count=1),))
    ran = rig.json(*DEPLOY, "--target", "/Sandbox", "--target", "/Shops", "--yes")
    assert (ran.code, [outcome for _, outcome in steps(ran)]) == (6, ["done", "failed", "refused"])
    assert places(rig) == []
    again = rig.json(*DEPLOY, "--target", "/Sandbox,/Shops", "--yes")
    assert (again.code, [step for step, _ in steps(again)]) == (0, ["attach_policy", "attach_policy"])


def test_a_lost_answer_is_looked_up(rig: Rig, ledger: Path) -> None:
    shops(rig)
    rig.lose_answers("organizations:CreatePolicy")
    ran = rig.json(*DEPLOY, "--target", "/Shops", "--yes")
    assert (ran.code, steps(ran)) == (0, [("create_policy", "done"), ("attach_policy", "done")])


def test_the_plan_is_refused_once_it_is_stale(rig: Rig, ledger: Path) -> None:
    """Somebody attached it while it was being read: what was shown is not what would happen."""
    shops(rig)
    rig.json(*DEPLOY, "--target", "/Shops", "--yes")
    organization = rig.emulator.world.organization
    sandbox = next(one for one in organization.containers.values() if one.name == "Sandbox")
    rig.after("organizations:ListPoliciesForTarget", lambda: organization.attach(held(rig), sandbox))
    ran = rig.json(*DEPLOY, "--target", "/Shops", "--target", "/", "--yes")
    assert (ran.code, "stale" in ran.document["error"]["message"]) == (4, True)


def test_where_else_it_is_attached_is_told_and_kept(rig: Rig, ledger: Path) -> None:
    shops(rig)
    rig.json(*DEPLOY, "--target", "/Shops", "--yes")
    ran = rig.json(*DEPLOY, "--target", "/Sandbox", "--yes")
    assert len(ran.document["also_attached_to"]) == 1
    assert places(rig) == ["Shops", "Sandbox"]


def test_an_open_recovery_is_not_locked_out(rig: Rig, ledger: Path) -> None:
    """Refused while somebody may be signed in; spared by name it works, and for another place it is no matter."""
    recovery_company(
        rig, account(SHOP, "Shop", "/Shops"), account(LEGACY, "Legacy"), organizational_units=OUS
    )
    assert opened(rig).code == 0
    refused = rig.json(*DEPLOY, "--target", "/Shops", "--yes")
    assert (refused.code, f"in {SHOP}" in refused.document["error"]["message"]) == (4, True)
    assert policy(rig) is None
    assert rig.json(*DEPLOY, "--target", "/Sandbox", "--yes").code == 0
    assert rig.json(*DEPLOY, "--target", "/Shops", "--exempt", SHOP, "--yes").code == 0


def test_the_exemption_of_a_recovery_is_kept_and_no_change_by_hand(rig: Rig, ledger: Path) -> None:
    """Opened after the SCP was deployed: deploying again does not take its exemption away; closing does."""
    recovery_company(
        rig, account(SHOP, "Shop", "/Shops"), account(LEGACY, "Legacy"), organizational_units=OUS
    )
    rig.json(*DEPLOY, "--target", "/Shops", "--yes")
    purposes = f'[purposes.management_deploy]\nprofile = "emulator-{MANAGEMENT}"\n[purposes.delegate]\nprofile = "{DELEGATE}"\n'
    where = ("--config", configuration(rig.folder, purposes))
    line = ("recovery", "open", SHOP, "--task", "restore-iam-permissions", "--for", "1h", "--yes", *where)
    assert rig.json(*line, profile=None).code == 0
    exempted = held(rig).content
    assert f"arn:aws:iam::{SHOP}:root" in exempted
    again = rig.json(*DEPLOY, "--yes", *where, profile=None)
    assert (again.code, again.document["changed_by_hand"], held(rig).content) == (0, False, exempted)
    more = rig.json(*DEPLOY, "--exempt", LEGACY, "--yes", *where, profile=None)
    assert (more.code, f"arn:aws:iam::{SHOP}:root" in held(rig).content) == (0, True)
    assert rig.json("recovery", "close", SHOP, "--yes", *where, profile=None).code == 0
    assert f"arn:aws:iam::{SHOP}:root" not in held(rig).content


def test_our_own_caller_is_not_locked_out(rig: Rig, ledger: Path) -> None:
    """The role that opens root sessions is no operator: refused, unless the operators are named."""
    shops(rig)
    purposes = f'[purposes.management_deploy]\nprofile = "emulator-{MANAGEMENT}"\n[purposes.delegate]\nprofile = "{DELEGATE}"\n'
    where = ("--config", configuration(rig.folder, purposes))
    line = ("guardrails", "deploy", "protect-assume-root", "--yes", *where)
    refused = rig.json(*line, profile=None)
    assert (refused.code, "keep arn:aws:iam" in refused.document["error"]["message"]) == (4, True)
    arn = refused.document["error"]["message"].partition("keep ")[2].partition(",")[0]
    others = ("--operator", f"arn:aws:iam::{SECURITY}:role/SomebodyElse")
    assert rig.json(*line, *others, profile=None).code == 4  # as much locked out as before
    said = rig.json(*line[:3], *where, *others, "--lock-me-out", "--plan", profile=None)
    assert (said.code, "will not open root sessions any more" in said.document["notes"][0]) == (0, True)
    ran = rig.json(*line, "--operator", arn, profile=None)
    assert (ran.code, places(rig, "RootwardenProtectAssumeRoot")) == (0, ["Security"])
    assert rig.json("audit", "--account", SHOP, *where, profile=None).row(SHOP)["outcome"] == "clean"


def test_control_tower_is_told_and_left_alone(rig: Rig, ledger: Path) -> None:
    shops(
        rig,
        scps={"aws-guardrails-abc": CONTROL_TOWER},
        organizational_units=(OuSpec(path="/Shops", scps=("aws-guardrails-abc",)),),
    )
    before = held(rig, "aws-guardrails-abc").content
    ran = rig.json(*DEPLOY, "--target", "/Shops", "--yes")
    (note,) = [one for one in ran.document["notes"] if "Control Tower" in one]
    assert (ran.code, "ExemptAssumeRoot" in note) == (0, True)
    assert held(rig, "aws-guardrails-abc").content == before


def test_no_slot_left(rig: Rig, ledger: Path) -> None:
    names = [f"Filler{number}" for number in range(9)]
    fillers = {
        name: {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}]}
        for name in names
    }
    shops(rig, scps=fillers, organizational_units=(OuSpec(path="/Shops", scps=tuple(names)),))
    ran = rig.json(*DEPLOY, "--target", "/Shops", "--yes")
    assert (ran.code, "10 SCPs are attached already" in ran.document["error"]["message"], policy(rig)) == (
        4,
        True,
        None,
    )


@pytest.mark.parametrize(
    ("line", "profile", "refusal"),
    [
        ("deny-root", None, (2, "nothing says where")),
        ("deny-root --target /Nowhere", None, (2, "no OU '/Nowhere'")),
        ("deny-root --target 999999999999", None, (2, "no account 999999999999")),
        (f"deny-root --target {MANAGEMENT}", None, (2, "which no SCP binds")),
        ("delegation --target /Shops", None, (2, "takes no --target")),
        ("operator-trust", None, (2, "is part of a role")),
        ("deny-rot", None, (2, "no guardrail")),
        ("deny-root --target /Shops", f"emulator-{SHOP}", (3, "AccessDenied")),
        ("delegation", DELEGATE, (3, "deployed from the management account")),
        ("deny-root --target /Shops", "unconfirmed", (4, "not confirmed")),
    ],
)
def test_what_is_refused_before_anything_happens(
    rig: Rig, ledger: Path, line: str, profile: str | None, refusal: tuple[int, str]
) -> None:
    shops(rig)
    code, said = refusal
    sure = () if profile == "unconfirmed" else ("--yes",)
    who = "emulator-management" if profile in {None, "unconfirmed"} else profile
    ran = rig.json("guardrails", "deploy", *line.split(), *sure, profile=who)
    assert (ran.code, said in ran.document["error"]["message"]) == (code, True), ran.out
    assert (policy(rig), rig.emulator.world.organization.resource_policy) == (None, None)


def test_the_delegation_keeps_what_others_put_there(rig: Rig, ledger: Path) -> None:
    """Merged in, so that the delegate can deploy SCPs; a change by hand is not overwritten; taken out again alone."""
    shops(rig)
    others = {
        "Sid": "Backups",
        "Effect": "Allow",
        "Principal": {"AWS": SHOP},
        "Action": "organizations:DescribePolicy",
        "Resource": "*",
    }
    rig.emulator.world.organization.resource_policy = json.dumps(
        {"Version": "2012-10-17", "Statement": [others]}
    )
    assert rig.json(*DEPLOY, "--target", "/Shops", "--yes", profile=DELEGATE).code == 6
    assert rig.json("guardrails", "deploy", "delegation", "--yes").code == 0
    assert rig.json("guardrails", "deploy", "delegation", "--yes").document["steps"] == []
    assert rig.json(*DEPLOY, "--target", "/Shops", "--yes", profile=DELEGATE).code == 0
    there = json.loads(str(rig.emulator.world.organization.resource_policy))
    assert [one["Sid"] for one in there["Statement"]] == [
        "Backups",
        "RootwardenReadOrganization",
        "RootwardenManageScps",
    ]
    there["Statement"][2]["Action"] = "organizations:*"
    rig.emulator.world.organization.resource_policy = json.dumps(there)
    assert rig.json("guardrails", "deploy", "delegation", "--yes").code == 4
    away = rig.json("guardrails", "undeploy", "delegation", "--yes")
    assert (away.code, steps(away)) == (0, [("put_resource_policy", "done")])
    assert json.loads(str(rig.emulator.world.organization.resource_policy))["Statement"] == [others]
