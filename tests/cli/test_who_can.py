"""``who-can``: what it makes of the users and roles of the delegate and the management account."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from notification_rig import client
from product_rig import LEGACY, MANAGEMENT, SECURITY, SHOP, Rig, caller, company, configuration
from whole_outputs import same_as

from rootwarden.emulator import account
from rootwarden.emulator.org_file import FaultSpec, OuSpec, PrincipalSpec
from rootwarden.model.permissions import COMMANDS

if TYPE_CHECKING:
    from product_rig import Ran

NEEDS = COMMANDS["who-can"]
READER, MANAGER = f"emulator-{SECURITY}-Reader", f"emulator-{MANAGEMENT}-Reader"
OUTSIDE = "999999999999"
TASKS = "arn:aws:iam::aws:policy/root-task"
MEMBERS = (account(SHOP, "Shop", "/Shops"), account(LEGACY, "Legacy", "/Old"))


def policy(*statements: Any) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


AUDITOR = policy(
    allow(
        "sts:AssumeRoot",
        f"arn:aws:iam::{SHOP}:root",
        Condition={"ArnEquals": {"sts:TaskPolicyArn": f"{TASKS}/IAMAuditRootUserCredentials"}},
    )
)
PEOPLE = (
    PrincipalSpec(account=SECURITY, name="Developers", managed_policies=("PowerUserAccess",)),
    PrincipalSpec(account=SECURITY, name="Auditor", policies=(AUDITOR,)),
    PrincipalSpec(
        account=SECURITY,
        name="Vendor",
        policies=(policy(allow("sts:AssumeRoot", "arn:aws:iam::*:root")),),
        trust=policy(
            {
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{OUTSIDE}:root"},
                "Action": "sts:AssumeRole",
                "Condition": {"StringEquals": {"sts:ExternalId": "x"}},
            }
        ),
    ),
    PrincipalSpec(account=SECURITY, name="Deployer", policies=(policy(allow("iam:PutRolePolicy")),)),
    PrincipalSpec(
        account=SECURITY,
        name="oncall",
        kind="user",
        policies=(policy(allow("sts:*", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})),),
    ),
)


def world(rig: Rig, *more: PrincipalSpec, without: str | None = None, **fields: Any) -> None:
    """People in the delegate, and a reader in both accounts that has the table's actions and no more."""
    actions = [one for one in (*NEEDS.actions, *NEEDS.optional) if one != without]
    readers = (caller(SECURITY, *actions, name="Reader"), caller(MANAGEMENT, *actions, name="Reader"))
    rig.up(company(*MEMBERS, principals=(*PEOPLE, *more, *readers), **fields))


def ask(rig: Rig, *arguments: str, profile: str = READER) -> Ran:
    return rig.json("who-can", "--read-as", MANAGER, *arguments, profile=profile)


def names(ran: Ran, part: str = "principals", home: str = SECURITY) -> set[str]:
    return {one["name"] for one in ran.document[part] if one["account_id"] == home}


def one(ran: Ran, name: str, part: str = "principals", home: str = SECURITY) -> Any:
    (found,) = (each for each in ran.document[part] if (each["account_id"], each["name"]) == (home, name))
    return found


def flags(ran: Ran, name: str) -> dict[str, str]:
    return {flag["code"]: flag["severity"] for flag in one(ran, name)["flags"]}


def test_who_can_in_a_company(rig: Rig) -> None:
    """Each with accounts, tasks, conditions, statement and flags; exit 1, with exactly the actions of the table."""
    world(rig)
    seen = rig.calls()
    ran = ask(rig)
    assert ran.code == 1, ran.err
    assert {action for action, _ in seen} <= {*NEEDS.actions, *NEEDS.optional}
    assert ran.document["management"] == "read"
    assert ran.document["not_read"] == []
    assert names(ran) == {"Administrator", "Auditor", "Developers", "Vendor", "oncall"}
    assert names(ran, home=MANAGEMENT) == {"Administrator"}
    (grant,) = one(ran, "Developers")["grants"]
    assert grant["summary"] == "all 3 member accounts, all tasks, by PowerUserAccess"
    assert flags(ran, "Developers") == {
        "power_user_access": "high",
        "no_task_limit": "high",
        "no_account_limit": "medium",
    }
    (grant,) = one(ran, "Auditor")["grants"]
    assert (grant["accounts"], grant["tasks"]) == ({"count": 1, "all": False, "ids": [SHOP]}, ["audit"])
    assert grant["by"][0]["policy"] == "role Auditor, inline policy Auditor-1"
    assert "sts:TaskPolicyArn" in grant["by"][0]["condition"]
    assert flags(ran, "Auditor") == {}
    (grant,) = one(ran, "oncall")["grants"]
    assert (grant["answer"], grant["depends_on"]) == ("depends", ["aws:multifactorauthpresent"])
    assert flags(ran, "oncall")["long_term_user"] == "high"
    assert one(ran, "oncall")["long_term_credentials"] is True
    assert flags(ran, "Vendor")["assumable_from_outside"] == "high"


