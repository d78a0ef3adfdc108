"""Changes to OUs, accounts, policies and tags in the emulator, through boto3."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from rootwarden.emulator.builders import MANAGEMENT, SECURITY

SCP = "SERVICE_CONTROL_POLICY"
DENY = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}]}
)


def error_of(call: Any, **params: Any) -> tuple[str, str | None]:
    with pytest.raises(ClientError) as caught:
        call(**params)
    answer: Any = caught.value.response
    return answer["Error"]["Code"], answer.get("Reason")


@pytest.fixture
def client(rootwarden_emulator: Any, client_of: Any) -> Any:
    """The management account's client."""
    return client_of(rootwarden_emulator, "organizations")


@pytest.fixture
def root_id(client: Any) -> str:
    """The organization's root."""
    return str(client.list_roots()["Roots"][0]["Id"])


def policy(client: Any, name: str = "NoS3") -> str:
    created = client.create_policy(Name=name, Type=SCP, Description="", Content=DENY)
    return str(created["Policy"]["PolicySummary"]["Id"])


def attached(client: Any, target: str, kind: str = SCP) -> list[str]:
    found = client.list_policies_for_target(TargetId=target, Filter=kind)["Policies"]
    return [one["Name"] for one in found]


def test_a_policy_from_creation_to_deletion(client: Any, root_id: str) -> None:
    policy_id = policy(client)
    client.attach_policy(PolicyId=policy_id, TargetId=SECURITY)
    client.attach_policy(PolicyId=policy_id, TargetId=root_id)
    assert attached(client, SECURITY) == ["FullAWSAccess", "NoS3"]
    assert error_of(client.delete_policy, PolicyId=policy_id)[0] == "PolicyInUseException"
    again = error_of(client.attach_policy, PolicyId=policy_id, TargetId=SECURITY)
    assert again[0] == "DuplicatePolicyAttachmentException"
    client.update_policy(PolicyId=policy_id, Name="NoBuckets", Description="changed")
    assert attached(client, SECURITY) == ["FullAWSAccess", "NoBuckets"]
    assert client.describe_policy(PolicyId=policy_id)["Policy"]["Content"] == DENY
    for target in (SECURITY, root_id):
        client.detach_policy(PolicyId=policy_id, TargetId=target)
    client.delete_policy(PolicyId=policy_id)
    assert error_of(client.describe_policy, PolicyId=policy_id)[0] == "PolicyNotFoundException"
    assert attached(client, root_id) == ["FullAWSAccess"]


def test_the_last_scp_cannot_be_detached(client: Any) -> None:
    call = client.detach_policy
    with pytest.raises(ClientError) as caught:
        call(PolicyId="p-FullAWSAccess", TargetId=SECURITY)
    answer: Any = caught.value.response
    assert answer["Error"]["Message"] == (
        "You cannot remove the last policy attached to the specified target. "
        "You must have at least one attached at all times."
    )
    assert answer["Reason"] == "MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED"
    assert attached(client, SECURITY) == ["FullAWSAccess"]


def test_at_most_ten_scps_fit_on_a_target(client: Any) -> None:
    for number in range(9):
        client.attach_policy(PolicyId=policy(client, f"P{number}"), TargetId=SECURITY)
    one_more = policy(client, "TooMany")
    assert error_of(client.attach_policy, PolicyId=one_more, TargetId=SECURITY) == (
        "ConstraintViolationException",
        "MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED",
    )
    assert len(attached(client, SECURITY)) == 10


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"Content": "{"}, ("MalformedPolicyDocumentException", None)),
        ({"Content": '{"Statement": []}'}, ("MalformedPolicyDocumentException", None)),
        ({"Content": DENY + " " * 10_240}, ("ConstraintViolationException", "POLICY_CONTENT_LIMIT_EXCEEDED")),
        ({"Name": "DenyRootUser"}, ("DuplicatePolicyException", None)),
        ({"Type": "NO_SUCH_TYPE"}, ("InvalidInputException", "INVALID_ENUM_POLICY_TYPE")),
    ],
)
def test_policies_that_aws_refuses(
    client: Any, params: dict[str, str], expected: tuple[str, str | None]
) -> None:
    given = {"Name": "New", "Type": SCP, "Description": "", "Content": DENY, **params}
    assert error_of(client.create_policy, **given) == expected
    assert len(client.list_policies(Filter=SCP)["Policies"]) == 3


