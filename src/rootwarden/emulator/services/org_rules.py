"""What all calls to AWS Organizations share: who may call, errors, ids, pages.

Texts marked "inferred" have not been seen from AWS. https://docs.aws.amazon.com/organizations/latest/APIReference/
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import Any, Final, TypeVar

from rootwarden.emulator.answers import AwsAnswer
from rootwarden.emulator.call import Call
from rootwarden.emulator.organization import OrganizationState
from rootwarden.emulator.tree import Account, Container, OrganizationPolicy, Target
from rootwarden.emulator.world import World

LARGEST_PAGE: Final = 20

T = TypeVar("T")

_PATTERNS: Final = {
    "account": re.compile(r"[0-9]{12}", re.ASCII),
    "container": re.compile(r"r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}", re.ASCII),
    "unit": re.compile(r"ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}", re.ASCII),
    "root": re.compile(r"r-[0-9a-z]{4,32}", re.ASCII),
    "policy": re.compile(r"p-[0-9a-zA-Z_]{8,128}", re.ASCII),
    "service": re.compile(r"[\w+=,.@-]{1,128}", re.ASCII),
}


# -- who may call ------------------------------------------------------------------------------------------------------


def as_member(world: World, call: Call) -> OrganizationState:
    """For the calls any account of the organization may make."""
    if call.caller.account not in world.organization.accounts:
        raise not_in_use()
    return world.organization


def as_reader(world: World, call: Call) -> OrganizationState:
    """For reads: the management account, or a delegated administrator for any service."""
    organization = as_member(world, call)
    caller = call.caller.account
    if caller != organization.management_account_id and not organization.is_delegate_of_any(caller):
        raise denied()
    return organization


def as_management_itself(world: World, call: Call) -> OrganizationState:
    """For changes that nobody else can be let make: the management account only."""
    organization = as_member(world, call)
    if call.caller.account != organization.management_account_id:
        raise denied()
    return organization


# -- errors ------------------------------------------------------------------------------------------------------------


def denied() -> AwsAnswer:
    """What accounts get that are neither management account nor delegated administrator; seen live."""
    return AwsAnswer("AccessDeniedException", "You don't have permissions to access this resource.")


def not_in_use() -> AwsAnswer:
    """What an account outside any organization gets."""
    return AwsAnswer("AWSOrganizationsNotInUseException", "Your account is not a member of an organization.")


def invalid(reason: str, text: str) -> AwsAnswer:
    """InvalidInputException with its reason."""
    return AwsAnswer("InvalidInputException", text, Reason=reason)


def constraint(reason: str, text: str) -> AwsAnswer:
    """ConstraintViolationException with its reason."""
    return AwsAnswer("ConstraintViolationException", text, Reason=reason)


def not_found(what: str, text: str) -> AwsAnswer:
    """The exception for an account, OU, parent, policy … that does not exist."""
    return AwsAnswer(f"{what}NotFoundException", text)


# -- parameters --------------------------------------------------------------------------------------------------------


def text_of(call: Call, name: str, pattern: str | None = None) -> str:
    """A required text parameter, in the pattern of its kind."""
    value = call.params.get(name)
    if not isinstance(value, str) or not value:
        raise invalid("INPUT_REQUIRED", "You must include a value for all required parameters.")
    if pattern is not None and not _PATTERNS[pattern].fullmatch(value):
        raise invalid("INVALID_PATTERN", "You provided a value that does not match the required pattern.")
    return value


def is_id(kind: str, value: str) -> bool:
    """Whether a text has the form of an id of that kind."""
    return _PATTERNS[kind].fullmatch(value) is not None


def account_of(organization: OrganizationState, account_id: str) -> Account:
    """An account, or AccountNotFoundException."""
    account = organization.account(account_id)
    if account is None:
        raise not_found("Account", "You specified an account that doesn't exist.")
    return account


def parent_of(organization: OrganizationState, parent_id: str, kind: str = "Parent") -> Container:
    """The root or an OU, or ParentNotFoundException and the like."""
    container = organization.containers.get(parent_id)
    if container is None:
        raise not_found(kind, "You specified parent that doesn't exist.")
    return container


def unit_of(organization: OrganizationState, ou_id: str) -> Container:
    """An OU, or OrganizationalUnitNotFoundException."""
    container = organization.containers.get(ou_id)
    if container is None:
        raise not_found("OrganizationalUnit", "You specified an organizational unit that doesn't exist.")
    return container


def policy_of(organization: OrganizationState, policy_id: str) -> OrganizationPolicy:
    """A policy, or PolicyNotFoundException."""
    policy = organization.policies.get(policy_id)
    if policy is None:
        raise not_found("Policy", "You specified a policy that doesn't exist.")
    return policy


def target_of(organization: OrganizationState, target_id: str) -> Target:
    """The root, an OU or an account, or TargetNotFoundException."""
    if not (is_id("container", target_id) or is_id("account", target_id)):
        raise invalid("INVALID_PATTERN_TARGET_ID", "The policy target ID doesn't match the required pattern.")
    target = organization.target(target_id)
    if target is None:
        raise not_found("Target", "You specified a target that doesn't exist.")
    return target


def resource_named(parameter: str) -> Any:
    """Finds the ARN an action is judged on by one of its parameters; ``*`` where that names nothing."""

    def resource(world: World, call: Call) -> str:
        organization = world.organization
        named = str(call.params.get(parameter, ""))
        found = organization.target(named) or organization.policies.get(named)
        return organization.arn(found) if found else "*"

    return resource


# -- pages -------------------------------------------------------------------------------------------------------------


def page(
    call: Call,
    member: str,
    items: Iterable[T],
    describe: Callable[[T], Mapping[str, Any]],
    *,
    largest: int = LARGEST_PAGE,
) -> dict[str, Any]:
    """One page of a list, with NextToken while there is more. At most 20 items, whatever is asked for."""
    size = call.params.get("MaxResults", largest)
    if not isinstance(size, int) or size < 1:
        # Both texts inferred from the reasons' descriptions.
        raise invalid("MIN_VALUE_EXCEEDED", "You provided a numeric argument that is below the minimum.")
    if size > largest:
        raise invalid("MAX_VALUE_EXCEEDED", "You provided a numeric argument that is above the maximum.")
    start = _offset(call)
    found = list(islice(items, start, start + size + 1))
    answer: dict[str, Any] = {member: [describe(item) for item in found[:size]]}
    if len(found) > size:
        token = f"{call.operation}:{start + size}"
        answer["NextToken"] = base64.urlsafe_b64encode(token.encode()).decode()
    return answer


def _offset(call: Call) -> int:
    token = call.params.get("NextToken")
    if token is None:
        return 0
    try:
        operation, _, offset = base64.urlsafe_b64decode(str(token).encode()).decode().partition(":")
    except (binascii.Error, UnicodeError):
        operation, offset = "", ""
    if operation != call.operation or not re.fullmatch(r"[0-9]{1,9}", offset, re.ASCII):
        raise invalid("INVALID_NEXT_TOKEN", "You specified an invalid NextToken value.")  # inferred
    return int(offset)