def test_one_step_away(rig: Rig) -> None:
    """Who could give itself the right, or become somebody who has it; not who has everything already."""
    world(rig)
    ran = ask(rig)
    assert names(ran, "one_step_away") == {"Deployer", "oncall"}
    steps = {step["means"]: step for step in one(ran, "Deployer", "one_step_away")["steps"]}
    assert steps["own_policy"]["actions"] == ["iam:PutRolePolicy"]
    assert steps["own_policy"]["answer"] == "allow"
    assert one(ran, "Deployer", "one_step_away")["can_some"] is False


@pytest.mark.parametrize(
    ("denied", "unread"),
    [
        ("iam:GetAccountAuthorizationDetails", "the users and roles of account"),
        ("iam:GenerateCredentialReport", "the credential report of account"),
        ("iam:GetCredentialReport", "the credential report of account"),
        ("organizations:ListPoliciesForTarget", "the SCPs of"),
        ("organizations:DescribePolicy", "the policy FullAWSAccess"),
        ("organizations:ListDelegatedAdministrators", "which accounts are delegated administrators"),
        ("organizations:ListRoots", "whether SCPs are enabled"),
    ],
)
def test_what_could_not_be_read(rig: Rig, denied: str, unread: str) -> None:
    """Exit 6 with AWS's words; nobody is left out for it, unless nobody at all was seen."""
    world(rig, without=denied)
    ran = ask(rig)
    assert ran.code == 6
    (first, *_) = [each for each in ran.document["not_read"] if each["what"].startswith(unread)]
    assert first["reason"]["code"] in {"AccessDenied", "AccessDeniedException"}
    if denied == "iam:GetAccountAuthorizationDetails":
        assert ran.document["principals"] == []
        assert {each["read"] for each in ran.document["accounts"]} == {False}
        return
    assert {"Auditor", "Developers", "Vendor", "oncall"} <= names(ran)
    if denied.startswith("organizations:ListP") or denied.endswith("DescribePolicy"):
        assert {grant["answer"] for grant in one(ran, "Developers")["grants"]} == {"depends"}


def test_the_management_account_was_not_read(rig: Rig) -> None:
    """Said with the reason, and exit 6; that of a refused profile is its own."""
    world(rig)
    ran = rig.json("who-can", profile=READER)
    assert (ran.code, ran.document["management"]) == (6, "not read")
    (home,) = [each for each in ran.document["accounts"] if each["role"] == "management"]
    assert "--read-as" in home["reason"]["text"]
    text = rig.run("who-can", profile=READER).out
    assert f"management {MANAGEMENT}: not read: " in text.replace("\n", " ")


def test_the_configuration_names_both_readers(rig: Rig) -> None:
    """By purpose; then no option is needed."""
    world(rig)
    conf = configuration(
        rig.folder,
        f'[purposes.delegate]\nprofile = "{READER}"\n[purposes.management_read]\nprofile = "{MANAGER}"\n',
    )
    ran = rig.json("who-can", "--config", conf, profile=None)
    assert (ran.code, ran.document["management"]) == (1, "read")


def test_from_the_management_account(rig: Rig) -> None:
    """The delegate is read by the other profile."""
    world(rig)
    ran = rig.json("who-can", "--read-as", READER, profile=MANAGER)
    assert ran.code == 1
    assert ran.document["management"] == "read"
    assert "Developers" in names(ran)


def test_a_selection_of_accounts(rig: Rig) -> None:
    """Only those are asked about; the others are not among them, and what none reaches has its reason."""
    world(rig)
    ran = ask(rig, "--account", f"{LEGACY},{MANAGEMENT}")
    targets = ran.document["targets"]
    assert (targets["accounts"], targets["every_member"]) == ([LEGACY], False)
    assert targets["skipped"][0]["reason"]["code"] == "management_account"
    assert "Auditor" not in names(ran)
    (grant,) = one(ran, "Developers")["grants"]
    assert grant["summary"] == f"{LEGACY}, all tasks, by PowerUserAccess"


