"""AWS Organizations: accounts, OUs, trusted access, delegated administrators.

https://docs.aws.amazon.com/organizations/latest/APIReference/
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from rootwarden.aws.error_codes import aws_call
from rootwarden.aws.pages import pages
from rootwarden.aws.request_id import request_id_of
from rootwarden.model.ids import AccountId
from rootwarden.model.organization import (
    Account,
    AccountState,
    JoinedMethod,
    Organization,
    OrganizationalUnit,
)

if TYPE_CHECKING:
    from mypy_boto3_organizations import OrganizationsClient


class Organizations:
    """Plain values from the Organizations API. All calls raise AwsError, also in mid-page; changes return AWS's request id."""

    def __init__(self, client: OrganizationsClient) -> None:
        self._client = client

    def describe(self) -> Organization:
        """The caller's organization; any of its accounts may ask."""
        with aws_call("organizations:DescribeOrganization"):
            found = self._client.describe_organization()["Organization"]
        return Organization(
            id=found["Id"],
            management_account_id=AccountId(found["MasterAccountId"]),
            feature_set=found["FeatureSet"],
        )

    def accounts(self) -> Iterator[Account]:
        """Every account once, page by page, without OU paths.

        Where accounts come or go while they are listed, one may stand on two pages.
        """
        seen: set[AccountId] = set()
        for page in pages(self._client, "list_accounts", "organizations:ListAccounts"):
            for account in map(_account, page["Accounts"]):
                if account.id not in seen:
                    seen.add(account.id)
                    yield account

    def account(self, account: AccountId) -> Account:
        """One account, as it is now."""
        with aws_call("organizations:DescribeAccount"):
            return _account(self._client.describe_account(AccountId=account)["Account"])

    def unit(self, unit: str) -> str:
        """The name of an OU as it is now."""
        with aws_call("organizations:DescribeOrganizationalUnit"):
            found = self._client.describe_organizational_unit(OrganizationalUnitId=unit)
            return found["OrganizationalUnit"]["Name"]

    def parent(self, child: str) -> str:
        """The id of the OU or root that an account or an OU stands in."""
        with aws_call("organizations:ListParents"):
            return str(self._client.list_parents(ChildId=child)["Parents"][0]["Id"])

    def units(self) -> Iterator[OrganizationalUnit]:
        """The root and every OU, parents before children."""
        for page in pages(self._client, "list_roots", "organizations:ListRoots"):
            for root in page["Roots"]:
                top = OrganizationalUnit(id=root["Id"], name=root["Name"], path="/")
                yield top
                yield from self._units_below(top)

    def _units_below(self, parent: OrganizationalUnit) -> Iterator[OrganizationalUnit]:
        operation = "organizations:ListOrganizationalUnitsForParent"
        for page in pages(
            self._client, "list_organizational_units_for_parent", operation, ParentId=parent.id
        ):
            for each in page["OrganizationalUnits"]:
                unit = OrganizationalUnit(
                    id=each["Id"],
                    name=each["Name"],
                    path=f"{parent.path.rstrip('/')}/{each['Name']}",
                    parent=parent.id,
                )
                yield unit
                yield from self._units_below(unit)

    def account_ids_in(self, unit: str) -> Iterator[AccountId]:
        """The accounts directly in a root or an OU."""
        operation = "organizations:ListAccountsForParent"
        for page in pages(self._client, "list_accounts_for_parent", operation, ParentId=unit):
            yield from (AccountId(each["Id"]) for each in page["Accounts"])

    def tags(self, account: AccountId) -> dict[str, str]:
        """The tags of one account."""
        operation = "organizations:ListTagsForResource"
        found = pages(self._client, "list_tags_for_resource", operation, ResourceId=account)
        return {tag["Key"]: tag["Value"] for page in found for tag in page["Tags"]}

    def trusted_services(self) -> frozenset[str]:
        """The service principals that have trusted access."""
        operation = "organizations:ListAWSServiceAccessForOrganization"
        found = pages(self._client, "list_aws_service_access_for_organization", operation)
        return frozenset(
            each["ServicePrincipal"] for page in found for each in page["EnabledServicePrincipals"]
        )

    def enable_trusted_access(self, service: str) -> str | None:
        """Gives a service trusted access; from the management account only."""
        with aws_call("organizations:EnableAWSServiceAccess"):
            return request_id_of(self._client.enable_aws_service_access(ServicePrincipal=service))

    def disable_trusted_access(self, service: str) -> str | None:
        """Takes trusted access away; AWS refuses while the service has a delegated administrator."""
        with aws_call("organizations:DisableAWSServiceAccess"):
            return request_id_of(self._client.disable_aws_service_access(ServicePrincipal=service))

    def delegated_administrators(self, service: str) -> tuple[AccountId, ...]:
        """The accounts registered as delegated administrator for a service."""
        operation = "organizations:ListDelegatedAdministrators"
        found = pages(self._client, "list_delegated_administrators", operation, ServicePrincipal=service)
        return tuple(
            sorted(AccountId(each["Id"]) for page in found for each in page["DelegatedAdministrators"])
        )

    def register_delegate(self, account: AccountId, service: str) -> str | None:
        """Registers a member account as delegated administrator for a service."""
        with aws_call("organizations:RegisterDelegatedAdministrator"):
            return request_id_of(
                self._client.register_delegated_administrator(AccountId=account, ServicePrincipal=service)
            )

    def deregister_delegate(self, account: AccountId, service: str) -> str | None:
        """Removes a delegated administrator; STS may still let its calls through for up to a minute or more."""
        with aws_call("organizations:DeregisterDelegatedAdministrator"):
            return request_id_of(
                self._client.deregister_delegated_administrator(AccountId=account, ServicePrincipal=service)
            )


def _account(found: Any) -> Account:
    return Account(
        id=AccountId(found["Id"]),
        name=found.get("Name", ""),
        email=found.get("Email", ""),
        # State replaced Status, which AWS retired on 2026-09-09; older partitions may still answer the latter alone.
        state=_state(found.get("State") or found.get("Status")),
        joined_method=_joined(found.get("JoinedMethod")),
        parents=_parents(found.get("Paths") or ()),
        joined=found.get("JoinedTimestamp"),
    )


def _parents(paths: Sequence[str]) -> tuple[str, ...] | None:
    """The ids above an account. ``Paths`` is a late addition that a partition may not have, and several would tell nothing certain."""
    return _containers(paths[0]) if len(paths) == 1 else None


def _containers(path: str | None) -> tuple[str, ...] | None:
    """The root and the OUs of ``o-.../r-.../ou-.../``, which ends with the account's own id in an account's path."""
    return tuple(one for one in (path or "").split("/") if one.startswith(("r-", "ou-"))) or None


def _state(value: str | None) -> AccountState:
    return AccountState(value) if value in set(AccountState) else AccountState.UNKNOWN


def _joined(value: str | None) -> JoinedMethod:
    return JoinedMethod(value) if value in set(JoinedMethod) else JoinedMethod.UNKNOWN
