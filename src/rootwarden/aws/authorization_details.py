"""GetAccountAuthorizationDetails: the users, groups, roles and policies of the caller's account, all pages.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from rootwarden.aws.pages import pages
from rootwarden.model.authorization import (
    AccountAuthorization,
    IamGroup,
    IamRole,
    IamUser,
    InlinePolicies,
    ManagedPolicy,
)

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

    from rootwarden.model.principal import Document

_LARGEST_PAGE: Final = 1000


def read_authorization(iam: IAMClient) -> AccountAuthorization:
    """Everything there is, without a filter. Raises AwsError, also in mid-page: half of it is nothing to judge by."""
    users: list[IamUser] = []
    groups: list[IamGroup] = []
    roles: list[IamRole] = []
    policies: dict[str, ManagedPolicy] = {}
    operation = "iam:GetAccountAuthorizationDetails"
    method = "get_account_authorization_details"
    for page in pages(iam, method, operation, PaginationConfig={"PageSize": _LARGEST_PAGE}):
        users += map(_user, page.get("UserDetailList", []))
        groups += map(_group, page.get("GroupDetailList", []))
        roles += map(_role, page.get("RoleDetailList", []))
        policies |= {one.arn: one for one in map(_policy, page.get("Policies", []))}
    return AccountAuthorization(tuple(users), tuple(groups), tuple(roles), policies)


def _user(found: Any) -> IamUser:
    return IamUser(
        name=found["UserName"],
        arn=found["Arn"],
        unique_id=found.get("UserId", ""),
        inline=_inline(found.get("UserPolicyList")),
        attached=_attached(found),
        groups=tuple(found.get("GroupList", [])),
        boundary=_boundary(found),
        tags={tag["Key"]: tag["Value"] for tag in found.get("Tags", [])},
    )


def _group(found: Any) -> IamGroup:
    return IamGroup(found["GroupName"], found["Arn"], _inline(found.get("GroupPolicyList")), _attached(found))


def _role(found: Any) -> IamRole:
    return IamRole(
        name=found["RoleName"],
        arn=found["Arn"],
        unique_id=found.get("RoleId", ""),
        path=found.get("Path", "/"),
        trust=_document(found.get("AssumeRolePolicyDocument")),
        inline=_inline(found.get("RolePolicyList")),
        attached=_attached(found),
        boundary=_boundary(found),
        instance_profiles=tuple(one["InstanceProfileName"] for one in found.get("InstanceProfileList", [])),
    )


def _policy(found: Any) -> ManagedPolicy:
    versions = found.get("PolicyVersionList", [])
    default = found.get("DefaultVersionId")

    def in_force(one: Any) -> bool:
        return bool(one.get("IsDefaultVersion") or one.get("VersionId") == default)

    return ManagedPolicy(
        arn=found["Arn"],
        document=next((_document(one.get("Document")) for one in versions if in_force(one)), ""),
        others=tuple(_document(one.get("Document")) for one in versions if not in_force(one)),
    )


def _inline(found: Any) -> InlinePolicies:
    return tuple((one["PolicyName"], _document(one.get("PolicyDocument"))) for one in found or ())


def _attached(found: Any) -> tuple[str, ...]:
    return tuple(one["PolicyArn"] for one in found.get("AttachedManagedPolicies", []))


def _boundary(found: Any) -> str | None:
    boundary: str | None = found.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
    return boundary


def _document(found: object) -> Document:
    return found if isinstance(found, (str, Mapping)) else ""
