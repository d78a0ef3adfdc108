"""AWS Organizations: the organization, its accounts and OUs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, Final

from rootwarden.emulator.answers import AwsAnswer
from rootwarden.emulator.building import add_new_account
from rootwarden.emulator.call import Call
from rootwarden.emulator.org_checks import DEEPEST_OU
from rootwarden.emulator.organization import SCP, OrganizationState
from rootwarden.emulator.services.org_rules import (
    account_of,
    as_management_itself,
    as_member,
    as_reader,
    constraint,
    invalid,
    is_id,
    not_found,
    page,
    parent_of,
    resource_named,
    text_of,
    unit_of,
)
from rootwarden.emulator.services.served import Served
from rootwarden.emulator.tree import Account, Container
from rootwarden.emulator.world import World

Answer = Mapping[str, Any]


def describe_account_object(organization: OrganizationState, account: Account) -> dict[str, Any]:
    """The Account of DescribeAccount and the lists."""
    return {
        "Id": account.id,
        "Arn": organization.arn(account),
        "Email": account.email,
        "Name": account.name,
        "Status": account.status,
        "State": account.state,
        "Paths": [organization.path_of_ids(account)],
        "JoinedMethod": account.joined_method,
        "JoinedTimestamp": account.joined,
    }


def _describe_unit(organization: OrganizationState, unit: Container) -> dict[str, Any]:
    return {
        "Id": unit.id,
        "Arn": organization.arn(unit),
        "Name": unit.name,
        "Path": organization.path_of_ids(unit),
    }


def _describe_organization(world: World, call: Call) -> Answer:
    organization = as_member(world, call)
    management = organization.accounts[organization.management_account_id]
    owner = f"arn:{organization.partition}:organizations::{management.id}"
    available = [{"Type": SCP, "Status": "ENABLED"}] if organization.feature_set == "ALL" else []
    return {
        "Organization": {
            "Id": organization.id,
            "Arn": f"{owner}:organization/{organization.id}",
            "FeatureSet": organization.feature_set,
            "MasterAccountArn": organization.arn(management),
            "MasterAccountId": management.id,
            "MasterAccountEmail": management.email,
            "AvailablePolicyTypes": available,
        }
    }


def _list_accounts(world: World, call: Call) -> Answer:
    organization = as_reader(world, call)
    return page(
        call, "Accounts", organization.accounts.values(), partial(describe_account_object, organization)
    )


def _list_accounts_for_parent(world: World, call: Call) -> Answer:
    organization = as_reader(world, call)
    parent = parent_of(organization, text_of(call, "ParentId", "container"))
    return page(call, "Accounts", parent.accounts.values(), partial(describe_account_object, organization))


def _describe_account(world: World, call: Call) -> Answer:
    organization = as_reader(world, call)
    account = account_of(organization, text_of(call, "AccountId", "account"))
    return {"Account": describe_account_object(organization, account)}


def _list_roots(world: World, call: Call) -> Answer:
    organization = as_reader(world, call)
    return page(call, "Roots", [organization], describe_root)


def describe_root(organization: OrganizationState) -> dict[str, Any]:
    """The Root of ListRoots and of the calls that switch a policy type."""
    return {
        "Id": organization.root.id,
        "Arn": organization.arn(organization.root),
        "Name": organization.root.name,
        "PolicyTypes": [{"Type": one, "Status": "ENABLED"} for one in sorted(organization.policy_types)],
    }


def _list_parents(world: World, call: Call) -> Answer:
    organization = as_reader(world, call)
    child_id = text_of(call, "ChildId")
    if not (is_id("account", child_id) or is_id("unit", child_id)):
        raise invalid("INVALID_PATTERN", "You provided a value that does not match the required pattern.")
    child = organization.target(child_id)
    if child is None or child.parent is None:
        raise not_found("Child", "You specified a child that doesn't exist.")
    return page(call, "Parents", [child.parent], lambda parent: {"Id": parent.id, "Type": parent.kind})


def _list_children(world: World, call: Call) -> Answer:
    organization = as_reader(world, call)
    parent = parent_of(organization, text_of(call, "ParentId", "container"))
    kinds: dict[str, Mapping[str, object]] = {"ACCOUNT": parent.accounts, "ORGANIZATIONAL_UNIT": parent.units}
    kind = text_of(call, "ChildType")
    if kind not in kinds:
        raise invalid("INVALID_ENUM", "You specified an invalid value.")
    return page(call, "Children", kinds[kind], lambda child_id: {"Id": child_id, "Type": kind})


def _list_units_for_parent(world: World, call: Call) -> Answer:
    organization = as_reader(world, call)
    parent = parent_of(organization, text_of(call, "ParentId", "container"))
    return page(call, "OrganizationalUnits", parent.units.values(), partial(_describe_unit, organization))


def _describe_organizational_unit(world: World, call: Call) -> Answer:
    organization = as_reader(world, call)
    unit = unit_of(organization, text_of(call, "OrganizationalUnitId", "unit"))
    return {"OrganizationalUnit": _describe_unit(organization, unit)}


# -- changes -----------------------------------------------------------------------------------------------------------


def tags_of(call: Call) -> dict[str, str]:
    """The Tags parameter; a key may be there once."""
    given = call.params.get("Tags") or ()
    if not all("Key" in tag and "Value" in tag for tag in given):
        raise invalid("INPUT_REQUIRED", "You must include a value for all required parameters.")
    pairs = [(str(tag["Key"]), str(tag["Value"])) for tag in given]
    tags = dict(pairs)
    if len(tags) != len(pairs):
        text = "Tag keys must be unique among the tags attached to the same entity."
        raise invalid("DUPLICATE_TAG_KEY", text)
    return tags


def _create_unit(world: World, call: Call) -> Answer:
    organization = as_management_itself(world, call)
    parent = parent_of(organization, text_of(call, "ParentId", "container"))
    name = text_of(call, "Name")
    _refuse_twin(parent, name)
    if len(organization.lineage(parent)) > DEEPEST_OU:
        # inferred
        raise constraint("OU_DEPTH_LIMIT_EXCEEDED", "You have exceeded the OU depth limit.")
    unit = organization.add_container(name, parent)
    unit.tags.update(tags_of(call))
    return {"OrganizationalUnit": _describe_unit(organization, unit)}


def _update_unit(world: World, call: Call) -> Answer:
    organization = as_management_itself(world, call)
    unit = unit_of(organization, text_of(call, "OrganizationalUnitId", "unit"))
    name = call.params.get("Name")
    if name and name != unit.name and unit.parent:
        _refuse_twin(unit.parent, name)
        unit.name = name
    return {"OrganizationalUnit": _describe_unit(organization, unit)}


def _refuse_twin(parent: Container, name: str) -> None:
    if any(unit.name == name for unit in parent.units.values()):
        raise AwsAnswer("DuplicateOrganizationalUnitException", "An OU with the same name already exists.")


def _delete_unit(world: World, call: Call) -> Answer:
    organization = as_management_itself(world, call)
    unit = unit_of(organization, text_of(call, "OrganizationalUnitId", "unit"))
    if unit.units or unit.accounts:
        text = "The specified organizational unit is not empty."  # inferred
        raise AwsAnswer("OrganizationalUnitNotEmptyException", text)
    organization.remove_container(unit)
    return {}


def _move_account(world: World, call: Call) -> Answer:
    organization = as_management_itself(world, call)
    account = account_of(organization, text_of(call, "AccountId", "account"))
    source = parent_of(organization, text_of(call, "SourceParentId", "container"), "SourceParent")
    wanted = text_of(call, "DestinationParentId", "container")
    destination = parent_of(organization, wanted, "DestinationParent")
    if account.parent is not source:
        raise not_found("SourceParent", "You specified parent that doesn't exist.")
    if account.parent is destination:
        text = "The account is already in the specified parent."  # inferred
        raise AwsAnswer("DuplicateAccountException", text)
    organization.move_account(account, destination)
    return {}


def _create_account(world: World, call: Call) -> Answer:
    organization = as_management_itself(world, call)
    email, name, tags = text_of(call, "Email"), text_of(call, "AccountName"), tags_of(call)
    account = add_new_account(world, name=name, email=email)
    account.tags.update(tags)
    request = f"car-{account.id}{len(organization.create_requests):08d}"
    organization.create_requests[request] = account.id
    status = _request_status(organization, request, account)
    return {"CreateAccountStatus": {**status, "State": "IN_PROGRESS"}}


def _request_status(organization: OrganizationState, request: str, account: Account) -> dict[str, Any]:
    return {
        "Id": request,
        "AccountName": account.name,
        "State": "SUCCEEDED",
        "RequestedTimestamp": account.joined,
        "CompletedTimestamp": account.joined,
        "AccountId": organization.create_requests[request],
    }


def _requests(organization: OrganizationState) -> Iterator[dict[str, Any]]:
    for request, account_id in organization.create_requests.items():
        account = organization.account(account_id)
        if account is not None:
            yield _request_status(organization, request, account)


def _describe_create_account_status(world: World, call: Call) -> Answer:
    wanted = text_of(call, "CreateAccountRequestId")
    for status in _requests(as_reader(world, call)):
        if status["Id"] == wanted:
            return {"CreateAccountStatus": status}
    text = "You specified a create account request that doesn't exist."  # inferred
    raise not_found("CreateAccountStatus", text)


def _list_create_account_status(world: World, call: Call) -> Answer:
    states = call.params.get("States") or ("SUCCEEDED",)
    found = [status for status in _requests(as_reader(world, call)) if status["State"] in states]
    return page(call, "CreateAccountStatuses", found, dict)


def _close_account(world: World, call: Call) -> Answer:
    organization = as_management_itself(world, call)
    account = account_of(organization, text_of(call, "AccountId", "account"))
    if account.id == organization.management_account_id:
        text = "You can't close the management account."  # inferred
        raise constraint("CANNOT_CLOSE_MANAGEMENT_ACCOUNT", text)
    if account.state in ("PENDING_CLOSURE", "CLOSED"):
        raise AwsAnswer("AccountAlreadyClosedException", "The provided account is already closed.")
    account.state = "PENDING_CLOSURE"
    return {}


def _remove_account(world: World, call: Call) -> Answer:
    organization = as_management_itself(world, call)
    account = account_of(organization, text_of(call, "AccountId", "account"))
    _leave(organization, account)
    return {}


def _leave_organization(world: World, call: Call) -> Answer:
    organization = as_member(world, call)
    _leave(organization, organization.accounts[call.caller.account])
    return {}


def _leave(organization: OrganizationState, account: Account) -> None:
    if account.id == organization.management_account_id:
        text = "You cannot remove the management account from the organization."  # inferred
        raise AwsAnswer("MasterCannotLeaveOrganizationException", text)
    if organization.is_delegate_of_any(account.id):
        text = "You can't remove a delegated administrator from the organization. De-register it first."  # inferred
        raise constraint("CANNOT_REMOVE_DELEGATED_ADMINISTRATOR_FROM_ORG", text)
    organization.remove_account(account)


ACCOUNTS: Final = {
    "CloseAccount": Served(_close_account, resource_named("AccountId")),
    "CreateAccount": Served(_create_account),
    "CreateOrganizationalUnit": Served(_create_unit, resource_named("ParentId")),
    "DeleteOrganizationalUnit": Served(_delete_unit, resource_named("OrganizationalUnitId")),
    "DescribeAccount": Served(_describe_account, resource_named("AccountId")),
    "DescribeCreateAccountStatus": Served(_describe_create_account_status),
    "DescribeOrganization": Served(_describe_organization),
    "DescribeOrganizationalUnit": Served(
        _describe_organizational_unit, resource_named("OrganizationalUnitId")
    ),
    "LeaveOrganization": Served(_leave_organization),
    "ListAccounts": Served(_list_accounts),
    "ListAccountsForParent": Served(_list_accounts_for_parent, resource_named("ParentId")),
    "ListChildren": Served(_list_children, resource_named("ParentId")),
    "ListCreateAccountStatus": Served(_list_create_account_status),
    "ListOrganizationalUnitsForParent": Served(_list_units_for_parent, resource_named("ParentId")),
    "ListParents": Served(_list_parents, resource_named("ChildId")),
    "ListRoots": Served(_list_roots),
    "MoveAccount": Served(_move_account, resource_named("AccountId")),
    "RemoveAccountFromOrganization": Served(_remove_account, resource_named("AccountId")),
    "UpdateOrganizationalUnit": Served(_update_unit, resource_named("OrganizationalUnitId")),
}
