"""AWS Organizations: trusted access for services, and their delegated administrators.

Texts without a note are recorded from AWS; those marked "inferred" have not been seen.
https://docs.aws.amazon.com/organizations/latest/APIReference/API_RegisterDelegatedAdministrator.html
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from rootwarden.emulator.answers import AwsAnswer
from rootwarden.emulator.call import Call
from rootwarden.emulator.organization import OrganizationState
from rootwarden.emulator.services.org_accounts import describe_account_object
from rootwarden.emulator.services.org_rules import (
    account_of,
    as_management_itself,
    as_reader,
    constraint,
    invalid,
    page,
    resource_named,
    text_of,
)
from rootwarden.emulator.services.served import Served
from rootwarden.emulator.trusted_services import TRUSTED_SERVICES
from rootwarden.emulator.world import World

Answer = Mapping[str, Any]


def _service_of(call: Call) -> str:
    service = text_of(call, "ServicePrincipal", "service")
    if service not in TRUSTED_SERVICES:
        text = "You specified an unrecognized service principal."
        raise invalid("UNRECOGNIZED_SERVICE_PRINCIPAL", text)
    return service


def _needs_all_features(organization: OrganizationState) -> None:
    if organization.feature_set != "ALL":
        text = "The organization does not have all features enabled."  # inferred
        raise constraint("ORGANIZATION_NOT_IN_ALL_FEATURES_MODE", text)


def _enable_service_access(world: World, call: Call) -> Answer:
    organization = as_management_itself(world, call)
    service = _service_of(call)
    _needs_all_features(organization)
    organization.trusted.setdefault(service, world.clock.now())
    return {}


def _disable_service_access(world: World, call: Call) -> Answer:
    organization = as_management_itself(world, call)
    service = _service_of(call)
    _needs_all_features(organization)
    if organization.delegates.get(service):
        text = (
            "You have delegated administrator/s for this service. "
            "De-register them in order to disable service access."
        )
        raise constraint("DELEGATED_ADMINISTRATOR_EXISTS_FOR_THIS_SERVICE", text)
    if organization.trusted.pop(service, None) is not None:
        organization.untrusted[service] = world.clock.now()
    return {}


def _list_service_access(world: World, call: Call) -> Answer:
    trusted = as_reader(world, call).trusted
    return page(
        call,
        "EnabledServicePrincipals",
        sorted(trusted.items()),
        lambda entry: {"ServicePrincipal": entry[0], "DateEnabled": entry[1]},
    )


def _register(world: World, call: Call) -> Answer:
    organization = as_management_itself(world, call)
    account_id, service = text_of(call, "AccountId", "account"), _service_of(call)
    _needs_all_features(organization)
    account = account_of(organization, account_id)
    if account.id == organization.management_account_id:
        text = "You cannot register management account/yourself as delegated administrator for your organization."
        raise constraint("CANNOT_REGISTER_MASTER_AS_DELEGATED_ADMINISTRATOR", text)
    if account.status == "SUSPENDED":
        text = "You cannot register a suspended account as a delegated administrator."  # inferred
        raise constraint("CANNOT_REGISTER_SUSPENDED_ACCOUNT_AS_DELEGATED_ADMINISTRATOR", text)
    if not organization.trusts(service):
        text = "You must enable service access before you register a delegated administrator."  # inferred
        raise constraint("SERVICE_ACCESS_NOT_ENABLED", text)
    registered = organization.delegates.setdefault(service, {})
    if account.id in registered:
        text = "The provided account is already a delegated administrator for your organization."
        raise AwsAnswer("AccountAlreadyRegisteredException", text)
    limit = organization.delegates_per_service
    if limit is not None and len(registered) >= limit:
        text = "You have exceeded the allowed number of delegated administrators for the delegated service."
        raise constraint("MAX_DELEGATED_ADMINISTRATORS_FOR_SERVICE_LIMIT_EXCEEDED", text)
    registered[account.id] = world.clock.now()
    return {}


def _deregister(world: World, call: Call) -> Answer:
    # The IAM chapter of AWS's user guide lets the delegate itself do this; the API reference, followed here, does not.
    organization = as_management_itself(world, call)
    account_id, service = text_of(call, "AccountId", "account"), _service_of(call)
    account = account_of(organization, account_id)
    if not organization.is_delegate(account.id, service):
        raise _not_registered()
    del organization.delegates[service][account.id]
    organization.deregistered[service, account.id] = world.clock.now()
    return {}


def _list_delegated_administrators(world: World, call: Call) -> Answer:
    organization = as_reader(world, call)
    wanted = _service_of(call) if call.params.get("ServicePrincipal") else None
    since: dict[str, datetime] = {}
    for service, accounts in organization.delegates.items():
        if wanted in (None, service):
            for account_id, when in accounts.items():
                since[account_id] = min(when, since.get(account_id, when))

    def describe(entry: tuple[str, datetime]) -> dict[str, Any]:
        described = describe_account_object(organization, organization.accounts[entry[0]])
        described.pop("Paths")  # a DelegatedAdministrator has none
        return {**described, "DelegationEnabledDate": entry[1]}

    return page(call, "DelegatedAdministrators", since.items(), describe)


def _list_delegated_services(world: World, call: Call) -> Answer:
    organization = as_reader(world, call)
    account = account_of(organization, text_of(call, "AccountId", "account"))
    services = [
        (service, accounts[account.id])
        for service, accounts in sorted(organization.delegates.items())
        if account.id in accounts
    ]
    if not services:
        raise _not_registered()
    return page(
        call,
        "DelegatedServices",
        services,
        lambda entry: {"ServicePrincipal": entry[0], "DelegationEnabledDate": entry[1]},
    )


def _not_registered() -> AwsAnswer:
    text = "The provided account is not a registered delegated administrator for your organization."
    return AwsAnswer("AccountNotRegisteredException", text)


DELEGATION: Final = {
    "DeregisterDelegatedAdministrator": Served(_deregister, resource_named("AccountId")),
    "DisableAWSServiceAccess": Served(_disable_service_access),
    "EnableAWSServiceAccess": Served(_enable_service_access),
    "ListAWSServiceAccessForOrganization": Served(_list_service_access),
    "ListDelegatedAdministrators": Served(_list_delegated_administrators),
    "ListDelegatedServicesForAccount": Served(_list_delegated_services, resource_named("AccountId")),
    "RegisterDelegatedAdministrator": Served(_register, resource_named("AccountId")),
}
