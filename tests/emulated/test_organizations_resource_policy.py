"""The organization's resource policy in the emulator: put, described, deleted, and what it lets the delegate do."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from rootwarden.emulator.builders import MANAGEMENT, SECURITY

SCP, TAGS = "SERVICE_CONTROL_POLICY", "TAG_POLICY"
DENY = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}]}
)


def code_of(call: Any, **params: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**params)
    answer: Any = caught.value.response
    return str(answer["Error"]["Code"])


def delegation(organization: str) -> str:
    """SCPs of this organization, by the security account."""
    stem = f"arn:aws:organizations::{MANAGEMENT}"
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": {
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{SECURITY}:root"},
                "Action": [
                    "organizations:CreatePolicy",
                    "organizations:AttachPolicy",
                    "organizations:DeletePolicy",
                ],
                "Resource": [
                    f"{stem}:policy/{organization}/service_control_policy/*",
                    f"{stem}:account/{organization}/*",
                ],
                "Condition": {"StringEqualsIfExists": {"organizations:PolicyType": SCP}},
            },
        }
    )


def test_from_its_first_put_to_its_deletion(rootwarden_emulator: Any, client_of: Any) -> None:
    client = client_of(rootwarden_emulator, "organizations")
    text = delegation(client.describe_organization()["Organization"]["Id"])
    assert code_of(client.describe_resource_policy) == "ResourcePolicyNotFoundException"
    assert code_of(client.put_resource_policy, Content=DENY) == "InvalidInputException"  # without a Principal
    client.put_resource_policy(Content=text)
    assert client.describe_resource_policy()["ResourcePolicy"]["Content"] == text
    client.delete_resource_policy()
    assert code_of(client.delete_resource_policy) == "ResourcePolicyNotFoundException"


def test_what_it_lets_the_delegate_do(rootwarden_emulator: Any, client_of: Any) -> None:
    """These calls, on these resources, for policies of this type, and nothing else; without it, nothing."""
    manager = client_of(rootwarden_emulator, "organizations")
    delegate = client_of(rootwarden_emulator, "organizations", f"emulator-{SECURITY}")
    new = {"Name": "NoS3", "Type": SCP, "Description": "", "Content": DENY}
    assert code_of(delegate.create_policy, **new) == "AccessDeniedException"
    manager.put_resource_policy(Content=delegation(manager.describe_organization()["Organization"]["Id"]))
    made = delegate.create_policy(**new)["Policy"]["PolicySummary"]["Id"]
    delegate.attach_policy(PolicyId=made, TargetId=SECURITY)
    root = manager.list_roots()["Roots"][0]["Id"]
    assert code_of(delegate.attach_policy, PolicyId=made, TargetId=root) == "AccessDeniedException"
    assert code_of(delegate.detach_policy, PolicyId=made, TargetId=SECURITY) == "AccessDeniedException"
    tags = {"Name": "Tags", "Type": TAGS, "Description": "", "Content": "{}"}
    assert code_of(delegate.create_policy, **tags) == "AccessDeniedException"
    assert code_of(delegate.delete_resource_policy) == "AccessDeniedException"
    manager.delete_resource_policy()
    assert code_of(delegate.delete_policy, PolicyId=made) == "AccessDeniedException"
