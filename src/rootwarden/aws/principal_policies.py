"""The policies of one IAM user or role: its own, its groups', and its permissions boundary.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rootwarden.aws.error_codes import aws_call
from rootwarden.aws.pages import pages
from rootwarden.model.principal import Document, PrincipalDetails

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient


@dataclass(frozen=True, slots=True)
class RoleHoldings:
    """What a role has beside its trust policy."""

    boundary: str | None
    """The ARN of its permissions boundary."""
    attached: tuple[str, ...]
    """The ARNs of its managed policies."""
    inline: tuple[str, ...]
    """The names of its inline policies."""


class PrincipalPolicies:
    """Reads the policies of users and roles. All calls raise AwsError, also in mid-page."""

    def __init__(self, iam: IAMClient) -> None:
        self._iam = iam

    def user(self, name: str) -> PrincipalDetails:
        """A user's ARN, boundary and tags."""
        with aws_call("iam:GetUser"):
            return _details(self._iam.get_user(UserName=name)["User"])

    def role(self, name: str) -> PrincipalDetails:
        """A role's ARN, boundary and tags."""
        with aws_call("iam:GetRole"):
            return _details(self._iam.get_role(RoleName=name)["Role"])

    def trust(self, name: str) -> Document:
        """A role's trust policy."""
        with aws_call("iam:GetRole"):
            found: Any = self._iam.get_role(RoleName=name)["Role"]
        return _document(found.get("AssumeRolePolicyDocument"))

    def held_by_role(self, name: str) -> RoleHoldings:
        """What limits a role and what is given to it, by name. Raises NotFound where there is no such role, and AwsError."""
        with aws_call("iam:GetRole"):
            found: Any = self._iam.get_role(RoleName=name)["Role"]
        listing = pages(
            self._iam, "list_attached_role_policies", "iam:ListAttachedRolePolicies", RoleName=name
        )
        attached = tuple(one["PolicyArn"] for page in listing for one in page["AttachedPolicies"])
        inline = pages(self._iam, "list_role_policies", "iam:ListRolePolicies", RoleName=name)
        return RoleHoldings(
            found.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn"),
            attached,
            tuple(one for page in inline for one in page["PolicyNames"]),
        )

    def of_user(self, name: str) -> Iterator[tuple[str, Document]]:
        """Every identity policy of a user and of its groups, with a name that tells where it is."""
        yield from self._inline("user", name)
        yield from self._managed("user", name)
        groups = [
            group["GroupName"]
            for page in pages(self._iam, "list_groups_for_user", "iam:ListGroupsForUser", UserName=name)
            for group in page["Groups"]
        ]
        for group in groups:
            yield from self._inline("group", group)
            yield from self._managed("group", group)

    def of_role(self, name: str) -> Iterator[tuple[str, Document]]:
        """Every identity policy of a role, with a name that tells where it is."""
        yield from self._inline("role", name)
        yield from self._managed("role", name)

    def managed(self, arn: str) -> Document:
        """The default version of a managed policy."""
        with aws_call("iam:GetPolicy"):
            version = self._iam.get_policy(PolicyArn=arn)["Policy"].get("DefaultVersionId", "v1")
        with aws_call("iam:GetPolicyVersion"):
            found: Any = self._iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]
        return _document(found.get("Document"))

    def _inline(self, kind: str, name: str) -> Iterator[tuple[str, Document]]:
        noun = kind.capitalize()
        listing = pages(
            self._iam, f"list_{kind}_policies", f"iam:List{noun}Policies", **{f"{noun}Name": name}
        )
        for policy in [each for page in listing for each in page["PolicyNames"]]:
            with aws_call(f"iam:Get{noun}Policy"):
                found = getattr(self._iam, f"get_{kind}_policy")(
                    **{f"{noun}Name": name, "PolicyName": policy}
                )
            yield f"{kind} {name}, inline policy {policy}", _document(found.get("PolicyDocument"))

    def _managed(self, kind: str, name: str) -> Iterator[tuple[str, Document]]:
        noun = kind.capitalize()
        operation = f"iam:ListAttached{noun}Policies"
        listing = pages(self._iam, f"list_attached_{kind}_policies", operation, **{f"{noun}Name": name})
        for arn in [each["PolicyArn"] for page in listing for each in page["AttachedPolicies"]]:
            yield arn, self.managed(arn)


def _details(found: Any) -> PrincipalDetails:
    boundary = found.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
    return PrincipalDetails(
        arn=found["Arn"],
        boundary=boundary,
        tags={tag["Key"]: tag["Value"] for tag in found.get("Tags", [])},
    )


def _document(found: object) -> Document:
    return found if isinstance(found, (str, Mapping)) else ""
