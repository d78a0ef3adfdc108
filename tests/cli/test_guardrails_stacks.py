"""``guardrails deploy`` and ``undeploy`` of what is IAM's: change sets in the right account, and what IAM holds afterwards."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ledger_rig import entries
from notification_rig import client
from product_rig import MANAGEMENT, SECURITY, SHOP, Rig, caller, company
from recovery_rig import opened, recovery_company
from removal_rig import fault

from rootwarden.emulator import account
from rootwarden.policy.guardrails.catalog import GUARDRAILS, rendered
from rootwarden.policy.guardrails.parameters import Parameters

DELEGATE, MANAGER = f"emulator-{SECURITY}", "emulator-management"
PEOPLE = f"arn:aws:iam::{SECURITY}:role/People"
ROLES = ("guardrails", "deploy", "operator-roles", "--trust", PEOPLE)
REGION = "eu-central-1"


def document(rig: Rig, name: str, profile: str = DELEGATE) -> Any:
    """What IAM has as a policy's document."""
    iam = client(rig, "iam", profile)
    (found,) = [one for one in iam.list_policies(Scope="Local")["Policies"] if one["PolicyName"] == name]
    version = iam.get_policy(PolicyArn=found["Arn"])["Policy"]["DefaultVersionId"]
    return iam.get_policy_version(PolicyArn=found["Arn"], VersionId=version)["PolicyVersion"]["Document"]


def policies(rig: Rig, profile: str = DELEGATE) -> list[str]:
    return sorted(
        one["PolicyName"] for one in client(rig, "iam", profile).list_policies(Scope="Local")["Policies"]
    )


def steps(ran: Any) -> list[tuple[str, str]]:
    return [(one["step"], one["outcome"]) for one in ran.document["steps"]]


@pytest.fixture
def shop(rig: Rig, ledger: Path) -> Rig:
    rig.up(company(account(SHOP, "Shop")))
    rig.patch.setenv("AWS_REGION", REGION)
    return rig


def test_the_operator_roles_from_the_first_change_set_to_the_last(shop: Rig) -> None:
    """Made, changed and deleted by change sets; the roles carry trust policy, boundary and policies; each step is recorded."""
    planned = shop.json(*ROLES, "--plan", profile=DELEGATE)
    assert [one["step"] for one in planned.document["plan"]] == ["create_stack"]
    assert policies(shop) == []
    made = shop.json(*ROLES, "--yes", profile=DELEGATE)
    assert (made.code, steps(made)) == (0, [("create_stack", "done")])
    role = client(shop, "iam").get_role(RoleName="RootwardenAuditor")["Role"]
    assert role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] == {"AWS": PEOPLE}
    assert role["PermissionsBoundary"]["PermissionsBoundaryArn"].endswith(
        ":policy/RootwardenOperatorBoundary"
    )
    attached = client(shop, "iam").list_attached_role_policies(RoleName="RootwardenAuditor")[
        "AttachedPolicies"
    ]
    assert [one["PolicyName"] for one in attached] == ["RootwardenAuditorPolicy"]
    wanted = rendered(GUARDRAILS["auditor"], Parameters()).papers[0].document
    assert document(shop, "RootwardenAuditorPolicy") == wanted
    assert [one["content"]["items"] for one in entries(shop) if "items" in one["content"]] == [
        ["create_stack:rootwarden-operator-roles"]
    ]
    assert shop.json(*ROLES, "--yes", profile=DELEGATE).document["steps"] == []
    changed = shop.json(*ROLES, "--account", SHOP, "--yes", profile=DELEGATE)
    assert (changed.code, steps(changed)) == (0, [("update_stack", "done")])
    assert (
        document(shop, "RootwardenAuditorPolicy")["Statement"][0]["Resource"] == f"arn:aws:iam::{SHOP}:root"
    )
    away = shop.json("guardrails", "undeploy", "operator-roles", "--yes", profile=DELEGATE)
    assert (away.code, steps(away), policies(shop)) == (0, [("delete_stack", "done")], [])
    assert (
        shop.json("guardrails", "undeploy", "operator-roles", "--yes", profile=DELEGATE).document["steps"]
        == []
    )


def test_a_policy_changed_by_hand_is_not_overwritten(shop: Rig) -> None:
    """Where the template changes nothing, CloudFormation would not put it right: that is said. Else --overwrite is needed."""
    line = ("guardrails", "deploy", "management-deny")
    assert shop.json(*line, "--yes", profile=MANAGER).code == 0
    arn = f"arn:aws:iam::{MANAGEMENT}:policy/RootwardenManagementDeny"
    harmless = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Deny", "Action": "ec2:RunInstances", "Resource": "*"}],
    }
    client(shop, "iam", MANAGER).create_policy_version(
        PolicyArn=arn, PolicyDocument=json.dumps(harmless), SetAsDefault=True
    )
    again = shop.json(*line, "--yes", profile=MANAGER)
    assert (again.code, "changed by hand in IAM" in again.document["error"]["message"]) == (4, True)
    assert shop.json("guardrails", "undeploy", "management-deny", "--yes", profile=MANAGER).code == 4
    assert document(shop, "RootwardenManagementDeny", MANAGER) == harmless
    away = shop.json("guardrails", "undeploy", "management-deny", "--yes", "--overwrite", profile=MANAGER)
    assert (away.code, policies(shop, MANAGER)) == (0, [])
    assert shop.json(*line, "--yes", profile=MANAGER).code == 0
    assert document(shop, "RootwardenManagementDeny", MANAGER)["Statement"][0]["Action"] == "sts:AssumeRoot"


