"""CloudFormation StackSets that keep stacks in the accounts of the organization, those that join included.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-orgs.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from rootwarden.aws.error_codes import aws_call
from rootwarden.aws.pages import pages
from rootwarden.aws.request_id import request_id_of
from rootwarden.errors import AwsError

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient

_PREFERENCES: Final[Any] = {
    "RegionConcurrencyType": "PARALLEL",
    "FailureTolerancePercentage": 100,
    "MaxConcurrentPercentage": 100,
}
"""One account that fails must not keep the others from what they need."""
_AUTOMATIC: Final[Any] = {"Enabled": True, "RetainStacksOnAccountRemoval": False}


@dataclass(frozen=True, slots=True)
class StackSetFound:
    """What there is of a StackSet."""

    template: str
    description: str
    targets: tuple[str, ...]
    """The organization's root and OUs it deploys to."""
    regions: tuple[str, ...]
    automatic: bool
    """Whether accounts that join get its stacks, and those that leave lose them."""


@dataclass(frozen=True, slots=True)
class StackInstance:
    """Its stack in one account and Region."""

    account: str
    region: str
    status: str
    """CURRENT, OUTDATED or INOPERABLE."""
    detailed: str
    reason: str

    @property
    def is_current(self) -> bool:
        """Whether the stack is there as it is meant."""
        return self.status == "CURRENT"

    @property
    def is_suspended(self) -> bool:
        """Whether it is left out because its account is suspended."""
        return self.detailed == "SKIPPED_SUSPENDED_ACCOUNT"


@dataclass(frozen=True, slots=True)
class Begun:
    """An operation that AWS began."""

    id: str
    request_id: str | None


class StackSets:
    """The StackSets of the organization, from its management account. All calls raise AwsError."""

    def __init__(self, client: CloudFormationClient) -> None:
        self._client: Any = client

    def has_access(self) -> bool:
        """Whether StackSets have trusted access to the organization."""
        with aws_call("cloudformation:DescribeOrganizationsAccess"):
            return bool(self._client.describe_organizations_access()["Status"] == "ENABLED")

    def activate(self) -> str | None:
        """Gives StackSets trusted access; AWS's request id."""
        with aws_call("cloudformation:ActivateOrganizationsAccess"):
            return request_id_of(self._client.activate_organizations_access())

    def described(self, name: str) -> StackSetFound | None:
        """A StackSet; None where there is none of that name."""
        try:
            with aws_call("cloudformation:DescribeStackSet"):
                found = self._client.describe_stack_set(StackSetName=name)["StackSet"]
        except AwsError as error:
            if error.code == "StackSetNotFoundException":
                return None
            raise
        body = found.get("TemplateBody", "")
        return StackSetFound(
            body if isinstance(body, str) else json.dumps(body),
            found.get("Description", ""),
            tuple(sorted(found.get("OrganizationalUnitIds", ()))),
            tuple(sorted(found.get("Regions", ()))),
            bool(found.get("AutoDeployment", {}).get("Enabled")),
        )

    def instances(self, name: str) -> tuple[StackInstance, ...]:
        """Its stacks, account by account and Region by Region."""
        operation = "cloudformation:ListStackInstances"
        return tuple(
            StackInstance(
                one["Account"],
                one["Region"],
                one.get("Status", ""),
                one.get("StackInstanceStatus", {}).get("DetailedStatus", ""),
                one.get("StatusReason", ""),
            )
            for page in pages(self._client, "list_stack_instances", operation, StackSetName=name)
            for one in page["Summaries"]
        )

    def create(self, name: str, template: str, parameters: Mapping[str, str]) -> str | None:
        """Makes a StackSet without stacks; AWS's request id."""
        with aws_call("cloudformation:CreateStackSet"):
            return request_id_of(
                self._client.create_stack_set(
                    StackSetName=name,
                    Description="rootwarden",
                    TemplateBody=template,
                    Parameters=_pairs(parameters),
                    Capabilities=["CAPABILITY_NAMED_IAM"],
                    PermissionModel="SERVICE_MANAGED",
                    AutoDeployment=_AUTOMATIC,
                )
            )

    def update(self, name: str, template: str, parameters: Mapping[str, str]) -> Begun:
        """Brings every stack to a template."""
        with aws_call("cloudformation:UpdateStackSet"):
            answer = self._client.update_stack_set(
                StackSetName=name,
                Description="rootwarden",
                TemplateBody=template,
                Parameters=_pairs(parameters),
                Capabilities=["CAPABILITY_NAMED_IAM"],
                PermissionModel="SERVICE_MANAGED",
                AutoDeployment=_AUTOMATIC,
                OperationPreferences=_PREFERENCES,
            )
        return Begun(answer["OperationId"], request_id_of(answer))

    def deploy_to(self, name: str, targets: Sequence[str], regions: Sequence[str]) -> Begun:
        """Makes its stacks in every account below the targets."""
        with aws_call("cloudformation:CreateStackInstances"):
            answer = self._client.create_stack_instances(
                StackSetName=name,
                DeploymentTargets={"OrganizationalUnitIds": list(targets)},
                Regions=list(regions),
                OperationPreferences=_PREFERENCES,
            )
        return Begun(answer["OperationId"], request_id_of(answer))

    def withdraw_from(self, name: str, targets: Sequence[str], regions: Sequence[str]) -> Begun:
        """Deletes its stacks in every account below the targets."""
        with aws_call("cloudformation:DeleteStackInstances"):
            answer = self._client.delete_stack_instances(
                StackSetName=name,
                DeploymentTargets={"OrganizationalUnitIds": list(targets)},
                Regions=list(regions),
                RetainStacks=False,
                OperationPreferences=_PREFERENCES,
            )
        return Begun(answer["OperationId"], request_id_of(answer))

    def delete(self, name: str) -> str | None:
        """Deletes a StackSet that has no stacks any more; AWS's request id."""
        with aws_call("cloudformation:DeleteStackSet"):
            return request_id_of(self._client.delete_stack_set(StackSetName=name))

    def operation_status(self, name: str, operation: str) -> tuple[str, str]:
        """How far an operation is, and AWS's reason."""
        with aws_call("cloudformation:DescribeStackSetOperation"):
            found = self._client.describe_stack_set_operation(StackSetName=name, OperationId=operation)
        shown = found["StackSetOperation"]
        return str(shown["Status"]), str(shown.get("StatusReason", ""))


def _pairs(parameters: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()]