def test_policies_of_aws_stay_as_they_are(client: Any) -> None:
    expected = ("InvalidInputException", "IMMUTABLE_POLICY")
    assert error_of(client.update_policy, PolicyId="p-FullAWSAccess", Name="Mine") == expected
    assert error_of(client.delete_policy, PolicyId="p-FullAWSAccess") == expected


def test_rcps_need_their_type_enabled(client: Any, root_id: str) -> None:
    kind = "RESOURCE_CONTROL_POLICY"
    assert attached(client, SECURITY, kind) == []
    enabled = client.enable_policy_type(RootId=root_id, PolicyType=kind)["Root"]["PolicyTypes"]
    assert [one["Type"] for one in enabled] == [kind, SCP]
    assert attached(client, SECURITY, kind) == ["RCPFullAWSAccess"]
    twice = error_of(client.enable_policy_type, RootId=root_id, PolicyType=kind)
    assert twice[0] == "PolicyTypeAlreadyEnabledException"
    client.disable_policy_type(RootId=root_id, PolicyType=kind)
    assert attached(client, SECURITY, kind) == []


def test_disabling_scps_detaches_them_all(client: Any, root_id: str) -> None:
    client.disable_policy_type(RootId=root_id, PolicyType=SCP)
    assert client.list_targets_for_policy(PolicyId="p-FullAWSAccess")["Targets"] == []
    refused = error_of(client.attach_policy, PolicyId="p-FullAWSAccess", TargetId=SECURITY)
    assert refused[0] == "PolicyTypeNotEnabledException"
    client.enable_policy_type(RootId=root_id, PolicyType=SCP)
    (parent,) = client.list_parents(ChildId="888888888888")["Parents"]
    assert attached(client, parent["Id"]) == ["FullAWSAccess"]


def test_an_ou_from_creation_to_deletion(client: Any, root_id: str) -> None:
    created = client.create_organizational_unit(ParentId=root_id, Name="Mergers")["OrganizationalUnit"]
    twin = error_of(client.create_organizational_unit, ParentId=root_id, Name="Mergers")
    assert twin[0] == "DuplicateOrganizationalUnitException"
    client.update_organizational_unit(OrganizationalUnitId=created["Id"], Name="Acquisitions")
    (source,) = client.list_parents(ChildId=SECURITY)["Parents"]
    client.move_account(AccountId=SECURITY, SourceParentId=source["Id"], DestinationParentId=created["Id"])
    inside = client.list_accounts_for_parent(ParentId=created["Id"])["Accounts"]
    assert [one["Id"] for one in inside] == [SECURITY]
    occupied = error_of(client.delete_organizational_unit, OrganizationalUnitId=created["Id"])
    assert occupied[0] == "OrganizationalUnitNotEmptyException"
    client.move_account(AccountId=SECURITY, SourceParentId=created["Id"], DestinationParentId=source["Id"])
    client.delete_organizational_unit(OrganizationalUnitId=created["Id"])
    units = client.list_organizational_units_for_parent(ParentId=root_id)["OrganizationalUnits"]
    assert "Acquisitions" not in [unit["Name"] for unit in units]


def test_ous_nest_five_deep(client: Any, root_id: str) -> None:
    parent = root_id
    for level in range(5):
        made = client.create_organizational_unit(ParentId=parent, Name=f"Level {level}")
        parent = made["OrganizationalUnit"]["Id"]
    assert error_of(client.create_organizational_unit, ParentId=parent, Name="Too deep") == (
        "ConstraintViolationException",
        "OU_DEPTH_LIMIT_EXCEEDED",
    )


def test_an_account_moves_only_from_where_it_is(client: Any, root_id: str) -> None:
    (source,) = client.list_parents(ChildId=SECURITY)["Parents"]
    call = client.move_account
    wrong = error_of(call, AccountId=SECURITY, SourceParentId=root_id, DestinationParentId=source["Id"])
    assert wrong[0] == "SourceParentNotFoundException"
    same = error_of(call, AccountId=SECURITY, SourceParentId=source["Id"], DestinationParentId=source["Id"])
    assert same[0] == "DuplicateAccountException"
    assert client.list_parents(ChildId=SECURITY)["Parents"] == [source]


