"""AWS Organizations in the emulator, read through boto3."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from rootwarden.emulator.builders import MANAGEMENT, SECURITY, account, large
from rootwarden.emulator.org_file import OrganizationFile
from rootwarden.emulator.server import Emulator


@pytest.fixture
def company(rootwarden_emulator: Emulator) -> Emulator:
    """The small organization."""
    return rootwarden_emulator


@pytest.fixture
def many(rootwarden_organization: Any) -> Emulator:
    """An organization of 47 accounts: three pages, the last one not full."""
    started: Emulator = rootwarden_organization(large(47).model_copy(update={"throttles": False}))
    return started


def error_of(call: Any, **params: Any) -> tuple[str, str, str | None, int]:
    with pytest.raises(ClientError) as caught:
        call(**params)
    answer: Any = caught.value.response
    return (
        answer["Error"]["Code"],
        answer["Error"]["Message"],
        answer.get("Reason"),
        answer["ResponseMetadata"]["HTTPStatusCode"],
    )


def test_a_member_may_describe_the_organization(company: Emulator, client_of: Any) -> None:
    found = client_of(company, "organizations", "emulator-444444444444").describe_organization()
    organization = found["Organization"]
    assert organization["Id"] == "o-exampleorg1"
    assert organization["MasterAccountId"] == MANAGEMENT
    assert (
        organization["MasterAccountArn"]
        == f"arn:aws:organizations::{MANAGEMENT}:account/o-exampleorg1/{MANAGEMENT}"
    )
    assert organization["MasterAccountEmail"] == "aws-root@example.com"
    assert organization["FeatureSet"] == "ALL"


@pytest.mark.parametrize(
    ("operation", "params"),
    [
        ("list_accounts", {}),
        ("list_roots", {}),
        ("describe_account", {"AccountId": SECURITY}),
        ("list_aws_service_access_for_organization", {}),
        ("list_delegated_administrators", {}),
        ("list_policies", {"Filter": "SERVICE_CONTROL_POLICY"}),
        ("list_tags_for_resource", {"ResourceId": SECURITY}),
    ],
)
def test_a_plain_member_may_read_nothing_else(
    company: Emulator, client_of: Any, operation: str, params: dict[str, Any]
) -> None:
    client = client_of(company, "organizations", "emulator-444444444444")
    assert error_of(getattr(client, operation), **params) == (
        "AccessDeniedException",
        "You don't have permissions to access this resource.",
        None,
        400,
    )


def test_an_account_outside_hears_that_there_is_no_organization(
    client_of: Any, rootwarden_organization: Any
) -> None:
    file = OrganizationFile(
        management_account=account(MANAGEMENT, "Company"),
        standalone_accounts=(account("313131313131", "Side Project"),),
    )
    client = client_of(rootwarden_organization(file), "organizations", "emulator-313131313131")
    expected = (
        "AWSOrganizationsNotInUseException",
        "Your account is not a member of an organization.",
        None,
        400,
    )
    assert error_of(client.describe_organization) == expected
    assert error_of(client.list_accounts) == expected


def test_accounts_carry_state_status_method_and_path(company: Emulator, client_of: Any) -> None:
    client = client_of(company, "organizations")
    accounts = {
        one["Id"]: one
        for page in client.get_paginator("list_accounts").paginate()
        for one in page["Accounts"]
    }
    assert len(accounts) == 12
    states = {one: (found["State"], found["Status"]) for one, found in accounts.items()}
    assert states["101010101010"] == ("SUSPENDED", "SUSPENDED")
    assert states["121212121212"] == ("PENDING_CLOSURE", "PENDING_CLOSURE")
    assert accounts["555555555555"]["JoinedMethod"] == "INVITED"
    root = client.list_roots()["Roots"][0]
    (workloads,) = (
        unit
        for unit in client.list_organizational_units_for_parent(ParentId=root["Id"])["OrganizationalUnits"]
        if unit["Name"] == "Workloads"
    )
    parent = client.list_parents(ChildId="555555555555")["Parents"][0]
    path = f"o-exampleorg1/{root['Id']}/{workloads['Id']}/{parent['Id']}/555555555555/"
    assert accounts["555555555555"]["Paths"] == [path]
    assert workloads["Path"] == f"o-exampleorg1/{root['Id']}/{workloads['Id']}/"


@pytest.mark.parametrize(
    ("state", "status"),
    [("PENDING_ACTIVATION", "ACTIVE"), ("CLOSED", "SUSPENDED"), ("ACTIVE", "ACTIVE")],
)
def test_the_retired_status_knows_three_values(
    client_of: Any, rootwarden_organization: Any, state: str, status: str
) -> None:
    file = OrganizationFile(
        management_account=account(MANAGEMENT, "Company"), accounts=(account(SECURITY, "One", state=state),)
    )
    client = client_of(rootwarden_organization(file), "organizations")
    found = client.describe_account(AccountId=SECURITY)["Account"]
    assert (found["State"], found["Status"]) == (state, status)


def test_pages_hold_at_most_twenty_accounts(many: Emulator, client_of: Any) -> None:
    client = client_of(many, "organizations")
    pages = [page["Accounts"] for page in client.get_paginator("list_accounts").paginate()]
    assert [len(page) for page in pages] == [20, 20, 7]
    assert len({one["Id"] for page in pages for one in page}) == 47
    small_pages = client.get_paginator("list_accounts").paginate(PaginationConfig={"PageSize": 9})
    assert [len(page["Accounts"]) for page in small_pages] == [9, 9, 9, 9, 9, 2]


@pytest.mark.parametrize(("size", "reason"), [(21, "MAX_VALUE_EXCEEDED"), (1000, "MAX_VALUE_EXCEEDED")])
def test_a_page_cannot_be_larger_than_aws_allows(
    many: Emulator, client_of: Any, size: int, reason: str
) -> None:
    client = client_of(many, "organizations")
    code, _, found, _ = error_of(client.list_accounts, MaxResults=size)
    assert (code, found) == ("InvalidInputException", reason)


@pytest.mark.parametrize("token", ["x", "bm90aGluZw==", "TGlzdFJvb3RzOjIw", "\u00e4"])
def test_a_token_of_another_list_is_refused(many: Emulator, client_of: Any, token: str) -> None:
    code, _, reason, _ = error_of(client_of(many, "organizations").list_accounts, NextToken=token)
    assert (code, reason) == ("InvalidInputException", "INVALID_NEXT_TOKEN")


def test_the_tree_leads_from_the_root_to_every_account(many: Emulator, client_of: Any) -> None:
    client = client_of(many, "organizations")
    (root,) = client.list_roots()["Roots"]
    assert root["PolicyTypes"] == [{"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"}]
    found: set[str] = set()
    waiting = [root["Id"]]
    while waiting:
        parent = waiting.pop()
        for page in client.get_paginator("list_accounts_for_parent").paginate(ParentId=parent):
            for one in page["Accounts"]:
                assert client.list_parents(ChildId=one["Id"])["Parents"][0]["Id"] == parent
                found.add(one["Id"])
        children = client.get_paginator("list_children")
        for page in children.paginate(ParentId=parent, ChildType="ORGANIZATIONAL_UNIT"):
            waiting += [child["Id"] for child in page["Children"]]
    assert len(found) == 47


@pytest.mark.parametrize(
    ("operation", "params", "code"),
    [
        ("describe_account", {"AccountId": "000000000000"}, "AccountNotFoundException"),
        ("describe_account", {"AccountId": "12345"}, "InvalidInputException"),
        ("list_accounts_for_parent", {"ParentId": "r-zzzz"}, "ParentNotFoundException"),
        ("list_children", {"ParentId": "nothing", "ChildType": "ACCOUNT"}, "InvalidInputException"),
        ("list_parents", {"ChildId": "000000000000"}, "ChildNotFoundException"),
        ("list_parents", {"ChildId": "r-zzzz"}, "InvalidInputException"),
        ("describe_policy", {"PolicyId": "p-zzzzzzzz"}, "PolicyNotFoundException"),
        (
            "list_policies_for_target",
            {"TargetId": "000000000000", "Filter": "SERVICE_CONTROL_POLICY"},
            "TargetNotFoundException",
        ),
        ("list_policies", {"Filter": "NO_SUCH_POLICY"}, "InvalidInputException"),
        ("list_tags_for_resource", {"ResourceId": "ou-zzzz-zzzzzzzz"}, "TargetNotFoundException"),
        (
            "describe_organizational_unit",
            {"OrganizationalUnitId": "ou-zzzz-zzzzzzzz"},
            "OrganizationalUnitNotFoundException",
        ),
    ],
)
def test_what_does_not_exist_is_not_found(
    company: Emulator, client_of: Any, operation: str, params: dict[str, Any], code: str
) -> None:
    client = client_of(company, "organizations")
    assert error_of(getattr(client, operation), **params)[0] == code


def test_full_access_hangs_on_root_ous_and_accounts(company: Emulator, client_of: Any) -> None:
    client = client_of(company, "organizations")
    pages = client.get_paginator("list_targets_for_policy").paginate(PolicyId="p-FullAWSAccess")
    targets = [target for page in pages for target in page["Targets"]]
    kinds = [target["Type"] for target in targets]
    assert {kind: kinds.count(kind) for kind in kinds} == {
        "ROOT": 1,
        "ORGANIZATIONAL_UNIT": 7,
        "ACCOUNT": 12,
    }
    (parent,) = client.list_parents(ChildId="888888888888")["Parents"]
    attached = client.list_policies_for_target(TargetId=parent["Id"], Filter="SERVICE_CONTROL_POLICY")
    assert [policy["Name"] for policy in attached["Policies"]] == ["FullAWSAccess", "DenyRootUser"]
    described = client.describe_policy(PolicyId=attached["Policies"][1]["Id"])["Policy"]
    assert '"DenyRootUser"' in described["Content"]
    assert described["PolicySummary"]["AwsManaged"] is False


def test_tags_of_accounts_and_ous(company: Emulator, client_of: Any) -> None:
    client = client_of(company, "organizations")
    tags = client.list_tags_for_resource(ResourceId="555555555555")["Tags"]
    assert {tag["Key"]: tag["Value"] for tag in tags} == {"env": "production", "owner": "finance"}
    (parent,) = client.list_parents(ChildId="888888888888")["Parents"]
    assert client.list_tags_for_resource(ResourceId=parent["Id"])["Tags"] == [
        {"Key": "owner", "Value": "compliance"}
    ]
