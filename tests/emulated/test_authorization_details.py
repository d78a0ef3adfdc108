"""GetAccountAuthorizationDetails shows every resident with what its keys obey, in pages."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from rootwarden.emulator import small

if TYPE_CHECKING:
    from collections.abc import Callable

    from rootwarden.emulator import Emulator

SECURITY = "222222222222"
POWER = "arn:aws:iam::aws:policy/PowerUserAccess"
READ = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iam:Get*", "Resource": "*"}]}
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}


@pytest.fixture
def iam(rootwarden_organization: Callable[..., Emulator], client_of: Callable[..., Any]) -> Any:
    """The security account's IAM, with a power user in a role and a bounded user."""
    principals = [
        {"account": SECURITY, "name": "Power", "managed_policies": ["PowerUserAccess"], "policies": [READ]},
        {"account": SECURITY, "name": "eve", "kind": "user", "policies": [READ], "boundary": READ},
    ]
    file = small().model_dump()
    emulator = rootwarden_organization(type(small()).model_validate({**file, "principals": principals}))
    return client_of(emulator, "iam", "emulator-security")


def everything(iam: Any, **more: Any) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for page in iam.get_paginator("get_account_authorization_details").paginate(**more):
        for name in ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies"):
            found.setdefault(name, []).extend(page[name])
    return found


def test_residents_are_there_with_their_policies(iam: Any) -> None:
    """Also the user with a boundary, and AWS's policy that is in use, with its document."""
    found = everything(iam)
    users = {one["UserName"]: one for one in found["UserDetailList"]}
    roles = {one["RoleName"]: one for one in found["RoleDetailList"]}
    policies = {one["Arn"]: one for one in found["Policies"]}
    assert set(users) == {"Administrator", "eve"}
    assert users["eve"]["UserPolicyList"] == [{"PolicyName": "eve-1", "PolicyDocument": READ}]
    boundary = users["eve"]["PermissionsBoundary"]["PermissionsBoundaryArn"]
    assert policies[boundary]["PolicyVersionList"][0]["Document"] == READ
    assert policies[boundary]["PermissionsBoundaryUsageCount"] == 1
    assert roles["Power"]["AttachedManagedPolicies"] == [
        {"PolicyName": "PowerUserAccess", "PolicyArn": POWER}
    ]
    assert "Statement" in roles["Power"]["AssumeRolePolicyDocument"]
    (version,) = [one for one in policies[POWER]["PolicyVersionList"] if one["IsDefaultVersion"]]
    assert version["Document"]["Statement"][0]["NotAction"] == ["iam:*", "organizations:*", "account:*"]
    assert set(policies) == {POWER, boundary}
    assert iam.get_user(UserName="eve")["User"]["PermissionsBoundary"]["PermissionsBoundaryArn"] == boundary


def test_what_was_made_since(iam: Any) -> None:
    """Groups with their members, versions of a policy, instance profiles, tags; what is detached is in use no more."""
    iam.create_group(GroupName="ops")
    iam.add_user_to_group(GroupName="ops", UserName="eve")
    iam.attach_group_policy(GroupName="ops", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    iam.create_role(
        RoleName="app", AssumeRolePolicyDocument=json.dumps(TRUST), Tags=[{"Key": "team", "Value": "a"}]
    )
    iam.create_instance_profile(InstanceProfileName="app")
    iam.add_role_to_instance_profile(InstanceProfileName="app", RoleName="app")
    arn = iam.create_policy(PolicyName="own", PolicyDocument=json.dumps(READ))["Policy"]["Arn"]
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=json.dumps(READ), SetAsDefault=True)
    iam.detach_role_policy(RoleName="Power", PolicyArn=POWER)
    found = everything(iam)
    (group,) = found["GroupDetailList"]
    assert group["AttachedManagedPolicies"][0]["PolicyName"] == "AdministratorAccess"
    (eve,) = [one for one in found["UserDetailList"] if one["UserName"] == "eve"]
    assert eve["GroupList"] == ["ops"]
    (app,) = [one for one in found["RoleDetailList"] if one["RoleName"] == "app"]
    assert (app["Tags"], len(app["InstanceProfileList"])) == ([{"Key": "team", "Value": "a"}], 1)
    assert app["AssumeRolePolicyDocument"] == TRUST
    policies = {one["Arn"]: one for one in found["Policies"]}
    assert POWER not in policies
    versions = {one["VersionId"]: one["IsDefaultVersion"] for one in policies[arn]["PolicyVersionList"]}
    assert versions == {"v1": False, "v2": True}


def test_pages_and_filters(iam: Any) -> None:
    """Every page size gives the same; a filter leaves the other lists empty."""
    whole = everything(iam)
    assert everything(iam, PaginationConfig={"PageSize": 1}) == whole
    first = iam.get_account_authorization_details(MaxItems=1)
    assert first["IsTruncated"] is True
    only = everything(iam, Filter=["AWSManagedPolicy"])
    assert [one["PolicyName"] for one in only["Policies"]] == ["PowerUserAccess"]
    assert only["UserDetailList"] == only["RoleDetailList"] == []
    with pytest.raises(ClientError, match="Invalid Marker"):
        iam.get_account_authorization_details(Marker="nonsense")


def test_a_policy_of_aws_decides_for_the_keys_too(
    rootwarden_organization: Callable[..., Emulator], client_of: Callable[..., Any]
) -> None:
    """PowerUserAccess leaves IAM's writes out, and the rest in."""
    principal = {"account": SECURITY, "name": "Power", "managed_policies": ["PowerUserAccess"]}
    file = small().model_dump()
    emulator = rootwarden_organization(type(small()).model_validate({**file, "principals": [principal]}))
    power = client_of(emulator, "iam", f"emulator-{SECURITY}-Power")
    assert [one["RoleName"] for one in power.list_roles()["Roles"]] == ["Power"]
    with pytest.raises(ClientError, match="not authorized to perform: iam:ListUsers"):
        power.list_users()


def test_a_policy_that_aws_has_not() -> None:
    """Is a mistake of the file, told with its place."""
    principal = {"account": SECURITY, "name": "Power", "managed_policies": ["PowerUser"]}
    with pytest.raises(ValueError, match=r"principals\[0\].managed_policies\[0\]: AWS has no managed policy"):
        type(small()).model_validate({**small().model_dump(), "principals": [principal]})
