"""Stacks and StackSets under the policies of whoever deploys them, and under the same less each action: their own, and CloudFormation's."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from privilege_rig import Limited, Scenarios, Tried, fresh, limited, papers
from product_rig import MANAGEMENT, SECURITY, SHOP, Rig, company

from rootwarden.emulator import account
from rootwarden.emulator.stack_sets import PRINCIPAL
from rootwarden.model.command_needs import TRAIL_READS
from rootwarden.operations.guardrails import stack_sets, stacks

SCENARIOS = Scenarios()
PEOPLE = f"arn:aws:iam::{SECURITY}:role/People"
ROLES = ("operator-roles", "--trust", PEOPLE)
REGION = "us-east-1"


def _all(service: str, names: str) -> tuple[str, ...]:
    return tuple(f"{service}:{name}" for name in names.split())


WHO = ("organizations:DescribeOrganization", "organizations:ListDelegatedAdministrators")
MAKES = _all("cloudformation", "CreateChangeSet DescribeChangeSet DescribeStacks ExecuteChangeSet")
TAKES_AWAY = _all("cloudformation", "DeleteStack DescribeStacks GetTemplate")
CHANGES = (*MAKES, "cloudformation:GetTemplate")
READ_ROLES = _all("iam", "GetRole ListAttachedRolePolicies ListRolePolicies")
READ_POLICIES = _all("iam", "GetPolicy GetPolicyVersion ListEntitiesForPolicy")
MAKE_RULES = _all("events", "DescribeRule ListTagsForResource ListTargetsByRule PutRule PutTargets")
DELETE_RULES = _all("events", "DeleteRule DescribeRule ListRules ListTargetsByRule RemoveTargets")
MAKE_KEYS = _all(
    "kms",
    "CreateKey DescribeKey EnableKeyRotation GetKeyPolicy GetKeyRotationStatus ListResourceTags PutKeyPolicy",
)
DELETE_KEYS = _all("kms", "DescribeKey ScheduleKeyDeletion")
MAKE_TOPICS = _all(
    "sns",
    "CreateTopic GetDataProtectionPolicy GetSubscriptionAttributes GetTopicAttributes ListSubscriptionsByTopic ListTagsForResource "
    "SetTopicAttributes Subscribe",
)
DELETE_TOPICS = _all(
    "sns", "DeleteTopic GetSubscriptionAttributes GetTopicAttributes SetTopicAttributes Unsubscribe"
)
LOOK_AT_SETS = _all(
    "cloudformation",
    "DescribeOrganizationsAccess DescribeStackSet DescribeStackSetOperation ListStackInstances",
)
OF_TREE = _all("organizations", "DescribeOrganization ListOrganizationalUnitsForParent ListRoots")
REGIONS = "ec2:DescribeRegions"
OF_SETS = (
    "cloudformation:CreateStackSet",
    "cloudformation:DeleteStackInstances",
    "cloudformation:DescribeStackSetOperation",
    "organizations:EnableAWSServiceAccess",
)
OF_BUS = ("events:CreateEventBus", "events:RemovePermission")
HUB = f"arn:aws:events:{REGION}:{SECURITY}:event-bus/RootwardenHub"
NOTIFY = ("--notify", "soc@example.com")


def deploying(
    rig: Rig,
    ledger: Path,
    guardrail: str,
    verb: str,
    *line: str,
    home: str = MANAGEMENT,
    before: tuple[str, ...] = (),
    code: int = 0,
    only: tuple[str, ...] | None = None,
) -> Tried:
    """A stack that is deployed or taken away in one Region, after what was deployed before, by a role with the guardrail's policy."""
    rig.up(company(account(SHOP, "Shop"), principals=(limited(home),), enabled_regions=(REGION,)))
    rig.patch.setenv("AWS_REGION", REGION)
    rig.patch.setattr(stacks, "_SECONDS", 0.0)
    rig.patch.setattr(stacks, "_MOST_LOOKS", 5)
    rig.patch.setattr(stack_sets, "_FIRST", 0.0)
    given = {"delegate": SECURITY} if guardrail == "deploy-stacks" else {}
    role = Limited(rig, home, papers(guardrail, **given))
    admin = f"emulator-{home}"

    def renew() -> None:
        fresh(ledger)
        for one in (
            rig.emulator.world.stack_sets.by_name.values()
        ):  # what was begun and not looked at is over by now
            for operation in one.operations.values():
                operation.looks = 2
        away = ("guardrails", "undeploy", line[0], "--yes", "--overwrite")
        assert rig.json(*away, profile=admin).code == code
        organization = rig.emulator.world.organization
        organization.trusted.pop(PRINCIPAL, None)
        if before:
            assert rig.json("guardrails", "deploy", *before, "--yes", profile=admin).code == code
        fresh(ledger)

    if before:
        renew()
    whole = ("guardrails", verb, *line, "--yes")
    run = partial(rig.json, *whole, profile=role.profile)
    return role.tried(f"guardrails {verb}", run, renew, code=code, only=only)


