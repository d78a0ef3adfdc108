"""Trusted access and delegated administrators in the emulator, through boto3."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from rootwarden.emulator.builders import MANAGEMENT, SECURITY, account
from rootwarden.emulator.org_file import OrganizationFile

IAM = "iam.amazonaws.com"


def error_of(call: Any, **params: Any) -> tuple[str, str, str | None]:
    with pytest.raises(ClientError) as caught:
        call(**params)
    answer: Any = caught.value.response
    return answer["Error"]["Code"], answer["Error"]["Message"], answer.get("Reason")


def trusted(client: Any) -> set[str]:
    pages = client.get_paginator("list_aws_service_access_for_organization").paginate()
    return {one["ServicePrincipal"] for page in pages for one in page["EnabledServicePrincipals"]}


def delegates(client: Any, **params: str) -> list[str]:
    pages = client.get_paginator("list_delegated_administrators").paginate(**params)
    return [one["Id"] for page in pages for one in page["DelegatedAdministrators"]]


@pytest.fixture
def management(rootwarden_emulator: Any, client_of: Any) -> Any:
    """The management account's client, with trusted access for IAM."""
    client = client_of(rootwarden_emulator, "organizations")
    client.enable_aws_service_access(ServicePrincipal=IAM)
    return client


def test_trusted_access_goes_on_and_off_and_repeats_quietly(management: Any) -> None:
    management.enable_aws_service_access(ServicePrincipal=IAM)
    assert trusted(management) == {IAM, "cloudtrail.amazonaws.com"}
    management.disable_aws_service_access(ServicePrincipal=IAM)
    management.disable_aws_service_access(ServicePrincipal=IAM)
    assert trusted(management) == {"cloudtrail.amazonaws.com"}


def test_a_service_that_aws_does_not_know_is_refused(management: Any) -> None:
    expected = (
        "InvalidInputException",
        "You specified an unrecognized service principal.",
        "UNRECOGNIZED_SERVICE_PRINCIPAL",
    )
    assert error_of(management.enable_aws_service_access, ServicePrincipal="root.amazonaws.com") == expected
    assert error_of(management.disable_aws_service_access, ServicePrincipal="root.amazonaws.com") == expected
    assert "root.amazonaws.com" not in trusted(management)


def test_trusted_access_stays_while_there_is_a_delegate(management: Any) -> None:
    management.register_delegated_administrator(AccountId=SECURITY, ServicePrincipal=IAM)
    assert error_of(management.disable_aws_service_access, ServicePrincipal=IAM) == (
        "ConstraintViolationException",
        "You have delegated administrator/s for this service. De-register them in order to disable service access.",
        "DELEGATED_ADMINISTRATOR_EXISTS_FOR_THIS_SERVICE",
    )
    assert IAM in trusted(management)
    management.deregister_delegated_administrator(AccountId=SECURITY, ServicePrincipal=IAM)
    management.disable_aws_service_access(ServicePrincipal=IAM)
    assert IAM not in trusted(management)


def test_a_delegate_reads_the_organization_but_changes_nothing(
    management: Any, rootwarden_emulator: Any, client_of: Any
) -> None:
    security = client_of(rootwarden_emulator, "organizations", "emulator-security")
    denied = ("AccessDeniedException", "You don't have permissions to access this resource.", None)
    assert error_of(security.list_accounts) == denied
    management.register_delegated_administrator(AccountId=SECURITY, ServicePrincipal=IAM)
    assert len(security.list_accounts()["Accounts"]) == 12
    assert delegates(security, ServicePrincipal=IAM) == [SECURITY]
    assert error_of(security.enable_aws_service_access, ServicePrincipal="ssm.amazonaws.com") == denied
    assert (
        error_of(security.deregister_delegated_administrator, AccountId=SECURITY, ServicePrincipal=IAM)
        == denied
    )
    assert delegates(management) == [SECURITY]


def test_a_delegate_of_any_service_may_read(
    management: Any, rootwarden_emulator: Any, client_of: Any
) -> None:
    management.register_delegated_administrator(
        AccountId="333333333333", ServicePrincipal="cloudtrail.amazonaws.com"
    )
    log_archive = client_of(rootwarden_emulator, "organizations", "emulator-333333333333")
    assert len(log_archive.list_accounts()["Accounts"]) == 12
    assert delegates(management, ServicePrincipal=IAM) == []
    assert delegates(management) == ["333333333333"]


