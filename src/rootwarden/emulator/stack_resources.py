"""What moto's CloudFormation does not do with IAM: changing and deleting policies, changing trust policies, attaching to roles."""

from __future__ import annotations

import json
from typing import Any


def let_stacks_change_iam() -> None:
    """Gives moto's managed policies and roles what an update and a deletion of their stack do to them.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-managedpolicy.html
    """
    from moto.iam import models  # noqa: PLC0415 - loads thirty megabytes

    policy: Any = models.ManagedPolicy
    role: Any = models.Role
    if "update_from_cloudformation_json" in vars(policy):
        return
    policy.update_from_cloudformation_json = classmethod(_update_policy)
    policy.delete_from_cloudformation_json = classmethod(_delete_policy)
    role.update_from_cloudformation_json = classmethod(_update_role)
    create, delete = role.create_from_cloudformation_json, role.delete_from_cloudformation_json

    def with_policies(_: Any, /, *given: Any, **named: Any) -> Any:
        return _attached(create(*given, **named), given, named)

    def after_policies(_: Any, /, *given: Any, **named: Any) -> None:
        _detach(given, named)
        delete(*given, **named)

    role.create_from_cloudformation_json = classmethod(with_policies)
    role.delete_from_cloudformation_json = classmethod(after_policies)


def _attached(role: Any, given: tuple[Any, ...], named: dict[str, Any]) -> Any:
    """The new role with the policies that its resource names."""
    _, resource, account, region = (*given, *named.values())[:4]
    backend = _backend(account, region)
    for arn in resource["Properties"].get("ManagedPolicyArns", []):
        if arn not in role.managed_policies:
            backend.attach_role_policy(arn, role.name)
    return role


def _detach(given: tuple[Any, ...], named: dict[str, Any]) -> None:
    """Takes from a role what keeps it from being deleted."""
    name, _, account, region = (*given, *named.values())[:4]
    backend = _backend(account, region)
    for role in [one for one in backend.roles.values() if one.name == name]:
        for arn in list(role.managed_policies):
            backend.detach_role_policy(arn, name)


def _update_policy(_: Any, /, original_resource: Any, cloudformation_json: Any, **given: Any) -> Any:
    backend = _backend(given["account_id"], given["region_name"])
    document = json.dumps(cloudformation_json["Properties"]["PolicyDocument"])
    backend.create_policy_version(original_resource.arn, document, "true")
    return original_resource


def _delete_policy(
    _: Any, /, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str
) -> None:
    backend = _backend(account_id, region_name)
    name = cloudformation_json["Properties"].get("ManagedPolicyName", resource_name)
    for arn in [arn for arn, one in backend.managed_policies.items() if one.name == name]:
        if any(arn in role.managed_policies for role in backend.roles.values()):
            raise ValueError(f"{arn} is attached")  # moto deletes the roles then, and comes back to it
        del backend.managed_policies[arn]


def _update_role(_: Any, /, original_resource: Any, cloudformation_json: Any, **_given: Any) -> Any:
    properties = cloudformation_json["Properties"]
    original_resource.assume_role_policy_document = json.dumps(properties["AssumeRolePolicyDocument"])
    original_resource.description = properties.get("Description", "")
    return original_resource


def _backend(account: str, region: str) -> Any:
    from moto.iam import iam_backends  # noqa: PLC0415 - loads thirty megabytes
    from moto.utilities.utils import get_partition  # noqa: PLC0415

    return iam_backends[account][get_partition(region)]
