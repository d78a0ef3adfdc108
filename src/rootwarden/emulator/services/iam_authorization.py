"""GetAccountAuthorizationDetails: every user, group, role and policy of the caller's account, in pages.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html
"""

from __future__ import annotations

import base64
import itertools
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final
from urllib.parse import quote

from rootwarden.emulator.answers import AwsAnswer
from rootwarden.emulator.call import Call
from rootwarden.emulator.residents import iam_of
from rootwarden.emulator.services.served import Served
from rootwarden.emulator.world import World

_PAGE: Final = 100
"""AWS's page where the caller does not say."""
_MARK: Final = "after:"

_Item = tuple[str, Mapping[str, Any]]
"""The list it belongs to, and the item."""


def get_account_authorization_details(world: World, call: Call) -> Mapping[str, Any]:
    """One page of everything, or of what the filter names. Of AWS's own policies those that are in use, as seen in practice.

    Whether AWS also gives some that nobody uses is not documented.
    """
    items = list(_items(world, call))
    start = _start(call.params.get("Marker"), len(items))
    end = start + (call.params.get("MaxItems") or _PAGE)
    page: dict[str, Any] = {name: [] for _, name, _ in _KINDS} | {"IsTruncated": end < len(items)}
    for name, item in items[start:end]:
        page[name].append(item)
    if end < len(items):
        page["Marker"] = base64.urlsafe_b64encode(f"{_MARK}{end}".encode()).decode()
    return page


def _start(marker: str | None, count: int) -> int:
    if marker is None:
        return 0
    try:
        mark, _, number = base64.urlsafe_b64decode(marker).decode().partition(_MARK)
        start = int(number)
    except ValueError:
        mark, start = marker, -1
    if mark or not 0 <= start <= count:  # AWS's own text is not known
        raise AwsAnswer("ValidationError", "Invalid Marker.")
    return start


def _items(world: World, call: Call) -> Iterator[_Item]:
    backend = iam_of(world, call.caller.account)
    wanted = call.params.get("Filter") or _FILTERS
    for names, name, make in _KINDS:
        if any(one in wanted for one in names):
            yield from ((name, item) for item in make(backend, wanted))


def _users(backend: Any, _wanted: Any) -> Iterator[Mapping[str, Any]]:
    for user in backend.users.values():
        found = _common(user, "User") | {
            "UserPolicyList": user.user_policy_list,
            "GroupList": user.group_list,
            "Tags": user.tags or [],
        }
        yield found | _boundary(getattr(user, "permissions_boundary", None))


def _groups(backend: Any, _wanted: Any) -> Iterator[Mapping[str, Any]]:
    for group in backend.groups.values():
        yield _common(group, "Group") | {"GroupPolicyList": group.group_policy_list}


def _roles(backend: Any, _wanted: Any) -> Iterator[Mapping[str, Any]]:
    for role in backend.roles.values():
        found = _common(role, "Role") | {
            "AssumeRolePolicyDocument": quote(role.assume_role_policy_document),
            "InstanceProfileList": [_profile(one) for one in role.instance_profile_list],
            "RolePolicyList": role.role_policy_list,
            "Tags": [{"Key": one["Key"], "Value": one["Value"]} for one in role.tags],
            "RoleLastUsed": {},
        }
        yield found | _boundary(role.permissions_boundary)


def _profile(one: Any) -> Mapping[str, Any]:
    return {
        "Path": one.path,
        "InstanceProfileName": one.name,
        "InstanceProfileId": one.id,
        "Arn": one.arn,
        "CreateDate": one.create_date,
        "Roles": [],
    }


def _policies(backend: Any, wanted: Any) -> Iterator[Mapping[str, Any]]:
    everybody = itertools.chain(backend.users.values(), backend.roles.values())
    boundaries = [
        one.permissions_boundary["PermissionsBoundaryArn"]
        for one in everybody
        if getattr(one, "permissions_boundary", None)
    ]
    for policy in backend.managed_policies.values():
        of_aws = ":iam::aws:" in policy.arn
        if ("AWSManagedPolicy" if of_aws else "LocalManagedPolicy") not in wanted:
            continue
        used = boundaries.count(policy.arn)
        if of_aws and not used and not policy.attachment_count:
            continue
        yield {
            "PolicyName": policy.name,
            "PolicyId": policy.id,
            "Arn": policy.arn,
            "Path": policy.path,
            "DefaultVersionId": policy.default_version_id,
            "AttachmentCount": policy.attachment_count,
            "PermissionsBoundaryUsageCount": used,
            "IsAttachable": True,
            "CreateDate": policy.create_date,
            "UpdateDate": policy.update_date,
            "PolicyVersionList": [
                {
                    "Document": one["Document"],
                    "VersionId": one["VersionId"],
                    "IsDefaultVersion": one["VersionId"] == policy.default_version_id,
                    "CreateDate": one["CreateDate"] or policy.create_date,
                }
                for one in policy.policy_version_list
            ],
        }


def _common(one: Any, kind: str) -> dict[str, Any]:
    return {
        "Path": one.path,
        f"{kind}Name": one.name,
        f"{kind}Id": one.id,
        "Arn": one.arn,
        "CreateDate": one.create_date,
        "AttachedManagedPolicies": one.attached_managed_policies,
    }


def _boundary(found: Mapping[str, Any] | None) -> dict[str, Any]:
    return {"PermissionsBoundary": dict(found)} if found else {}


_Make = Callable[[Any, Any], Iterator[Mapping[str, Any]]]
_KINDS: Final[tuple[tuple[tuple[str, ...], str, _Make], ...]] = (
    (("User",), "UserDetailList", _users),
    (("Group",), "GroupDetailList", _groups),
    (("Role",), "RoleDetailList", _roles),
    (("LocalManagedPolicy", "AWSManagedPolicy"), "Policies", _policies),
)
_FILTERS: Final = tuple(name for names, _, _ in _KINDS for name in names)

IAM_AUTHORIZATION: Final[dict[str, Served]] = {
    "GetAccountAuthorizationDetails": Served(get_account_authorization_details),
}
"""Handlers by operation."""