@pytest.mark.parametrize(
    ("account_id", "service", "expected"),
    [
        (
            MANAGEMENT,
            IAM,
            (
                "ConstraintViolationException",
                "You cannot register management account/yourself as delegated administrator for your organization.",
                "CANNOT_REGISTER_MASTER_AS_DELEGATED_ADMINISTRATOR",
            ),
        ),
        (
            "101010101010",
            IAM,
            (
                "ConstraintViolationException",
                "You cannot register a suspended account as a delegated administrator.",
                "CANNOT_REGISTER_SUSPENDED_ACCOUNT_AS_DELEGATED_ADMINISTRATOR",
            ),
        ),
        (
            SECURITY,
            "ssm.amazonaws.com",
            (
                "ConstraintViolationException",
                "You must enable service access before you register a delegated administrator.",
                "SERVICE_ACCESS_NOT_ENABLED",
            ),
        ),
        (
            "000000000000",
            IAM,
            ("AccountNotFoundException", "You specified an account that doesn't exist.", None),
        ),
    ],
)
def test_registrations_that_aws_refuses(
    management: Any, account_id: str, service: str, expected: tuple[str, str, str | None]
) -> None:
    call = management.register_delegated_administrator
    assert error_of(call, AccountId=account_id, ServicePrincipal=service) == expected
    assert delegates(management) == []


def test_registering_twice_is_refused(management: Any) -> None:
    management.register_delegated_administrator(AccountId=SECURITY, ServicePrincipal=IAM)
    again = error_of(management.register_delegated_administrator, AccountId=SECURITY, ServicePrincipal=IAM)
    assert again == (
        "AccountAlreadyRegisteredException",
        "The provided account is already a delegated administrator for your organization.",
        None,
    )
    assert delegates(management) == [SECURITY]


def test_a_service_can_have_several_delegates(management: Any) -> None:
    for one in (SECURITY, "333333333333"):
        management.register_delegated_administrator(AccountId=one, ServicePrincipal=IAM)
    assert delegates(management, ServicePrincipal=IAM) == [SECURITY, "333333333333"]
    services = management.list_delegated_services_for_account(AccountId=SECURITY)["DelegatedServices"]
    assert [one["ServicePrincipal"] for one in services] == [IAM]


def test_where_the_number_of_delegates_is_limited(client_of: Any, rootwarden_organization: Any) -> None:
    file = OrganizationFile(
        management_account=account(MANAGEMENT, "Company"),
        accounts=(account(SECURITY, "One"), account("333333333333", "Two")),
        trusted_services=(IAM,),
        delegated_administrators={SECURITY: (IAM,)},
        delegated_administrators_per_service=1,
    )
    client = client_of(rootwarden_organization(file), "organizations")
    call = client.register_delegated_administrator
    assert error_of(call, AccountId="333333333333", ServicePrincipal=IAM) == (
        "ConstraintViolationException",
        "You have exceeded the allowed number of delegated administrators for the delegated service.",
        "MAX_DELEGATED_ADMINISTRATORS_FOR_SERVICE_LIMIT_EXCEEDED",
    )
    assert delegates(client) == [SECURITY]


def test_what_is_not_registered_cannot_be_deregistered(management: Any) -> None:
    expected = "AccountNotRegisteredException"
    call = management.deregister_delegated_administrator
    assert error_of(call, AccountId=SECURITY, ServicePrincipal=IAM)[0] == expected
    assert error_of(management.list_delegated_services_for_account, AccountId=SECURITY)[0] == expected


def test_consolidated_billing_has_no_trusted_services(client_of: Any, rootwarden_organization: Any) -> None:
    file = OrganizationFile(
        feature_set="CONSOLIDATED_BILLING",
        management_account=account(MANAGEMENT, "Company"),
        accounts=(account(SECURITY, "One"),),
    )
    client = client_of(rootwarden_organization(file), "organizations")
    expected = ("ConstraintViolationException", "ORGANIZATION_NOT_IN_ALL_FEATURES_MODE")
    code, _, reason = error_of(client.enable_aws_service_access, ServicePrincipal=IAM)
    assert (code, reason) == expected
    call = client.register_delegated_administrator
    code, _, reason = error_of(call, AccountId=SECURITY, ServicePrincipal=IAM)
    assert (code, reason) == expected
    assert client.describe_organization()["Organization"]["FeatureSet"] == "CONSOLIDATED_BILLING"
    assert client.list_roots()["Roots"][0]["PolicyTypes"] == []
