"""Permission boundaries and RCPs decide the emulator's calls too, as boto3 sees it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from rootwarden.emulator.builders import MANAGEMENT, SECURITY, account
from rootwarden.emulator.org_file import OrganizationFile, OuSpec, PrincipalSpec
from rootwarden.model.tasks import RootTask

if TYPE_CHECKING:
    from rootwarden.emulator.server import Emulator

Refusal = Callable[..., tuple[str, str, int]]

MEMBER = "444444444444"
SHIELDED = "555555555555"
SEALED = "777777777777"
LISTED = "888888888888"

AUDIT = {"arn": RootTask.AUDIT.policy_arn("aws")}


def policy(effect: str, action: Any, **more: Any) -> dict[str, Any]:
    """A document of one statement on every resource."""
    statement = {"Effect": effect, "Action": action, "Resource": "*", **more}
    return {"Version": "2012-10-17", "Statement": [statement]}


def bounded(name: str, boundary: dict[str, Any] | None, kind: str = "role") -> PrincipalSpec:
    """A principal of the management account that may do everything, within a boundary."""
    spec = {
        "account": MANAGEMENT,
        "name": name,
        "kind": kind,
        "policies": (policy("Allow", "*"),),
        "boundary": boundary,
    }
    return PrincipalSpec.model_validate(spec)


@pytest.fixture
def emulator(rootwarden_organization: Any) -> Emulator:
    """An organization with RCPs at every level, and principals with boundaries."""
    audit_only = {"StringEquals": {"sts:TaskPolicyArn": AUDIT["arn"]}}
    outsiders = {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-another0001"}}
    rcps = {
        "NoTags": policy("Deny", "sqs:TagQueue", Principal="*"),
        "NoQueuePolicies": policy("Deny", "sqs:SetQueueAttributes", Principal="*"),
        "NoOutsiders": policy("Deny", "s3:*", Principal="*", Condition=outsiders),
        "NoAssumeRoot": policy("Deny", "sts:AssumeRoot", Principal="*"),
        "NoSummary": policy("Deny", "iam:GetAccountSummary", Principal="*"),
    }
    organization = OrganizationFile.model_validate(
        {
            "management_account": account(MANAGEMENT, "Company"),
            "organizational_units": (OuSpec(path="/Shielded", rcps=("NoQueuePolicies", "NoSummary")),),
            "root_rcps": ("NoTags",),
            "rcps": rcps,
            "accounts": (
                account(SECURITY, "Security"),
                account(MEMBER, "Member"),
                account(SHIELDED, "Shielded", "/Shielded/Deeper"),
                account(SEALED, "Sealed").model_copy(update={"rcps": ("NoAssumeRoot",)}),
                account(LISTED, "Listed").model_copy(update={"rcps": ("NoOutsiders",)}),
            ),
            "trusted_services": ("iam.amazonaws.com",),
            "root_features": ("RootCredentialsManagement", "RootSessions"),
            "principals": (
                bounded("free", None),
                bounded("reader", policy("Allow", ["iam:Get*", "s3:*"])),
                bounded("auditor", policy("Allow", "sts:AssumeRoot", Condition=audit_only)),
                bounded("denied", {"Statement": [*policy("Allow", "*")["Statement"], *policy("Deny", "iam:*")["Statement"]]}),
                bounded("person", policy("Allow", "s3:*"), "user"),
            ),
        }
    )  # fmt: skip
    found: Emulator = rootwarden_organization(organization)
    return found


def as_principal(name: str) -> str:
    """The profile of a principal of the management account."""
    return f"emulator-{MANAGEMENT}-{name}"


def test_without_a_boundary_the_identity_policies_decide(emulator: Emulator, client_of: Any) -> None:
    sts = client_of(emulator, "sts", as_principal("free"))
    assert sts.assume_root(TargetPrincipal=MEMBER, TaskPolicyArn=AUDIT)["Credentials"]


def test_a_boundary_without_sts_keeps_from_assume_root(
    emulator: Emulator, client_of: Any, refusal_of: Refusal
) -> None:
    sts = client_of(emulator, "sts", as_principal("reader"))
    code, text, status = refusal_of(sts.assume_root, TargetPrincipal=MEMBER, TaskPolicyArn=AUDIT)
    assert (code, status) == ("AccessDenied", 403)
    assert text.endswith(f"sts:AssumeRoot on resource: arn:aws:iam::{MEMBER}:root")


def test_a_boundary_may_leave_one_task(emulator: Emulator, client_of: Any, refusal_of: Refusal) -> None:
    sts = client_of(emulator, "sts", as_principal("auditor"))
    assert sts.assume_root(TargetPrincipal=MEMBER, TaskPolicyArn=AUDIT)["Credentials"]
    delete = {"arn": RootTask.DELETE.policy_arn("aws")}
    assert refusal_of(sts.assume_root, TargetPrincipal=MEMBER, TaskPolicyArn=delete)[0] == "AccessDenied"


@pytest.mark.parametrize("name", ["auditor", "person"])
def test_what_a_boundary_does_not_allow_is_refused_in_its_name(
    emulator: Emulator, client_of: Any, refusal_of: Refusal, name: str
) -> None:
    found = refusal_of(client_of(emulator, "iam", as_principal(name)).get_account_summary)
    assert found[1].endswith("because no permissions boundary allows the iam:GetAccountSummary action")


def test_a_deny_in_a_boundary_is_named(emulator: Emulator, client_of: Any, refusal_of: Refusal) -> None:
    found = refusal_of(client_of(emulator, "iam", as_principal("denied")).get_account_summary)
    assert found[1].endswith("with an explicit deny in a permissions boundary")
    assert client_of(emulator, "s3", as_principal("denied")).list_buckets()["Buckets"] == []


def test_a_boundary_binds_what_moto_answers(emulator: Emulator, client_of: Any, refusal_of: Refusal) -> None:
    assert client_of(emulator, "s3", as_principal("reader")).list_buckets()["Buckets"] == []
    sqs = client_of(emulator, "sqs", as_principal("reader"))
    assert (
        "no permissions boundary allows the sqs:createqueue" in refusal_of(sqs.create_queue, QueueName="q")[1]
    )


def test_an_rcp_of_an_ou_binds_root_sessions_below_it(
    emulator: Emulator, client_of: Any, root_session_of: Any, refusal_of: Refusal
) -> None:
    found = {}
    for member in (MEMBER, SHIELDED):
        made = client_of(emulator, "sqs", f"emulator-{member}").create_queue(QueueName="q")
        sqs = root_session_of(emulator, member, RootTask.SQS_UNLOCK, "sqs")
        found[member] = (
            sqs.set_queue_attributes,
            {"QueueUrl": made["QueueUrl"], "Attributes": {"Policy": ""}},
        )
    call, arguments = found[MEMBER]
    assert call(**arguments)["ResponseMetadata"]["HTTPStatusCode"] == 200
    call, arguments = found[SHIELDED]
    code, text, _ = refusal_of(call, **arguments)
    assert code == "AccessDenied"
    assert text.endswith("with an explicit deny in a resource control policy")


def test_an_rcp_of_the_root_binds_members_and_not_the_management_account(
    emulator: Emulator, client_of: Any, refusal_of: Refusal
) -> None:
    queues = {}
    for owner in (MANAGEMENT, MEMBER):
        sqs = client_of(emulator, "sqs", f"emulator-{owner}")
        queues[owner] = sqs, sqs.create_queue(QueueName="q")["QueueUrl"]
    sqs, url = queues[MANAGEMENT]
    assert sqs.tag_queue(QueueUrl=url, Tags={"a": "b"})["ResponseMetadata"]["HTTPStatusCode"] == 200
    sqs, url = queues[MEMBER]
    assert "resource control policy" in refusal_of(sqs.tag_queue, QueueUrl=url, Tags={"a": "b"})[1]
    assert not sqs.list_queue_tags(QueueUrl=url).get("Tags")


def test_an_rcp_about_the_organization_of_the_caller(
    emulator: Emulator, client_of: Any, refusal_of: Refusal
) -> None:
    s3 = client_of(emulator, "s3", f"emulator-{LISTED}")
    assert refusal_of(s3.create_bucket, Bucket="a-bucket")[0] == "AccessDenied"
    assert s3.list_buckets()["Buckets"] == []  # no resource type, so no RCP
    assert client_of(emulator, "s3", f"emulator-{MEMBER}").create_bucket(Bucket="a-bucket")


def test_iam_is_no_service_of_rcps(emulator: Emulator, root_session_of: Any) -> None:
    assert root_session_of(emulator, SHIELDED, RootTask.AUDIT).get_account_summary()["SummaryMap"]


def test_an_rcp_of_the_target_that_may_block_assume_root_does_here(
    emulator: Emulator, client_of: Any, refusal_of: Refusal
) -> None:
    sts = client_of(emulator, "sts")
    assert refusal_of(sts.assume_root, TargetPrincipal=SEALED, TaskPolicyArn=AUDIT)[0] == "AccessDenied"
    assert sts.assume_root(TargetPrincipal=SHIELDED, TaskPolicyArn=AUDIT)["Credentials"]


def test_rcps_are_seen_through_organizations(emulator: Emulator, client_of: Any) -> None:
    organizations = client_of(emulator, "organizations")
    kind = "RESOURCE_CONTROL_POLICY"
    (root,) = organizations.list_roots()["Roots"]
    assert {one["Type"] for one in root["PolicyTypes"]} == {"SERVICE_CONTROL_POLICY", kind}
    attached = organizations.list_policies_for_target(TargetId=SEALED, Filter=kind)["Policies"]
    assert [one["Name"] for one in attached] == ["RCPFullAWSAccess", "NoAssumeRoot"]
    content = organizations.describe_policy(PolicyId=attached[1]["Id"])["Policy"]["Content"]
    assert json.loads(content)["Statement"][0]["Action"] == "sts:AssumeRoot"


def test_an_rcp_attached_later_decides_from_then_on(
    emulator: Emulator, client_of: Any, refusal_of: Refusal
) -> None:
    sqs, organizations = (
        client_of(emulator, "sqs", f"emulator-{MEMBER}"),
        client_of(emulator, "organizations"),
    )
    url = sqs.create_queue(QueueName="q")["QueueUrl"]
    assert sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    made = organizations.create_policy(
        Content=json.dumps(policy("Deny", "sqs:GetQueueAttributes", Principal="*")),
        Description="",
        Name="NoReading",
        Type="RESOURCE_CONTROL_POLICY",
    )["Policy"]["PolicySummary"]["Id"]
    organizations.attach_policy(PolicyId=made, TargetId=MEMBER)
    refused = refusal_of(sqs.get_queue_attributes, QueueUrl=url, AttributeNames=["QueueArn"])
    assert "resource control policy" in refused[1]
    organizations.detach_policy(PolicyId=made, TargetId=MEMBER)
    assert sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