def test_what_somebody_changed_about_a_role_is_seen(shop: Rig) -> None:
    """Its boundary, its policies and inline ones; the policy of another guardrail is no change."""
    assert shop.json(*ROLES, "--yes", profile=DELEGATE).code == 0
    iam = client(shop, "iam")
    stem = f"arn:aws:iam::{SECURITY}:policy"
    for name in ("RootwardenLedgerS3", "Strange"):
        nothing = {"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}
        iam.create_policy(PolicyName=name, PolicyDocument=json.dumps(nothing))
    iam.attach_role_policy(RoleName="RootwardenAuditor", PolicyArn=f"{stem}/RootwardenLedgerS3")
    assert shop.json(*ROLES, "--yes", profile=DELEGATE).document["steps"] == []
    iam.delete_role_permissions_boundary(RoleName="RootwardenAuditor")
    iam.detach_role_policy(RoleName="RootwardenAuditor", PolicyArn=f"{stem}/RootwardenAuditorPolicy")
    iam.attach_role_policy(RoleName="RootwardenRemover", PolicyArn=f"{stem}/Strange")
    iam.put_role_policy(RoleName="RootwardenUnlocker", PolicyName="more", PolicyDocument=json.dumps(nothing))
    refused = shop.json(*ROLES, "--yes", profile=DELEGATE)
    said = refused.document["error"]["message"]
    assert refused.code == 4
    for words in (
        "the role RootwardenAuditor has lost its permissions boundary RootwardenOperatorBoundary",
        "the policy RootwardenAuditorPolicy is not attached to the role RootwardenAuditor any more",
        f"the policy {stem}/Strange is attached to the role RootwardenRemover as well",
        "the role RootwardenUnlocker has an inline policy more",
    ):
        assert words in said
    seen = shop.json("guardrails", "undeploy", "operator-roles", "--plan", profile=DELEGATE)
    assert len(seen.document["by_hand"]) == 4


def test_the_roles_stay_while_the_scp_spares_only_them(shop: Rig) -> None:
    """Without them nobody could open a root session any more."""
    assert shop.json(*ROLES, "--yes", profile=DELEGATE).code == 0
    line = ("guardrails", "deploy", "protect-assume-root", "--delegate", SECURITY, "--yes")
    assert shop.json(*line, profile=MANAGER).code == 0
    refused = shop.json("guardrails", "undeploy", "operator-roles", "--yes", profile=DELEGATE)
    assert (refused.code, "RootwardenProtectAssumeRoot" in refused.document["error"]["message"]) == (4, True)
    assert "RootwardenAuditorPolicy" in policies(shop)


def test_the_roles_stay_while_a_recovery_is_open(rig: Rig, ledger: Path) -> None:
    recovery_company(rig, account(SHOP, "Shop"))
    assert rig.json(*ROLES, "--yes", profile=DELEGATE).code == 0
    assert opened(rig).code == 0
    refused = rig.json("guardrails", "undeploy", "operator-roles", "--yes", profile=DELEGATE)
    assert (refused.code, f"in {SHOP}" in refused.document["error"]["message"]) == (4, True)


@pytest.mark.parametrize(
    ("line", "profile", "refusal"),
    [
        ("auditor", MANAGER, (3, "belongs into the delegated administrator's")),
        ("management-deny", DELEGATE, (3, f"belongs into the management account {MANAGEMENT}")),
        ("auditor --target /", DELEGATE, (2, "takes no --target")),
        ("operator-trust --trust " + PEOPLE, DELEGATE, (2, "is part of a role")),
        ("alerts-root", DELEGATE, (3, f"deployed from the management account {MANAGEMENT}")),
        ("ledger-s3", DELEGATE, (2, "needs --bucket")),
        ("auditor", "unconfirmed", (4, "not confirmed")),
    ],
)
def test_what_is_refused_before_anything_happens(
    shop: Rig, line: str, profile: str, refusal: tuple[int, str]
) -> None:
    code, said = refusal
    sure = () if profile == "unconfirmed" else ("--yes",)
    ran = shop.json(
        "guardrails",
        "deploy",
        *line.split(),
        *sure,
        profile=DELEGATE if profile == "unconfirmed" else profile,
    )
    assert (ran.code, said in ran.document["error"]["message"]) == (code, True), ran.out
    assert policies(shop) == []


def test_a_template_too_large_is_refused(shop: Rig) -> None:
    numbers = ",".join(f"{number:012d}" for number in range(1, 301))
    ran = shop.json(*ROLES, "--account", numbers, "--yes", profile=DELEGATE)
    assert (ran.code, "may have 51,200" in ran.document["error"]["message"]) == (2, True)


def test_what_is_there_already_is_not_made_again(shop: Rig) -> None:
    """By the stack of another guardrail here: CloudFormation would roll back, so it is refused before."""
    assert shop.json("guardrails", "deploy", "auditor", "--yes", profile=DELEGATE).code == 0
    refused = shop.json(*ROLES, "--yes", profile=DELEGATE)
    assert (refused.code, "has RootwardenAuditorPolicy already" in refused.document["error"]["message"]) == (
        4,
        True,
    )
    assert policies(shop) == ["RootwardenAuditorPolicy"]


def test_what_cloudformation_cannot_make_is_told(rig: Rig, ledger: Path) -> None:
    """AWS's answer is the reason, and nothing is called done."""
    rig.up(company(account(SHOP, "Shop"), faults=(fault("cloudformation:ExecuteChangeSet"),)))
    ran = rig.json("guardrails", "deploy", "auditor", "--yes", profile=DELEGATE)
    assert (ran.code, steps(ran), policies(rig)) == (6, [("create_stack", "failed")], [])
    assert ran.document["steps"][0]["reason"]["text"] == "Not today."


def test_a_stack_that_failed_is_made_anew(rig: Rig, ledger: Path) -> None:
    """What AWS said of the resource that failed is told; what is left can only be deleted, which the next run does."""
    assert not ledger.exists()
    stacks_only = caller(SECURITY, "cloudformation:*", "organizations:*", "iam:Get*", "iam:List*")
    rig.up(company(account(SHOP, "Shop"), principals=(stacks_only,)))
    line = ("guardrails", "deploy", "auditor", "--yes")
    failed = rig.json(*line, profile=f"emulator-{SECURITY}-Limited")
    (step,) = failed.document["steps"]
    assert (failed.code, step["outcome"]) == (6, "failed")
    assert (step["reason"]["source"], step["reason"]["code"]) == ("aws", "ROLLBACK_COMPLETE")
    assert step["reason"]["text"].startswith("RootwardenAuditorPolicy (AWS::IAM::ManagedPolicy): ")
    assert "is not authorized to perform: iam:CreatePolicy on resource" in step["reason"]["text"]
    assert policies(rig) == []
    planned = rig.json("guardrails", "deploy", "auditor", "--plan", profile=DELEGATE)
    assert [one["step"] for one in planned.document["plan"]] == ["delete_stack", "create_stack"]
    again = rig.json(*line, profile=DELEGATE)
    assert (again.code, steps(again)) == (0, [("delete_stack", "done"), ("create_stack", "done")])
    assert policies(rig) == ["RootwardenAuditorPolicy"]


def test_a_stack_that_failed_is_taken_away(rig: Rig, ledger: Path) -> None:
    """Without the permission to read its events that is said beside CloudFormation's word."""
    assert not ledger.exists()
    calls = tuple(f"cloudformation:{one}*" for one in ("Create", "Execute", "Get", "DescribeChange"))
    may = caller(
        SECURITY, *calls, "cloudformation:DescribeStacks", "organizations:*", "iam:Get*", "iam:List*"
    )
    rig.up(company(account(SHOP, "Shop"), principals=(may,)))
    failed = rig.json("guardrails", "deploy", "auditor", "--yes", profile=f"emulator-{SECURITY}-Limited")
    (step,) = failed.document["steps"]
    assert step["reason"]["code"] == "ROLLBACK_COMPLETE"
    assert "events, which tell why, could not be read: AccessDenied: " in step["reason"]["text"]
    away = rig.json("guardrails", "undeploy", "auditor", "--yes", profile=DELEGATE)
    assert (away.code, steps(away)) == (0, [("delete_stack", "done")])


def test_a_change_set_that_may_not_be_executed_is_withdrawn(rig: Rig, ledger: Path) -> None:
    """AWS's refusal is told, and nothing waits for somebody else to execute it."""
    assert not ledger.exists()
    reads = ("organizations:*", "iam:Get*", "iam:List*")
    calls = tuple(f"cloudformation:{one}*" for one in ("Create", "Delete", "Describe", "Get"))
    rig.up(company(account(SHOP, "Shop"), principals=(caller(SECURITY, *calls, *reads),)))
    failed = rig.json("guardrails", "deploy", "auditor", "--yes", profile=f"emulator-{SECURITY}-Limited")
    (step,) = failed.document["steps"]
    assert (failed.code, step["outcome"], step["reason"]["code"]) == (6, "failed", "AccessDenied")
    assert "cloudformation:ExecuteChangeSet" in step["reason"]["text"]
    cloud = client(rig, "cloudformation")
    assert cloud.list_change_sets(StackName="rootwarden-auditor")["Summaries"] == []