def test_a_new_account_joins_with_a_profile_of_its_own(
    client: Any, rootwarden_emulator: Any, client_of: Any
) -> None:
    asked = client.create_account(AccountName="Newcomer", Email="new@example.com")["CreateAccountStatus"]
    assert asked["State"] == "IN_PROGRESS"
    status = client.describe_create_account_status(CreateAccountRequestId=asked["Id"])
    done = status["CreateAccountStatus"]
    assert done["State"] == "SUCCEEDED"
    found = client.describe_account(AccountId=done["AccountId"])["Account"]
    assert (found["Name"], found["State"], found["JoinedMethod"]) == ("Newcomer", "ACTIVE", "CREATED")
    own = client_of(rootwarden_emulator, "organizations", f"emulator-{done['AccountId']}")
    assert own.describe_organization()["Organization"]["MasterAccountId"] == MANAGEMENT
    assert attached(client, done["AccountId"]) == ["FullAWSAccess"]


def test_closing_and_leaving(client: Any, rootwarden_emulator: Any, client_of: Any) -> None:
    client.close_account(AccountId="999999999999")
    assert client.describe_account(AccountId="999999999999")["Account"]["State"] == "PENDING_CLOSURE"
    assert error_of(client.close_account, AccountId="999999999999")[0] == "AccountAlreadyClosedException"
    assert error_of(client.close_account, AccountId=MANAGEMENT)[1] == "CANNOT_CLOSE_MANAGEMENT_ACCOUNT"
    leaving = client_of(rootwarden_emulator, "organizations", "emulator-777777777777")
    leaving.leave_organization()
    assert error_of(client.describe_account, AccountId="777777777777")[0] == "AccountNotFoundException"
    assert error_of(leaving.describe_organization)[0] == "AWSOrganizationsNotInUseException"
    assert error_of(client.leave_organization)[0] == "MasterCannotLeaveOrganizationException"


def test_a_delegate_cannot_leave(client: Any) -> None:
    client.enable_aws_service_access(ServicePrincipal="iam.amazonaws.com")
    client.register_delegated_administrator(AccountId=SECURITY, ServicePrincipal="iam.amazonaws.com")
    assert error_of(client.remove_account_from_organization, AccountId=SECURITY) == (
        "ConstraintViolationException",
        "CANNOT_REMOVE_DELEGATED_ADMINISTRATOR_FROM_ORG",
    )
    assert client.describe_account(AccountId=SECURITY)["Account"]["State"] == "ACTIVE"


def test_tags_are_set_replaced_and_removed(client: Any) -> None:
    client.tag_resource(ResourceId=SECURITY, Tags=[{"Key": "owner", "Value": "blue"}])
    client.untag_resource(ResourceId=SECURITY, TagKeys=["env", "never-there"])
    tags = client.list_tags_for_resource(ResourceId=SECURITY)["Tags"]
    assert tags == [{"Key": "owner", "Value": "blue"}]
    twice = [{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}]
    call = client.tag_resource
    assert error_of(call, ResourceId=SECURITY, Tags=twice) == ("InvalidInputException", "DUPLICATE_TAG_KEY")


@pytest.mark.parametrize(
    ("operation", "params"),
    [
        ("create_organizational_unit", {"ParentId": "r-aaaa", "Name": "x"}),
        ("create_policy", {"Name": "x", "Type": SCP, "Description": "", "Content": DENY}),
        (
            "move_account",
            {"AccountId": SECURITY, "SourceParentId": "r-aaaa", "DestinationParentId": "r-bbbb"},
        ),
        ("tag_resource", {"ResourceId": SECURITY, "Tags": []}),
        ("close_account", {"AccountId": SECURITY}),
        ("create_account", {"AccountName": "x", "Email": "x@example.com"}),
    ],
)
def test_only_the_management_account_changes_anything(
    rootwarden_emulator: Any, client_of: Any, operation: str, params: dict[str, Any]
) -> None:
    member = client_of(rootwarden_emulator, "organizations", "emulator-security")
    assert error_of(getattr(member, operation), **params)[0] == "AccessDeniedException"
