"""Set-up, looking around and guardrails under the policies rendered for them, and under the same less each action that they take."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from management_rig import CIS, GROUP, metric_filter
from notification_rig import client
from privilege_rig import ROLE, Limited, Scenarios, Tried, fresh, limited, papers
from product_rig import MANAGEMENT, SECURITY, SHOP, Rig, company
from product_rig import fresh as before_set_up

from rootwarden.aws import credential_report
from rootwarden.emulator import account
from rootwarden.emulator.org_file import OuSpec, TrailSpec
from rootwarden.emulator.resource_specs import ContactSpec
from rootwarden.model.command_needs import DISABLES, ENABLES, TRAIL_READS

SCENARIOS = Scenarios()
ORGANIZATION = "organizations:DescribeOrganization"
TRUSTED = "organizations:ListAWSServiceAccessForOrganization"
"""IAM's own answer stands in for it."""
DELEGATES, ACCOUNT = "organizations:ListDelegatedAdministrators", "organizations:DescribeAccount"
FEATURES = "iam:ListOrganizationsFeatures"
TREE = ("organizations:ListOrganizationalUnitsForParent", "organizations:ListRoots")
POLICIES = ("organizations:DescribePolicy", "organizations:ListPoliciesForTarget")
OF_USER = (
    "iam:GetGroupPolicy",
    "iam:GetPolicy",
    "iam:GetPolicyVersion",
    "iam:GetUser",
    "iam:GetUserPolicy",
    "iam:ListAttachedGroupPolicies",
    "iam:ListAttachedUserPolicies",
    "iam:ListGroupPolicies",
    "iam:ListGroupsForUser",
    "iam:ListUserPolicies",
)
OF_CALLER = ("iam:GetRole", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:ListRolePolicies")
READS = (
    "account:GetAlternateContact",
    "cloudformation:DescribeOrganizationsAccess",
    "cloudformation:DescribeStackSet",
    "cloudformation:DescribeStacks",
    "cloudformation:GetTemplate",
    "cloudformation:ListStackInstances",
    "cloudtrail:LookupEvents",
    "ec2:DescribeRegions",
    "events:ListRules",
    "events:ListTargetsByRule",
    "events:TestEventPattern",
    "iam:GenerateCredentialReport",
    "iam:GetAccountSummary",
    "iam:GetCredentialReport",
    "sns:GetTopicAttributes",
)
NOT_NEEDED = ("cloudformation:DescribeOrganizationsAccess", "events:ListRules")
"""Where a metric filter alerts already, and no StackSet is there."""
OF_DEPLOYED = {
    "cloudformation:DescribeStackSet",
    "cloudformation:GetTemplate",
    "cloudformation:ListStackInstances",
    "events:ListTargetsByRule",
    "events:TestEventPattern",
    "sns:GetTopicAttributes",
}
"""What is read of alerts that are deployed."""
SCPS = (
    *TREE,
    "organizations:DescribePolicy",
    "organizations:ListPolicies",
    "organizations:ListTargetsForPolicy",
)


def looking(rig: Rig, home: str, **fields: Any) -> Limited:
    """An organization in which all is set up, and a role that may look."""
    may = papers("read-only")
    rig.up(company(account(SHOP, "Shop", "/Shops"), principals=(limited(home, may),), **fields))
    return Limited(rig, home, may)


@SCENARIOS.of("init", told=(ORGANIZATION,), silent=(FEATURES, TRUSTED, DELEGATES))
def _init(rig: Rig, ledger: Path) -> Tried:
    role = looking(rig, SECURITY)
    out = Path("made.toml")
    line = ("init", "--config", str(out))
    return role.tried(
        "init", lambda: rig.run(*line, profile=role.profile), lambda: out.unlink(missing_ok=True)
    )


@SCENARIOS.of("tasks")
def _tasks(rig: Rig, ledger: Path) -> Tried:
    role = looking(rig, SECURITY)
    return role.tried("tasks", lambda: rig.json("tasks", profile=role.profile))


@SCENARIOS.of("status", told=(*TRAIL_READS, FEATURES, ORGANIZATION, DELEGATES), silent=(TRUSTED,))
def _status(rig: Rig, ledger: Path) -> Tried:
    role = looking(rig, MANAGEMENT)
    return role.tried("status", lambda: rig.json("status", profile=role.profile), also=(1,))


@SCENARIOS.of(
    "doctor",
    told=(*OF_CALLER, FEATURES, ORGANIZATION, *POLICIES, "organizations:ListAccounts", *TREE),
    silent=(ACCOUNT, TRUSTED, DELEGATES),
)
def _doctor(rig: Rig, ledger: Path) -> Tried:
    role = looking(rig, SECURITY)
    line = ("doctor", "--task", "audit")
    return role.tried("doctor", lambda: rig.json(*line, profile=role.profile))


@SCENARIOS.of(
    "doctor as a user",
    told=(*OF_USER, FEATURES, ORGANIZATION, *POLICIES, "organizations:ListAccounts", *TREE),
    silent=(ACCOUNT, TRUSTED, DELEGATES),
)
def _as_user(rig: Rig, ledger: Path) -> Tried:
    """With a policy of its own, one attached, and the same by way of a group."""
    may = papers("read-only")
    rig.up(company(account(SHOP, "Shop"), principals=(limited(SECURITY, may, kind="user"),)))
    role, iam = Limited(rig, SECURITY, may), client(rig, "iam")
    denied = {"Effect": "Deny", "Action": "ec2:*", "Resource": "*"}
    nothing = json.dumps({"Version": "2012-10-17", "Statement": denied})
    arn = iam.create_policy(PolicyName="Nothing", PolicyDocument=nothing)["Policy"]["Arn"]
    iam.create_group(GroupName="People")
    iam.put_group_policy(GroupName="People", PolicyName="inline", PolicyDocument=nothing)
    iam.attach_group_policy(GroupName="People", PolicyArn=arn)
    iam.attach_user_policy(UserName=ROLE, PolicyArn=arn)
    iam.add_user_to_group(GroupName="People", UserName=ROLE)
    line = ("doctor", "--task", "audit")
    run = partial(rig.json, *line, profile=role.profile)
    return role.tried("doctor", run, only=("iam:GetUser", "iam:GetGroupPolicy"))


@SCENARIOS.of(
    "doctor --probe",
    told=(
        *OF_CALLER,
        FEATURES,
        ORGANIZATION,
        *POLICIES,
        TREE[1],
        "sts:AssumeRoot",
    ),
    silent=(ACCOUNT, "organizations:DescribeOrganizationalUnit", TRUSTED, DELEGATES),
)
def _probe(rig: Rig, ledger: Path) -> Tried:
    role = looking(rig, SECURITY)
    line = ("doctor", "--task", "audit", "--account", SHOP, "--probe")
    return role.tried(
        "doctor", lambda: rig.json(*line, profile=role.profile), only=("sts:AssumeRoot",), also=(1,)
    )


@SCENARIOS.of(
    "who-can",
    told=(
        "iam:GenerateCredentialReport",
        "iam:GetAccountAuthorizationDetails",
        "iam:GetCredentialReport",
        ORGANIZATION,
        *POLICIES,
        "organizations:ListAccounts",
        DELEGATES,
        *TREE,
    ),
    silent=(ACCOUNT,),
)
def _who_can(rig: Rig, ledger: Path) -> Tried:
    role = looking(rig, SECURITY)
    rig.patch.setattr(credential_report, "_PAUSE", 0.0)
    line = ("who-can", "--read-as", "emulator-management")
    return role.tried("who-can", lambda: rig.json(*line, profile=role.profile), code=1)


@SCENARIOS.of("management check", told=(*READS, ORGANIZATION), silent=("cloudtrail:DescribeTrails", ACCOUNT))
def _check(rig: Rig, ledger: Path) -> Tried:
    """With alerts deployed, a rule and a metric filter."""
    management = account(MANAGEMENT, "Example Corp", alternate_contacts={"SECURITY": ContactSpec()})
    role = looking(rig, MANAGEMENT, management_account=management, enabled_regions=("us-east-1",))
    rig.patch.setattr(credential_report, "_PAUSE", 0.0)
    deployed = ("guardrails", "deploy", "alerts-root", "--notify", "soc@example.com", "--yes")
    assert rig.json(*deployed).code == 0
    return role.tried(
        "management check",
        lambda: rig.json("management", "check", profile=role.profile),
        only=("cloudformation:DescribeOrganizationsAccess", "events:TestEventPattern", ORGANIZATION),
        code=1,
    )


@SCENARIOS.of(
    "management check of metric filters",
    told=(
        *(one for one in READS if one not in {*OF_DEPLOYED, *NOT_NEEDED}),
        "cloudtrail:DescribeTrails",
        ORGANIZATION,
        "cloudwatch:DescribeAlarmsForMetric",
        "logs:DescribeMetricFilters",
        "logs:TestMetricFilter",
    ),
    silent=(*NOT_NEEDED, ACCOUNT),
)
def _filters(rig: Rig, ledger: Path) -> Tried:
    trail = TrailSpec(account=MANAGEMENT, log_group=GROUP)
    role = looking(rig, MANAGEMENT, trails=(trail,), enabled_regions=("us-east-1",))
    rig.patch.setattr(credential_report, "_PAUSE", 0.0)
    metric_filter(rig, CIS)
    return role.tried(
        "management check",
        lambda: rig.json("management", "check", profile=role.profile),
        only=("cloudwatch:DescribeAlarmsForMetric", "logs:DescribeMetricFilters", "logs:TestMetricFilter"),
        code=1,
    )


@SCENARIOS.of(
    "enable",
    told=(*TRAIL_READS, FEATURES, ORGANIZATION, DELEGATES, ACCOUNT, *(step.action for step in ENABLES)),
    silent=(TRUSTED,),
)
def _enable(rig: Rig, ledger: Path) -> Tried:
    rig.up(before_set_up(account(SHOP, "Shop"), principals=(limited(MANAGEMENT),)))
    role = Limited(rig, MANAGEMENT, papers("set-up"))

    def renew() -> None:
        fresh(ledger)
        if rig.emulator.world.features:
            rig.json("disable", "--delegate", SECURITY, "--trusted-access", "--yes")
        fresh(ledger)

    line = ("enable", "--delegate", SECURITY, "--yes")
    return role.tried("enable", lambda: rig.json(*line, profile=role.profile), renew)


@SCENARIOS.of(
    "disable",
    told=(*TRAIL_READS, FEATURES, ORGANIZATION, DELEGATES, *(step.action for step in DISABLES)),
    silent=(TRUSTED,),
)
def _disable(rig: Rig, ledger: Path) -> Tried:
    rig.up(company(account(SHOP, "Shop"), principals=(limited(MANAGEMENT),)))
    role = Limited(rig, MANAGEMENT, papers("set-up"))

    def renew() -> None:
        fresh(ledger)
        rig.json("enable", "--delegate", SECURITY, "--yes")
        fresh(ledger)

    line = ("disable", "--delegate", SECURITY, "--trusted-access", "--yes")
    return role.tried("disable", lambda: rig.json(*line, profile=role.profile), renew)


@SCENARIOS.of("guardrails check --live", told=(ORGANIZATION, *SCPS[1:]))
def _live(rig: Rig, ledger: Path) -> Tried:
    leaving = {"Effect": "Deny", "Action": "organizations:LeaveOrganization", "Resource": "*"}
    scps = {"NoLeave": {"Version": "2012-10-17", "Statement": leaving}}
    unit = OuSpec(path="/Guarded", scps=("NoLeave",))
    role = looking(rig, MANAGEMENT, organizational_units=(unit,), scps=scps)
    line = ("guardrails", "check", "--live")
    return role.tried("guardrails check", lambda: rig.json(*line, profile=role.profile))


@SCENARIOS.of("guardrails render", told=(ORGANIZATION, "organizations:ListAccounts", *TREE))
def _render(rig: Rig, ledger: Path) -> Tried:
    role = looking(rig, SECURITY)
    line = ("guardrails", "render", "auditor", "--ou", "/Shops")
    return role.tried("guardrails render", lambda: rig.run(*line, profile=role.profile))


def deploying(
    rig: Rig,
    ledger: Path,
    verb: str,
    *line: str,
    before: tuple[tuple[str, ...], ...] = (),
    also: tuple[int, ...] = (),
    only: tuple[str, ...] | None = None,
) -> Tried:
    """A guardrail that is deployed or taken away, after what was deployed before."""
    rig.up(company(account(SHOP, "Shop"), principals=(limited(MANAGEMENT),)))
    role = Limited(rig, MANAGEMENT, papers("deploy"))
    name = line[0]

    def renew() -> None:
        fresh(ledger)
        assert rig.json("guardrails", "undeploy", name, "--yes", "--overwrite").code == 0
        for one in before:
            assert rig.json("guardrails", "deploy", *one, "--yes").code == 0
        fresh(ledger)

    renew()
    whole = ("guardrails", verb, *line, "--yes")
    return role.tried(
        f"guardrails {verb}", lambda: rig.json(*whole, profile=role.profile), renew, also=also, only=only
    )


@SCENARIOS.of(
    "guardrails deploy an SCP",
    told=(
        ORGANIZATION,
        ACCOUNT,
        *SCPS,
        "organizations:ListPoliciesForTarget",
        "organizations:AttachPolicy",
        "organizations:CreatePolicy",
    ),
)
def _scp(rig: Rig, ledger: Path) -> Tried:
    return deploying(rig, ledger, "deploy", "deny-leaving", "--target", SHOP)


@SCENARIOS.of(
    "guardrails deploy a change of an SCP",
    told=(ORGANIZATION, ACCOUNT, *SCPS, "organizations:ListPoliciesForTarget", "organizations:UpdatePolicy"),
)
def _changed(rig: Rig, ledger: Path) -> Tried:
    before = (("deny-root", "--target", SHOP),)
    return deploying(
        rig,
        ledger,
        "deploy",
        "deny-root",
        "--target",
        SHOP,
        "--exempt",
        SHOP,
        before=before,
        only=("organizations:UpdatePolicy",),
    )


@SCENARIOS.of(
    "guardrails undeploy an SCP",
    told=(ORGANIZATION, *SCPS, "organizations:DeletePolicy", "organizations:DetachPolicy"),
)
def _scp_away(rig: Rig, ledger: Path) -> Tried:
    before = (("deny-leaving", "--target", SHOP),)
    only = ("organizations:DeletePolicy", "organizations:DetachPolicy")
    return deploying(rig, ledger, "undeploy", "deny-leaving", before=before, only=only)


@SCENARIOS.of(
    "guardrails deploy the delegation",
    told=(ORGANIZATION, "organizations:DescribeResourcePolicy", DELEGATES, "organizations:PutResourcePolicy"),
)
def _delegation(rig: Rig, ledger: Path) -> Tried:
    # Who is to have it is read; where that is denied, it has to be said: exit 2.
    return deploying(rig, ledger, "deploy", "delegation", also=(2,))


@SCENARIOS.of(
    "guardrails undeploy the delegation",
    told=(ORGANIZATION, "organizations:DescribeResourcePolicy", "organizations:DeleteResourcePolicy"),
)
def _delegation_away(rig: Rig, ledger: Path) -> Tried:
    return deploying(rig, ledger, "undeploy", "delegation", before=(("delegation",),))


@pytest.mark.parametrize("name", list(SCENARIOS))
def test_less_each_action(rig: Rig, ledger: Path, name: str) -> None:
    """It works, and what is missing is told, or what depends on it; the rest makes no difference here."""
    SCENARIOS.check(name, rig, ledger)
