"""AWS Organizations: the organization's resource policy, and what it lets member accounts do.

https://docs.aws.amazon.com/organizations/latest/APIReference/API_PutResourcePolicy.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from rootwarden.emulator.answers import AwsAnswer
from rootwarden.emulator.call import Call
from rootwarden.emulator.condition_keys import condition_keys
from rootwarden.emulator.grants import Grant, grant_by, refusal_by
from rootwarden.emulator.organization import OrganizationState
from rootwarden.emulator.services.org_rules import (
    as_management_itself,
    as_reader,
    constraint,
    invalid,
    text_of,
)
from rootwarden.emulator.services.served import Served
from rootwarden.emulator.world import World
from rootwarden.policy import MalformedPolicy, Request, parse_policy

Answer = Mapping[str, Any]

_LONGEST: Final = 40_000
_NAMED: Final = ("PolicyId", "TargetId", "ResourceId")


def as_manager(world: World, call: Call) -> OrganizationState:
    """For changes of policies: the management account, or whom the resource policy lets make them."""
    if call.caller.account in world.organization.accounts and lets_in(world, call):
        return world.organization
    return as_management_itself(world, call)


def lets_in(world: World, call: Call) -> bool:
    """Whether the resource policy lets the caller, who is of a member account, make a call that is the management account's."""
    organization = world.organization
    if organization.resource_policy is None:
        return False
    policies = (parse_policy(organization.resource_policy, name="the organization's resource policy"),)
    context = condition_keys(world, call, organization.management_account_id)
    kind = _policy_type(organization, call)
    if kind:
        context["organizations:PolicyType"] = kind
    asked = [
        Request(f"organizations:{call.operation}", arn, context)
        for arn in _resources(organization, call, kind)
    ]
    return all(
        grant_by(one, policies) is not Grant.NOBODY and refusal_by(one, policies) is None for one in asked
    )


def _policy_type(organization: OrganizationState, call: Call) -> str | None:
    policy = organization.policies.get(str(call.params.get("PolicyId", "")))
    named = call.params.get("Type") or call.params.get("Filter")
    return policy.type if policy else named


def _resources(organization: OrganizationState, call: Call, kind: str | None) -> list[str]:
    """The ARNs of everything the call names; of a policy that is to be, one of its kind."""
    found = []
    for name in _NAMED:
        named = str(call.params.get(name, ""))
        thing = organization.target(named) or organization.policies.get(named)
        if thing:
            found.append(organization.arn(thing))
    if call.operation == "CreatePolicy" and kind:
        manager = organization.management_account_id
        stem = f"arn:{organization.partition}:organizations::{manager}:policy/{organization.id}"
        found.append(f"{stem}/{kind.lower()}/p-new")
    return found or ["*"]


def _put(world: World, call: Call) -> Answer:
    organization = as_management_itself(world, call)
    content = text_of(call, "Content")
    if len(content) > _LONGEST:
        raise constraint(
            "POLICY_CONTENT_LIMIT_EXCEEDED", "You have exceeded the maximum size of a policy."
        )  # inferred
    try:
        policy = parse_policy(content)
    except MalformedPolicy as error:
        raise _malformed() from error
    if any(statement.principal is None for statement in policy.statements):
        raise _malformed()
    organization.resource_policy = content
    return _described(organization)


def _malformed() -> AwsAnswer:
    return invalid(
        "INVALID_RESOURCE_POLICY_JSON", "The provided policy document is not valid."
    )  # text inferred


def _describe(world: World, call: Call) -> Answer:
    organization = as_reader(world, call)
    _there(organization)
    return _described(organization)


def _delete(world: World, call: Call) -> Answer:
    organization = as_management_itself(world, call)
    _there(organization)
    organization.resource_policy = None
    return {}


def _there(organization: OrganizationState) -> None:
    if organization.resource_policy is None:
        text = "We can't find a resource policy for this organization."  # inferred
        raise AwsAnswer("ResourcePolicyNotFoundException", text)


def _described(organization: OrganizationState) -> Answer:
    manager = organization.management_account_id
    arn = (
        f"arn:{organization.partition}:organizations::{manager}:resourcepolicy/{organization.id}/rp-emulated"
    )
    summary = {"Id": "rp-emulated", "Arn": arn}
    return {"ResourcePolicy": {"ResourcePolicySummary": summary, "Content": organization.resource_policy}}


RESOURCE_POLICY: Final = {
    "DeleteResourcePolicy": Served(_delete),
    "DescribeResourcePolicy": Served(_describe),
    "PutResourcePolicy": Served(_put),
}
