"""AWS Organizations: SCPs and RCPs, and where they are attached.

https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from rootwarden.aws.error_codes import aws_call
from rootwarden.aws.pages import pages
from rootwarden.aws.request_id import request_id_of
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


def _attached(found: Any) -> AttachedPolicy:
    return AttachedPolicy(
        id=found["Id"], name=found.get("Name", ""), aws_managed=found.get("AwsManaged", False)
    )
