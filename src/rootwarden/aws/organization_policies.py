"""AWS Organizations: SCPs and RCPs, and where they are attached.

https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from rootwarden.aws.error_codes import aws_call
from rootwarden.aws.pages import pages
from rootwarden.aws.request_id import request_id_of
from rootwarden.errors import NotFound
from rootwarden.model.organization_policy import AttachedPolicy, PolicyType

if TYPE_CHECKING:
    from mypy_boto3_organizations import OrganizationsClient


class OrganizationPolicies:
    """Reads policies. All calls raise AwsError, also in mid-page."""

    def __init__(self, client: OrganizationsClient) -> None:
        self._client = client

    def type_status(self) -> dict[str, str]:
        """The policy types of the organization root, with AWS's word for their state; a type that is off may be missing."""
        found: dict[str, str] = {}
        for page in pages(self._client, "list_roots", "organizations:ListRoots"):
            for root in page["Roots"]:
                found |= {one["Type"]: one["Status"] for one in root.get("PolicyTypes", [])}
        return found

    def attached_to(self, target: str, kind: PolicyType) -> tuple[AttachedPolicy, ...]:
        """The policies attached directly to a root, an OU or an account."""
        operation = "organizations:ListPoliciesForTarget"
        found = pages(self._client, "list_policies_for_target", operation, TargetId=target, Filter=kind.value)
        return tuple(_attached(each) for page in found for each in page["Policies"])

    def all_of(self, kind: PolicyType) -> Iterator[AttachedPolicy]:
        """Every policy of a type."""
        for page in pages(self._client, "list_policies", "organizations:ListPolicies", Filter=kind.value):
            yield from (_attached(each) for each in page["Policies"])

    def targets_of(self, policy: str) -> Iterator[str]:
        """The ids of the roots, OUs and accounts a policy is attached to."""
        operation = "organizations:ListTargetsForPolicy"
        for page in pages(self._client, "list_targets_for_policy", operation, PolicyId=policy):
            yield from (str(each["TargetId"]) for each in page["Targets"])

    def document(self, policy: str) -> str:
        """The document of a policy as it is stored, empty where AWS gives none."""
        with aws_call("organizations:DescribePolicy"):
            found: Any = self._client.describe_policy(PolicyId=policy)["Policy"]
        content = found.get("Content")
        return content if isinstance(content, str) else ""

    def described(self, policy: str) -> tuple[str, str]:
        """The document of a policy, and its description."""
        with aws_call("organizations:DescribePolicy"):
            found: Any = self._client.describe_policy(PolicyId=policy)["Policy"]
        return found.get("Content") or "", found.get("PolicySummary", {}).get("Description") or ""


class OrganizationPolicyWriter:
    """Changes policies; from the management account, or one that a delegation policy lets do so. Raises AwsError."""

    def __init__(self, client: OrganizationsClient) -> None:
        self._client = client

    def replace(self, policy: str, document: str) -> str | None:
        """Puts another document in the place of the one there is, wherever the policy is attached; AWS's request id.

        https://docs.aws.amazon.com/organizations/latest/APIReference/API_UpdatePolicy.html
        """
        with aws_call("organizations:UpdatePolicy"):
            return request_id_of(self._client.update_policy(PolicyId=policy, Content=document))

    def create(self, kind: PolicyType, name: str, document: str, description: str) -> str | None:
        """Creates a policy that is attached to nothing; AWS's request id."""
        with aws_call("organizations:CreatePolicy"):
            answer = self._client.create_policy(
                Type=kind.value, Name=name, Content=document, Description=description
            )
        return request_id_of(answer)

    def change(self, policy: str, document: str, description: str) -> str | None:
        """Replaces document and description together; AWS's request id."""
        with aws_call("organizations:UpdatePolicy"):
            answer = self._client.update_policy(PolicyId=policy, Content=document, Description=description)
        return request_id_of(answer)

    def attach(self, policy: str, target: str) -> str | None:
        """Attaches a policy to a root, an OU or an account; AWS's request id."""
        with aws_call("organizations:AttachPolicy"):
            return request_id_of(self._client.attach_policy(PolicyId=policy, TargetId=target))

    def detach(self, policy: str, target: str) -> str | None:
        """The way back from ``attach``."""
        with aws_call("organizations:DetachPolicy"):
            return request_id_of(self._client.detach_policy(PolicyId=policy, TargetId=target))

    def delete(self, policy: str) -> str | None:
        """Deletes a policy that is attached to nothing; AWS's request id."""
        with aws_call("organizations:DeletePolicy"):
            return request_id_of(self._client.delete_policy(PolicyId=policy))


class ResourcePolicyApi:
    """The organization's own resource policy. Raises AwsError.

    https://docs.aws.amazon.com/organizations/latest/APIReference/API_PutResourcePolicy.html
    """

    def __init__(self, client: OrganizationsClient) -> None:
        self._client = client

    def document(self) -> str | None:
        """What it says; None where there is none."""
        try:
            with aws_call("organizations:DescribeResourcePolicy"):
                found: Any = self._client.describe_resource_policy().get("ResourcePolicy", {})
        except NotFound:
            return None
        return found.get("Content") or None

    def put(self, document: str) -> str | None:
        """Puts it in the place of the one there is; AWS's request id."""
        with aws_call("organizations:PutResourcePolicy"):
            return request_id_of(self._client.put_resource_policy(Content=document))

    def delete(self) -> str | None:
        """Deletes it; AWS's request id."""
        with aws_call("organizations:DeleteResourcePolicy"):
            return request_id_of(self._client.delete_resource_policy())


def _attached(found: Any) -> AttachedPolicy:
    return AttachedPolicy(
        id=found["Id"], name=found.get("Name", ""), aws_managed=found.get("AwsManaged", False)
    )
