"""Whoever may read IAM finds the users and roles that have profiles, with their policies."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from rootwarden.emulator import small

if TYPE_CHECKING:
    from rootwarden.emulator import Emulator

SECURITY = "222222222222"
READ_ONLY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "iam:Get*", "Resource": "*"}],
}


def test_the_administrator_has_the_policy_its_keys_obey(
    rootwarden_emulator: Emulator, client_of: Callable[..., Any]
) -> None:
    iam = client_of(rootwarden_emulator, "iam", "emulator-security")
    found = iam.get_user(UserName="Administrator")["User"]
    assert found["Arn"] == f"arn:aws:iam::{SECURITY}:user/Administrator"
    assert found["UserId"] == iam.get_user()["User"]["UserId"]
    (name,) = iam.list_user_policies(UserName="Administrator")["PolicyNames"]
    document = iam.get_user_policy(UserName="Administrator", PolicyName=name)["PolicyDocument"]
    assert document["Statement"] == [{"Effect": "Allow", "Action": "*", "Resource": "*"}]


def test_a_role_of_the_organization_file_is_there_with_its_boundary(
    rootwarden_organization: Callable[..., Emulator], client_of: Callable[..., Any]
) -> None:
    principal = {"account": SECURITY, "name": "Auditor", "policies": [READ_ONLY], "boundary": READ_ONLY}
    file = small().model_dump()
    emulator = rootwarden_organization(type(small()).model_validate({**file, "principals": [principal]}))
    iam = client_of(emulator, "iam", "emulator-security")
    role = iam.get_role(RoleName="Auditor")["Role"]
    assert role["Arn"] == f"arn:aws:iam::{SECURITY}:role/Auditor"
    assert role["PermissionsBoundary"]["PermissionsBoundaryArn"].endswith(":policy/Auditor-boundary")
    (name,) = iam.list_role_policies(RoleName="Auditor")["PolicyNames"]
    assert iam.get_role_policy(RoleName="Auditor", PolicyName=name)["PolicyDocument"] == READ_ONLY


def test_a_policy_may_name_root_users_as_its_resource(
    rootwarden_emulator: Emulator, client_of: Callable[..., Any]
) -> None:
    """sts:AssumeRoot has the resource type root-user, so policies that allow it name one."""
    statement = {"Effect": "Allow", "Action": "sts:AssumeRoot", "Resource": "arn:aws:iam::*:root"}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    iam = client_of(rootwarden_emulator, "iam", "emulator-security")
    iam.put_user_policy(UserName="Administrator", PolicyName="RootTasks", PolicyDocument=json.dumps(document))
    found = iam.get_user_policy(UserName="Administrator", PolicyName="RootTasks")["PolicyDocument"]
    assert found == document