@SCENARIOS.of(
    "guardrails deploy operator-roles",
    told=(
        *WHO,
        *MAKES,
        *READ_ROLES,
        *READ_POLICIES,
        *_all("iam", "AttachRolePolicy CreatePolicy CreateRole"),
    ),
)
def _roles(rig: Rig, ledger: Path) -> Tried:
    return deploying(
        rig,
        ledger,
        "deploy-stacks",
        "deploy",
        *ROLES,
        home=SECURITY,
        only=(*WHO, *MAKES, "iam:AttachRolePolicy"),
    )


@SCENARIOS.of(
    "guardrails deploy changed operator-roles",
    told=(
        *WHO,
        *CHANGES,
        *READ_ROLES,
        *READ_POLICIES,
        *_all(
            "iam",
            "AttachRolePolicy CreatePolicyVersion DeletePolicyVersion DeleteRolePermissionsBoundary DetachRolePolicy ListPolicyVersions "
            "PutRolePermissionsBoundary UpdateAssumeRolePolicy UpdateRole UpdateRoleDescription",
        ),
    ),
)
def _changed_roles(rig: Rig, ledger: Path) -> Tried:
    """Other policies, and another trust policy."""
    line = ("operator-roles", "--trust", f"{PEOPLE}2", "--account", SHOP)
    return deploying(
        rig,
        ledger,
        "deploy-stacks",
        "deploy",
        *line,
        home=SECURITY,
        before=ROLES,
        only=("cloudformation:GetTemplate", "iam:UpdateAssumeRolePolicy"),
    )


@SCENARIOS.of(
    "guardrails undeploy operator-roles",
    told=(
        *WHO,
        *TAKES_AWAY,
        *READ_ROLES,
        *READ_POLICIES,
        *_all("iam", "DeletePolicy DeletePolicyVersion DeleteRole DetachRolePolicy ListPolicyVersions"),
        *_all("organizations", "ListPolicies ListRoots"),
    ),
)
def _roles_away(rig: Rig, ledger: Path) -> Tried:
    line = ("operator-roles",)
    return deploying(
        rig,
        ledger,
        "deploy-stacks",
        "undeploy",
        *line,
        home=SECURITY,
        before=ROLES,
        only=(
            "iam:DeletePolicy",
            "organizations:ListRoots",
        ),
    )


@SCENARIOS.of(
    "guardrails deploy alerts-callers",
    told=(*WHO, *MAKES, *TRAIL_READS, REGIONS, *MAKE_RULES, *MAKE_KEYS, *MAKE_TOPICS),
)
def _callers(rig: Rig, ledger: Path) -> Tried:
    """Exit 6: nobody deploys those of the delegated administrator."""
    line = ("alerts-callers", *NOTIFY)
    return deploying(
        rig,
        ledger,
        "deploy-alerts",
        "deploy",
        *line,
        code=6,
        only=(*TRAIL_READS, "ec2:DescribeRegions", "kms:CreateKey"),
    )


@SCENARIOS.of(
    "guardrails deploy changed alerts-callers",
    told=(
        *WHO,
        *CHANGES,
        *TRAIL_READS,
        REGIONS,
        *MAKE_RULES,
        *DELETE_RULES,
        *DELETE_KEYS,
        *DELETE_TOPICS,
        *READ_ROLES,
        *_all("iam", "CreateRole GetRolePolicy PassRole PutRolePolicy"),
    ),
)
def _changed_callers(rig: Rig, ledger: Path) -> Tried:
    """Somebody else is told, and then a central bus."""
    line = ("alerts-callers", "--hub-bus", HUB)
    return deploying(
        rig,
        ledger,
        "deploy-alerts",
        "deploy",
        *line,
        code=6,
        before=("alerts-callers", *NOTIFY),
        only=("events:ListRules", "iam:PassRole"),
    )


@SCENARIOS.of(
    "guardrails undeploy alerts-callers",
    told=(*WHO, *TAKES_AWAY, REGIONS, *DELETE_RULES, *DELETE_KEYS, *DELETE_TOPICS),
)
def _callers_away(rig: Rig, ledger: Path) -> Tried:
    line = ("alerts-callers",)
    return deploying(
        rig,
        ledger,
        "deploy-alerts",
        "undeploy",
        *line,
        code=6,
        before=("alerts-callers", *NOTIFY),
        only=("sns:GetTopicAttributes", "sns:Unsubscribe"),
    )


