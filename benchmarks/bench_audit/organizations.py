"""What Organizations answers: 20 a page, with tokens that say nothing to whoever holds them.

https://docs.aws.amazon.com/organizations/latest/APIReference/
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Sequence
from typing import Any, Final

from bench_audit.faults import error
from bench_audit.organization import (
    DELEGATE,
    MANAGEMENT,
    ORGANIZATION_ID,
    ROOT_ID,
    Organization,
    top_of,
    unit_name,
    units_in,
)
from bench_audit.quotas import PAGE
from bench_audit.wire import Answer

TARGET: Final = "AWSOrganizationsV20161128."
_JSON: Final = "application/x-amz-json-1.1"
_ARN: Final = f"arn:aws:organizations::{MANAGEMENT}"
Document = dict[str, Any]


class OrganizationsService:
    """The calls a listing of an organization needs."""

    def __init__(self, organization: Organization) -> None:
        self._organization = organization
        self._operations: dict[str, Callable[[Document], Document]] = {
            "DescribeOrganization": self._describe,
            "DescribeAccount": self._describe_account,
            "ListAccounts": self._accounts,
            "ListAccountsForParent": self._accounts_for_parent,
            "ListRoots": self._roots,
            "ListOrganizationalUnitsForParent": self._units,
            "DescribeOrganizationalUnit": self._describe_unit,
            "ListParents": self._parents,
            "ListDelegatedAdministrators": self._delegates,
            "ListAWSServiceAccessForOrganization": self._trusted,
            "ListTagsForResource": lambda _: {"Tags": []},
        }

    def answer(self, operation: str, body: bytes) -> Answer:
        """The answer to one call."""
        handler = self._operations.get(operation)
        if handler is None:
            return error("UnknownOperationException", f"no {operation} here", 400, json=True)
        try:
            said = handler(json.loads(body or b"{}"))
        except LookupError:
            return error(
                "AccountNotFoundException", "You specified an account that doesn't exist.", 400, json=True
            )
        except ValueError:
            return error("InvalidInputException", "The token is not one of ours.", 400, json=True)
        return Answer(json.dumps(said).encode(), _JSON)

    def _describe(self, _: Document) -> Document:
        described = {
            "Id": ORGANIZATION_ID,
            "Arn": f"{_ARN}:organization/{ORGANIZATION_ID}",
            "FeatureSet": "ALL",
            "MasterAccountId": MANAGEMENT,
            "MasterAccountArn": f"{_ARN}:account/{ORGANIZATION_ID}/{MANAGEMENT}",
            "MasterAccountEmail": "aws+0@example.com",
        }
        return {"Organization": described}

    def _describe_account(self, asked: Document) -> Document:
        number = self._organization.number_of(str(asked.get("AccountId")))
        if number is None:
            raise LookupError
        return {"Account": self._organization.described(number)}

    def _accounts(self, asked: Document) -> Document:
        return self._page(asked, range(self._organization.plan.members + 1), "ListAccounts")

    def _accounts_for_parent(self, asked: Document) -> Document:
        parent = str(asked["ParentId"])
        return self._page(asked, self._organization.accounts_in(parent), parent)

    def _page(self, asked: Document, numbers: Sequence[int], whose: str) -> Document:
        start = _position(asked.get("NextToken"), whose)
        shown = numbers[start : start + PAGE]
        said: Document = {"Accounts": [self._organization.described(number) for number in shown]}
        if start + PAGE < len(numbers):
            said["NextToken"] = _token(start + PAGE, whose)
        return said

    def _roots(self, _: Document) -> Document:
        return {"Roots": [{"Id": ROOT_ID, "Arn": f"{_ARN}:root/{ORGANIZATION_ID}/{ROOT_ID}", "Name": "Root"}]}

    def _units(self, asked: Document) -> Document:
        parent = str(asked["ParentId"])
        found = units_in(parent)
        start = _position(asked.get("NextToken"), parent)
        said: Document = {
            "OrganizationalUnits": [_unit(one, name) for one, name in found[start : start + PAGE]]
        }
        if start + PAGE < len(found):
            said["NextToken"] = _token(start + PAGE, parent)
        return said

    def _describe_unit(self, asked: Document) -> Document:
        unit = str(asked["OrganizationalUnitId"])
        if unit not in _ALL_UNITS:
            raise LookupError(unit)
        return {"OrganizationalUnit": _unit(unit, unit_name(unit))}

    def _parents(self, asked: Document) -> Document:
        child = str(asked["ChildId"])
        number = self._organization.number_of(child)
        if number is not None:
            parent = self._organization.unit_of(number)
        elif child in _ALL_UNITS:
            parent = None if child in _TOP_UNITS else top_of(child)
        else:
            raise LookupError(child)
        kind = "ORGANIZATIONAL_UNIT" if parent else "ROOT"
        return {"Parents": [{"Id": parent or ROOT_ID, "Type": kind}]}

    def _delegates(self, _: Document) -> Document:
        number = self._organization.number_of(DELEGATE)
        described = self._organization.described(number or 0)
        del described["Paths"]
        return {"DelegatedAdministrators": [{**described, "DelegationEnabledDate": 1_700_000_000}]}

    def _trusted(self, _: Document) -> Document:
        return {
            "EnabledServicePrincipals": [
                {"ServicePrincipal": "iam.amazonaws.com", "DateEnabled": 1_700_000_000}
            ]
        }


_TOP_UNITS: Final = frozenset(one for one, _ in units_in(ROOT_ID))
_ALL_UNITS: Final = _TOP_UNITS | {one for top in _TOP_UNITS for one, _ in units_in(top)}


def _unit(unit: str, name: str) -> Document:
    return {"Id": unit, "Arn": f"{_ARN}:ou/{ORGANIZATION_ID}/{unit}", "Name": name}


def _seal(position: int, whose: str) -> str:
    return hashlib.sha256(f"{position}:{whose}".encode()).hexdigest()


def _token(position: int, whose: str) -> str:
    return base64.b64encode(f"{position}:{_seal(position, whose)}".encode()).decode()


def _position(token: str | None, whose: str) -> int:
    """Raises ValueError for a token of another listing."""
    if token is None:
        return 0
    position, _, seal = base64.b64decode(token).decode().partition(":")
    if _seal(int(position), whose) != seal:
        raise ValueError(token)
    return int(position)