def test_an_scp_of_the_delegate_decides_there_alone(rig: Rig) -> None:
    """All but the auditor are denied in the delegate; the management account is bound by none."""
    document = policy(
        {
            "Effect": "Deny",
            "Action": "sts:AssumeRoot",
            "Resource": "*",
            "Condition": {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/Auditor"}},
        }
    )
    world(
        rig,
        scps={"OnlyAuditors": document},
        organizational_units=(OuSpec(path="/S", scps=("OnlyAuditors",)),),
    )
    organizations = client(rig, "organizations", "emulator-management")
    root = rig.emulator.world.organization.root
    unit = organizations.list_organizational_units_for_parent(ParentId=root.id)["OrganizationalUnits"]
    home = next(each["Id"] for each in unit if each["Name"] == "S")
    organizations.move_account(AccountId=SECURITY, SourceParentId=root.id, DestinationParentId=home)
    ran = ask(rig)
    assert names(ran) == {"Auditor"}
    assert names(ran, home=MANAGEMENT) == {"Administrator"}
    assert "Deployer" not in names(ran, "one_step_away")
    steps = {step["means"]: step for step in one(ran, "Developers", "one_step_away")["steps"]}
    assert steps["assume_role"]["targets"] == [f"arn:aws:iam::{SECURITY}:role/Auditor"]


def test_what_iam_was_told_since(rig: Rig) -> None:
    """Groups, permission sets, service-linked roles, and a trust policy open to anyone."""
    world(rig)
    iam = client(rig, "iam", "emulator-security")
    iam.create_group(GroupName="ops")
    iam.attach_group_policy(GroupName="ops", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    iam.create_user(UserName="alice")
    iam.add_user_to_group(GroupName="ops", UserName="alice")
    everybody = policy({"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"})
    name = "AWSReservedSSO_Power_0123456789abcdef"
    for role, path in ((name, "/aws-reserved/sso.amazonaws.com/"), ("open", "/")):
        iam.create_role(RoleName=role, Path=path, AssumeRolePolicyDocument=json.dumps(everybody))
        iam.attach_role_policy(RoleName=role, PolicyArn="arn:aws:iam::aws:policy/PowerUserAccess")
    iam.create_service_linked_role(AWSServiceName="organizations.amazonaws.com")
    ran = ask(rig)
    assert "no_task_limit" in flags(ran, "alice")
    assert one(ran, "alice")["long_term_credentials"] is False
    assert (one(ran, name)["kind"], one(ran, name)["permission_set"]) == ("permission_set", "Power")
    assert flags(ran, "open")["assumable_by_anyone"] == "high"
    (home,) = [each for each in ran.document["accounts"] if each["id"] == SECURITY]
    assert home["service_linked_roles"] == 1


@pytest.mark.parametrize("output", ["table", "json", "csv", "markdown", "jsonl"])
def test_whole_outputs(rig: Rig, output: str) -> None:
    """Every format."""
    world(rig)
    rig.patch.setenv("COLUMNS", "150")
    arguments = ["who-can", "--read-as", MANAGER, "-o", output]
    ran = rig.run(*arguments, profile=READER)
    assert ran.code == 1
    same_as(f"who-can.{output}", ran.out, rig)


def test_an_unknown_profile_is_named(rig: Rig) -> None:
    """Exit 3 or 2, and nothing was judged with half of the readers."""
    world(rig)
    ran = rig.json("who-can", "--read-as", "nobody", profile=READER)
    assert ran.code in {2, 3}
    assert "nobody" in ran.document["error"]["message"]


def test_a_profile_of_another_account_or_endpoint(rig: Rig) -> None:
    """The one is told, the other refused: what it reads would be of another world."""
    world(rig)
    ran = rig.run("who-can", "--read-as", f"emulator-{SHOP}", profile=READER)
    assert f"profile emulator-{SHOP} belongs to account {SHOP}" in ran.err
    config = rig.folder / "aws" / "config"
    text = config.read_text(encoding="utf-8")
    config.write_text(
        f"{text}\n[profile elsewhere]\nregion = us-east-1\nendpoint_url = http://127.0.0.1:1\n",
        encoding="utf-8",
    )
    ran = rig.json("who-can", "--read-as", "elsewhere", profile=READER)
    assert (ran.code, ran.document["error"]["type"]) == (2, "BadInput")
    assert "http://127.0.0.1:1" in ran.document["error"]["message"]


def test_with_the_required_actions_alone(rig: Rig) -> None:
    """Nobody was seen, and that is what is said."""
    rig.up(company(*MEMBERS, principals=(*PEOPLE, caller(SECURITY, *NEEDS.actions, name="Reader"))))
    ran = rig.json("who-can", profile=READER)
    assert ran.code == 6
    assert (ran.document["principals"], ran.document["one_step_away"]) == ([], [])
    assert {each["read"] for each in ran.document["accounts"]} == {False}


def test_a_read_that_fails_in_mid_page(rig: Rig) -> None:
    """Half of an account's people is none: it was not read."""
    world(rig)
    rig.emulator.control.add_fault(
        FaultSpec(
            operation="iam:GetAccountAuthorizationDetails",
            code="ServiceFailure",
            http_status=500,
            account=SECURITY,
        )
    )
    ran = ask(rig)
    assert ran.code == 6
    assert names(ran) == set()
    assert names(ran, home=MANAGEMENT) == {"Administrator"}