@SCENARIOS.of(
    "guardrails undeploy alerts-callers to a central bus",
    told=(
        *WHO,
        *TAKES_AWAY,
        REGIONS,
        *DELETE_RULES,
        *READ_ROLES,
        *_all("iam", "DeleteRole DeleteRolePolicy PassRole"),
    ),
)
def _forwarders_away(rig: Rig, ledger: Path) -> Tried:
    before = ("alerts-callers", "--hub-bus", HUB)
    return deploying(
        rig,
        ledger,
        "deploy-alerts",
        "undeploy",
        "alerts-callers",
        code=6,
        before=before,
        only=("iam:DeleteRolePolicy",),
    )


@SCENARIOS.of(
    "guardrails deploy alerts-root",
    told=(
        *OF_TREE,
        *MAKES,
        *TRAIL_READS,
        REGIONS,
        *MAKE_RULES,
        *MAKE_KEYS,
        *MAKE_TOPICS,
        *LOOK_AT_SETS,
        *_all("cloudformation", "ActivateOrganizationsAccess CreateStackInstances CreateStackSet"),
        "iam:CreateServiceLinkedRole",
        "organizations:EnableAWSServiceAccess",
    ),
)
def _root(rig: Rig, ledger: Path) -> Tried:
    line = ("alerts-root", *NOTIFY)
    return deploying(rig, ledger, "deploy-alerts", "deploy", *line, only=OF_SETS)


@SCENARIOS.of(
    "guardrails deploy changed alerts-root",
    told=(
        *OF_TREE,
        *CHANGES,
        *TRAIL_READS,
        REGIONS,
        *LOOK_AT_SETS,
        "cloudformation:UpdateStackSet",
        *_all("events", "ListRules ListTargetsByRule"),
        *_all("sns", "GetSubscriptionAttributes GetTopicAttributes SetSubscriptionAttributes"),
    ),
)
def _changed_root(rig: Rig, ledger: Path) -> Tried:
    line = ("alerts-root", "--notify", "other@example.com")
    return deploying(
        rig,
        ledger,
        "deploy-alerts",
        "deploy",
        *line,
        only=("cloudformation:UpdateStackSet",),
        before=("alerts-root", *NOTIFY),
    )


@SCENARIOS.of(
    "guardrails undeploy alerts-root",
    told=(
        *OF_TREE,
        *TAKES_AWAY,
        REGIONS,
        *LOOK_AT_SETS,
        *DELETE_RULES,
        *DELETE_KEYS,
        *DELETE_TOPICS,
        *_all("cloudformation", "DeleteStackInstances DeleteStackSet"),
    ),
)
def _root_away(rig: Rig, ledger: Path) -> Tried:
    before = ("alerts-root", *NOTIFY)
    return deploying(rig, ledger, "deploy-alerts", "undeploy", "alerts-root", only=OF_SETS, before=before)


@SCENARIOS.of(
    "guardrails deploy alerts-hub",
    told=(
        *WHO,
        *MAKES,
        *TRAIL_READS,
        *MAKE_RULES,
        *MAKE_KEYS,
        *MAKE_TOPICS,
        *_all("events", "CreateEventBus DescribeEventBus PutPermission"),
    ),
)
def _hub(rig: Rig, ledger: Path) -> Tried:
    line = ("alerts-hub", *NOTIFY)
    return deploying(rig, ledger, "deploy-alerts", "deploy", *line, home=SECURITY, only=OF_BUS)


@SCENARIOS.of(
    "guardrails undeploy alerts-hub",
    told=(
        WHO[0],
        *TAKES_AWAY,
        *DELETE_RULES,
        *DELETE_KEYS,
        *DELETE_TOPICS,
        *_all(
            "events", "DeleteEventBus DescribeEventBus ListTagsForResource RemovePermission UpdateEventBus"
        ),
    ),
)
def _hub_away(rig: Rig, ledger: Path) -> Tried:
    before = ("alerts-hub", *NOTIFY)
    return deploying(
        rig, ledger, "deploy-alerts", "undeploy", "alerts-hub", home=SECURITY, only=OF_BUS, before=before
    )


@pytest.mark.parametrize("name", list(SCENARIOS))
def test_less_each_action(rig: Rig, ledger: Path, name: str) -> None:
    """It works, and what is missing is told, or what depends on it; the rest makes no difference here."""
    SCENARIOS.check(name, rig, ledger)
