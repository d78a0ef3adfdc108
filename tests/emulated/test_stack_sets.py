"""StackSets of the organization: stacks in every account below their targets, in those that join, and not in those that leave."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from rootwarden.emulator.builders import MANAGEMENT, account
from rootwarden.emulator.org_file import OrganizationFile
from rootwarden.emulator.stack_sets import PRINCIPAL
from rootwarden.policy.guardrails.catalog import GUARDRAILS, rendered
from rootwarden.policy.guardrails.parameters import Parameters

if TYPE_CHECKING:
    from rootwarden.emulator.server import Emulator

SHOP, WIKI, ASLEEP, NEW = "333333333333", "444444444444", "555555555555", "666666666666"
HOME, AWAY, OFF = "us-east-1", "eu-central-1", "me-south-1"
NAME = "alerts"
TEMPLATE = rendered(GUARDRAILS["alerts-root"], Parameters()).papers[0].document


@pytest.fixture
def emulator(rootwarden_organization: Any) -> Emulator:
    file = OrganizationFile(
        management_account=account(MANAGEMENT, "Company"),
        accounts=(
            account(SHOP, "Shop", "/Workloads"),
            account(WIKI, "Wiki", "/Workloads/Deep"),
            account(ASLEEP, "Asleep", "/Workloads", state="SUSPENDED"),
        ),
        enabled_regions=(HOME, AWAY),
    )
    started: Emulator = rootwarden_organization(file)
    return started


def target(emulator: Emulator, path: str = "/") -> str:
    found = emulator.world.organization
    return next(one.id for one in found.containers.values() if found.path_of_names(one) == path)


def made(emulator: Emulator, client: Any, *, path: str = "/", regions: tuple[str, ...] = (HOME, AWAY)) -> str:
    """A StackSet with instances; the id of the operation that made them."""
    client.activate_organizations_access()
    client.create_stack_set(
        StackSetName=NAME,
        TemplateBody=json.dumps(TEMPLATE),
        Parameters=[{"ParameterKey": "Endpoint", "ParameterValue": "soc@example.com"}],
        PermissionModel="SERVICE_MANAGED",
        AutoDeployment={"Enabled": True, "RetainStacksOnAccountRemoval": False},
    )
    answer = client.create_stack_instances(
        StackSetName=NAME,
        DeploymentTargets={"OrganizationalUnitIds": [target(emulator, path)]},
        Regions=list(regions),
        OperationPreferences={"FailureToleranceCount": 100},
    )
    return str(answer["OperationId"])


def ended(client: Any, operation: str) -> str:
    for _ in range(3):
        found = client.describe_stack_set_operation(StackSetName=NAME, OperationId=operation)
        status: str = found["StackSetOperation"]["Status"]
        if status != "RUNNING":
            return status
    return "RUNNING"


def instances(client: Any) -> dict[tuple[str, str], tuple[str, str]]:
    return {
        (one["Account"], one["Region"]): (one["Status"], one["StackInstanceStatus"]["DetailedStatus"])
        for one in client.list_stack_instances(StackSetName=NAME)["Summaries"]
    }


def rules(emulator: Emulator, client_of: Any, account_id: str, region: str = HOME) -> int:
    found = client_of(emulator, "events", f"emulator-{account_id}", region=region).list_rules()["Rules"]
    return sum(one["Name"].startswith("RootwardenRoot") for one in found)


def test_stacks_stand_in_every_active_account_but_the_management_accounts_own(
    emulator: Emulator, client_of: Any, refusal_of: Any
) -> None:
    client = client_of(emulator, "cloudformation")
    operation = made(emulator, client)
    busy = refusal_of(client.update_stack_set, StackSetName=NAME, UsePreviousTemplate=True)
    assert busy[0] == "OperationInProgressException"
    assert ended(client, operation) == "SUCCEEDED"
    current, skipped = ("CURRENT", "SUCCEEDED"), ("OUTDATED", "SKIPPED_SUSPENDED_ACCOUNT")
    wanted = {(one, region): current for one in (SHOP, WIKI) for region in (HOME, AWAY)}
    assert instances(client) == {**wanted, (ASLEEP, HOME): skipped, (ASLEEP, AWAY): skipped}
    # Rules about global services are made in one Region only.
    assert [rules(emulator, client_of, SHOP, region) for region in (HOME, AWAY)] == [9, 7]
    assert rules(emulator, client_of, MANAGEMENT) == 0
    topics = client_of(emulator, "sns", f"emulator-{WIKI}", region=AWAY)
    (topic,) = (one["TopicArn"] for one in topics.list_topics()["Topics"])
    attributes = topics.get_topic_attributes(TopicArn=topic)["Attributes"]
    assert attributes["KmsMasterKeyId"]
    assert "events.amazonaws.com" in attributes["Policy"]
    (one,) = topics.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    assert (one["Endpoint"], one["Protocol"]) == ("soc@example.com", "email")
    shown = client.describe_stack_set(StackSetName=NAME)["StackSet"]
    assert (shown["Regions"], shown["OrganizationalUnitIds"]) == ([AWAY, HOME], [target(emulator)])


def test_accounts_that_join_get_them_and_those_that_leave_lose_them(
    emulator: Emulator, client_of: Any
) -> None:
    client = client_of(emulator, "cloudformation")
    ended(client, made(emulator, client, path="/Workloads", regions=(HOME,)))
    emulator.control.create_account("New", id=NEW)
    assert rules(emulator, client_of, NEW) == 0
    emulator.control.move_account(NEW, "/Workloads")
    assert rules(emulator, client_of, NEW) == 9
    assert instances(client)[NEW, HOME] == ("CURRENT", "SUCCEEDED")
    assert rules(emulator, client_of, SHOP) == 9
    emulator.control.move_account(SHOP, "/")
    assert rules(emulator, client_of, SHOP) == 0
    assert (SHOP, HOME) not in instances(client)


def test_an_update_reaches_every_stack_and_what_is_deleted_is_gone(
    emulator: Emulator, client_of: Any, refusal_of: Any
) -> None:
    client = client_of(emulator, "cloudformation")
    ended(client, made(emulator, client, regions=(AWAY,)))
    before = rules(emulator, client_of, SHOP, AWAY)
    fewer = json.loads(json.dumps(TEMPLATE))
    del fewer["Resources"]["RootwardenRootRecovery"]
    fewer["Resources"]["RootwardenRootSignIn"]["Properties"]["Description"] = "other"  # of another Region
    answer = client.update_stack_set(
        StackSetName=NAME,
        TemplateBody=json.dumps(fewer),
        Parameters=[{"ParameterKey": "Endpoint", "UsePreviousValue": True}],
    )
    assert ended(client, answer["OperationId"]) == "SUCCEEDED"
    assert rules(emulator, client_of, SHOP, AWAY) == before - 1
    assert refusal_of(client.delete_stack_set, StackSetName=NAME)[0] == "StackSetNotEmptyException"
    answer = client.delete_stack_instances(
        StackSetName=NAME,
        DeploymentTargets={"OrganizationalUnitIds": [target(emulator)]},
        Regions=[AWAY],
        RetainStacks=False,
    )
    assert ended(client, answer["OperationId"]) == "SUCCEEDED"
    assert (instances(client), rules(emulator, client_of, SHOP, AWAY)) == ({}, 0)
    client.delete_stack_set(StackSetName=NAME)
    assert refusal_of(client.describe_stack_set, StackSetName=NAME)[0] == "StackSetNotFoundException"


def test_a_region_that_is_off_fails_and_the_others_do_not(emulator: Emulator, client_of: Any) -> None:
    client = client_of(emulator, "cloudformation")
    operation = made(emulator, client, path="/Workloads/Deep", regions=(HOME, OFF))
    assert ended(client, operation) == "SUCCEEDED"  # as many failures were tolerated
    assert instances(client) == {(WIKI, HOME): ("CURRENT", "SUCCEEDED"), (WIKI, OFF): ("OUTDATED", "FAILED")}
    results = client.list_stack_set_operation_results(StackSetName=NAME, OperationId=operation)["Summaries"]
    assert {one["Region"]: one["Status"] for one in results} == {HOME: "SUCCEEDED", OFF: "FAILED"}


def test_who_may(emulator: Emulator, client_of: Any, refusal_of: Any) -> None:
    client, member = (
        client_of(emulator, "cloudformation"),
        client_of(emulator, "cloudformation", f"emulator-{SHOP}"),
    )
    assert client.describe_organizations_access()["Status"] == "DISABLED"
    given: dict[str, Any] = {"StackSetName": NAME, "TemplateBody": "{}", "PermissionModel": "SERVICE_MANAGED"}
    assert "must enable organizations access" in refusal_of(client.create_stack_set, **given)[1]
    client.activate_organizations_access()
    assert client.describe_organizations_access()["Status"] == "ENABLED"
    assert "management account or delegated admin" in refusal_of(member.create_stack_set, **given)[1]
    client_of(emulator, "organizations").register_delegated_administrator(
        AccountId=SHOP, ServicePrincipal=PRINCIPAL
    )
    assert member.create_stack_set(**given, CallAs="DELEGATED_ADMIN")["StackSetId"]
    assert refusal_of(client.create_stack_set, **given)[0] == "NameAlreadyExistsException"
    assert refusal_of(client.create_stack_set, **{**given, "StackSetName": "b", "TemplateBody": "{"})[0] == (
        "ValidationError"
    )
    nowhere = {"DeploymentTargets": {"OrganizationalUnitIds": ["ou-abcd-12345678"]}, "Regions": [HOME]}
    assert refusal_of(client.create_stack_instances, StackSetName=NAME, **nowhere)[0] == "ValidationError"


def test_regions_are_those_that_are_on(emulator: Emulator, client_of: Any) -> None:
    client = client_of(emulator, "ec2")
    assert [one["RegionName"] for one in client.describe_regions()["Regions"]] == [AWAY, HOME]
    every = {
        one["RegionName"]: one["OptInStatus"] for one in client.describe_regions(AllRegions=True)["Regions"]
    }
    assert (every[HOME], every[OFF], len(every)) == ("opt-in-not-required", "not-opted-in", 34)
