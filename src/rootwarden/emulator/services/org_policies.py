"""AWS Organizations: policies, their attachments, and tags."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from rootwarden.emulator.answers import AwsAnswer
from rootwarden.emulator.call import Call
from rootwarden.emulator.org_checks import LONGEST_SCP, MOST_SCPS
from rootwarden.emulator.organization import RCP, SCP, OrganizationState
from rootwarden.emulator.services.org_accounts import describe_root, tags_of
from rootwarden.emulator.services.org_resource_policy import as_manager
from rootwarden.emulator.services.org_rules import (
    as_management_itself,
    as_reader,
    constraint,
    invalid,
    is_id,
    not_found,
    page,
    policy_of,
    resource_named,
    target_of,
    text_of,
)
from rootwarden.emulator.services.served import Served
from rootwarden.emulator.tree import OrganizationPolicy, Target
from rootwarden.emulator.world import World
from rootwarden.policy import MalformedPolicy, parse_policy

Answer = Mapping[str, Any]

POLICY_TYPES: Final = (
    SCP,
    RCP,
    "AISERVICES_OPT_OUT_POLICY",
    "BACKUP_POLICY",
    "CHATBOT_POLICY",
    "DECLARATIVE_POLICY_EC2",
    "SECURITYHUB_POLICY",
    "TAG_POLICY",
)

_LIMITS: Final = {SCP: (MOST_SCPS, LONGEST_SCP), RCP: (5, 5120)}
"""By type: attached per root, OU or account, and characters (AWS Organizations User Guide, "Quotas")."""
_OTHER_LIMITS: Final = (10, 10_000)
_IMMUTABLE: Final = "This policy is managed by AWS and cannot be changed."  # inferred


def _type_of(call: Call, name: str) -> str:
    value = text_of(call, name)
    if value not in POLICY_TYPES:
        raise invalid("INVALID_ENUM_POLICY_TYPE", "You specified an invalid value.")
    return value


def _summary(organization: OrganizationState, policy: OrganizationPolicy) -> dict[str, Any]:
    return {
        "Id": policy.id,
        "Arn": organization.arn(policy),
        "Name": policy.name,
        "Description": policy.description,
        "Type": policy.type,
        "AwsManaged": policy.aws_managed,
    }


def _described(organization: OrganizationState, policy: OrganizationPolicy) -> Answer:
    return {"Policy": {"PolicySummary": _summary(organization, policy), "Content": policy.content}}


def _list_policies(world: World, call: Call) -> Answer:
    organization = as_reader(world, call)
    wanted = _type_of(call, "Filter")
    found = (policy for policy in organization.policies.values() if policy.type == wanted)
    return page(call, "Policies", found, partial(_summary, organization))


def _describe_policy(world: World, call: Call) -> Answer:
    organization = as_reader(world, call)
    return _described(organization, policy_of(organization, text_of(call, "PolicyId", "policy")))


def _list_policies_for_target(world: World, call: Call) -> Answer:
    organization = as_reader(world, call)
    target = target_of(organization, text_of(call, "TargetId"))
    wanted = _type_of(call, "Filter")
    found = (policy for policy in target.policies if policy.type == wanted)
    return page(call, "Policies", found, partial(_summary, organization))


def _list_targets_for_policy(world: World, call: Call) -> Answer:
    organization = as_reader(world, call)
    policy = policy_of(organization, text_of(call, "PolicyId", "policy"))
    return page(call, "Targets", policy.targets.values(), partial(_target_summary, organization))


def _target_summary(organization: OrganizationState, target: Target) -> dict[str, Any]:
    return {
        "TargetId": target.id,
        "Arn": organization.arn(target),
        "Name": target.name,
        "Type": target.kind,
    }


# -- changes -----------------------------------------------------------------------------------------------------------


def _create_policy(world: World, call: Call) -> Answer:
    organization = as_manager(world, call)
    name, policy_type = text_of(call, "Name"), _type_of(call, "Type")
    content = _content(call, policy_type)
    if organization.feature_set != "ALL":
        raise _type_not_available()
    _refuse_twin(organization, name, policy_type)
    description = str(call.params.get("Description") or "")
    tags = tags_of(call)
    policy = organization.add_policy(name, policy_type, content, description)
    policy.tags.update(tags)
    return _described(organization, policy)


def _update_policy(world: World, call: Call) -> Answer:
    organization = as_manager(world, call)
    policy = _own_policy(organization, call)
    name = call.params.get("Name")
    if name and name != policy.name:
        _refuse_twin(organization, name, policy.type)
    content = _content(call, policy.type) if call.params.get("Content") else policy.content
    policy.name = name or policy.name
    policy.description = str(call.params.get("Description", policy.description))
    policy.replace(content)
    return _described(organization, policy)


def _delete_policy(world: World, call: Call) -> Answer:
    organization = as_manager(world, call)
    policy = _own_policy(organization, call)
    if policy.targets:
        text = (
            "The policy is attached to one or more entities. You must detach it from all roots, OUs, and accounts "
            "before performing this operation."
        )
        raise AwsAnswer("PolicyInUseException", text)
    del organization.policies[policy.id]
    return {}


def _own_policy(organization: OrganizationState, call: Call) -> OrganizationPolicy:
    policy = policy_of(organization, text_of(call, "PolicyId", "policy"))
    if policy.aws_managed:
        raise invalid("IMMUTABLE_POLICY", _IMMUTABLE)
    return policy


def _content(call: Call, policy_type: str) -> str:
    content = text_of(call, "Content")
    _, longest = _LIMITS.get(policy_type, _OTHER_LIMITS)
    if len(content) > longest:
        text = "You have exceeded the maximum size of a policy."  # inferred
        raise constraint("POLICY_CONTENT_LIMIT_EXCEEDED", text)
    if policy_type in _LIMITS:
        try:
            parse_policy(content)
        except MalformedPolicy as e:
            text = "The provided policy document does not meet the requirements of the specified policy type."
            raise AwsAnswer("MalformedPolicyDocumentException", text) from e
    return content


def _refuse_twin(organization: OrganizationState, name: str, policy_type: str) -> None:
    if any(policy.name == name and policy.type == policy_type for policy in organization.policies.values()):
        raise AwsAnswer("DuplicatePolicyException", "A policy with the same name already exists.")


def _attach_policy(world: World, call: Call) -> Answer:
    organization = as_manager(world, call)
    policy = policy_of(organization, text_of(call, "PolicyId", "policy"))
    target = target_of(organization, text_of(call, "TargetId"))
    if policy.type not in organization.policy_types:
        raise _type_not_enabled()
    if policy in target.policies:
        text = "A policy with the specified name and type already exists."  # inferred
        raise AwsAnswer("DuplicatePolicyAttachmentException", text)
    most, _ = _LIMITS.get(policy.type, _OTHER_LIMITS)
    if _attached(target, policy.type) >= most:
        text = "You have attached the maximum number of policies to the specified target."
        raise constraint("MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED", text)
    organization.attach(policy, target)
    return {}


def _detach_policy(world: World, call: Call) -> Answer:
    organization = as_manager(world, call)
    policy = policy_of(organization, text_of(call, "PolicyId", "policy"))
    target = target_of(organization, text_of(call, "TargetId"))
    if policy not in target.policies:
        text = "The specified policy isn't attached to the specified target."  # inferred
        raise AwsAnswer("PolicyNotAttachedException", text)
    if policy.type == RCP and policy.aws_managed:
        raise invalid("NON_DETACHABLE_POLICY", "You can't detach this policy.")  # inferred
    if policy.type == SCP and _attached(target, SCP) == 1:
        text = (
            "You cannot remove the last policy attached to the specified target. "
            "You must have at least one attached at all times."
        )
        raise constraint("MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED", text)
    organization.detach(policy, target)
    return {}


def _attached(target: Target, policy_type: str) -> int:
    return sum(1 for policy in target.policies if policy.type == policy_type)


def _enable_policy_type(world: World, call: Call) -> Answer:
    organization, policy_type = _root_and_type(world, call)
    if organization.feature_set != "ALL":
        raise _type_not_available()
    if policy_type in organization.policy_types:
        text = "The specified policy type is already enabled."
        raise AwsAnswer("PolicyTypeAlreadyEnabledException", text)
    organization.enable_policy_type(policy_type)
    return {"Root": describe_root(organization)}


def _disable_policy_type(world: World, call: Call) -> Answer:
    organization, policy_type = _root_and_type(world, call)
    if policy_type not in organization.policy_types:
        raise _type_not_enabled()
    organization.disable_policy_type(policy_type)
    return {"Root": describe_root(organization)}


def _root_and_type(world: World, call: Call) -> tuple[OrganizationState, str]:
    organization = as_management_itself(world, call)
    if text_of(call, "RootId", "root") != organization.root.id:
        raise not_found("Root", "You specified a root that doesn't exist.")
    return organization, _type_of(call, "PolicyType")


def _type_not_enabled() -> AwsAnswer:
    text = "This operation can be performed only for enabled policy types."
    return AwsAnswer("PolicyTypeNotEnabledException", text)


def _type_not_available() -> AwsAnswer:
    text = "You can't use the specified policy type with the feature set currently enabled."  # inferred
    return AwsAnswer("PolicyTypeNotAvailableForOrganizationException", text)


# -- tags --------------------------------------------------------------------------------------------------------------


def _tagged(organization: OrganizationState, call: Call) -> dict[str, str]:
    resource = text_of(call, "ResourceId")
    if not any(is_id(kind, resource) for kind in ("account", "container", "policy")):
        raise invalid("INVALID_PATTERN", "You provided a value that does not match the required pattern.")
    found = organization.target(resource) or organization.policies.get(resource)
    if found is None:
        raise not_found("Target", "You specified a target that doesn't exist.")
    return found.tags


def _list_tags(world: World, call: Call) -> Answer:
    tags = _tagged(as_reader(world, call), call)
    # ListTagsForResource has no MaxResults; one page holds all 50 tags a resource can have.
    return page(call, "Tags", tags.items(), lambda tag: {"Key": tag[0], "Value": tag[1]}, largest=50)


def _tag_resource(world: World, call: Call) -> Answer:
    _tagged(as_management_itself(world, call), call).update(tags_of(call))
    return {}


def _untag_resource(world: World, call: Call) -> Answer:
    tags = _tagged(as_management_itself(world, call), call)
    for key in call.params.get("TagKeys") or ():
        tags.pop(key, None)
    return {}


POLICIES: Final = {
    "AttachPolicy": Served(_attach_policy, resource_named("PolicyId")),
    "CreatePolicy": Served(_create_policy),
    "DeletePolicy": Served(_delete_policy, resource_named("PolicyId")),
    "DescribePolicy": Served(_describe_policy, resource_named("PolicyId")),
    "DetachPolicy": Served(_detach_policy, resource_named("PolicyId")),
    "DisablePolicyType": Served(_disable_policy_type, resource_named("RootId")),
    "EnablePolicyType": Served(_enable_policy_type, resource_named("RootId")),
    "ListPolicies": Served(_list_policies),
    "ListPoliciesForTarget": Served(_list_policies_for_target, resource_named("TargetId")),
    "ListTagsForResource": Served(_list_tags, resource_named("ResourceId")),
    "ListTargetsForPolicy": Served(_list_targets_for_policy, resource_named("PolicyId")),
    "TagResource": Served(_tag_resource, resource_named("ResourceId")),
    "UntagResource": Served(_untag_resource, resource_named("ResourceId")),
    "UpdatePolicy": Served(_update_policy, resource_named("PolicyId")),
}
