"""A directory as text, to be kept between runs. Pure; the caller reads and writes."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError, model_validator

from rootwarden.errors import BadInput
from rootwarden.model.canonical import rfc3339
from rootwarden.model.directory import Directory
from rootwarden.model.ids import AccountId, is_account_id
from rootwarden.model.organization import (
    Account,
    AccountState,
    JoinedMethod,
    Organization,
    OrganizationalUnit,
)
from rootwarden.model.reading import NotSeen, Seen
from rootwarden.model.units import UnitTree
from rootwarden.operations.directory.gather import placed

if TYPE_CHECKING:
    from collections.abc import Mapping

SCHEMA: Final = "rootwarden/directory/1"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Account(_Part):
    id: str
    name: str
    email: str
    state: AccountState
    joined: JoinedMethod
    parents: tuple[str, ...] | None


class _Unit(_Part):
    id: str
    name: str
    parent: str | None


class _Kept(_Part):
    organization_id: str
    endpoint: str
    taken: AwareDatetime
    accounts: tuple[_Account, ...]
    units: tuple[_Unit, ...]
    """Parents before children."""
    tags: dict[str, dict[str, str]]
    tags_taken: AwareDatetime | None

    @model_validator(mode="after")
    def _whole(self) -> _Kept:
        units: dict[str, str | None] = {}
        for unit in self.units:
            if unit.id in units or (unit.parent is not None and unit.parent not in units):
                raise ValueError(f"OU {unit.id} is there twice, or comes before the one above it")
            units[unit.id] = unit.parent
        ids = [account.id for account in self.accounts]
        if len(set(ids)) != len(ids) or not all(is_account_id(one) for one in ids):
            raise ValueError("an account is there twice, or has no account id")
        if any(one not in units for account in self.accounts for one in account.parents or ()):
            raise ValueError("an account stands in an OU that is not there")
        return self


def to_text(directory: Directory, endpoint: str) -> str:
    """The text that keeps a directory whose tree was seen. Nothing in it is secret."""
    if isinstance(directory.units, NotSeen):
        raise BadInput("a directory without its OUs is not kept")
    document = {
        "schema": SCHEMA,
        "organization_id": directory.organization.id,
        "endpoint": endpoint,
        "taken": rfc3339(directory.taken),
        "accounts": [
            {
                "id": one.id,
                "name": one.name,
                "email": one.email,
                "state": one.state,
                "joined": one.joined_method,
                "parents": one.parents,
            }
            for one in directory.accounts
        ],
        "units": [{"id": one.id, "name": one.name, "parent": one.parent} for one in directory.units.value],
        "tags": {account: dict(tags) for account, tags in directory.tags.items()},
        "tags_taken": rfc3339(directory.tags_taken) if directory.tags_taken else None,
    }
    return json.dumps(document, separators=(",", ":")) + "\n"


def from_text(text: str, organization: Organization, endpoint: str, *, now: datetime) -> Directory:
    """The directory that a text keeps. Raises BadInput, with the cause in words, for any text that is not to be trusted."""
    kept = _validated(_document(text))
    if (kept.organization_id, kept.endpoint) != (organization.id, endpoint):
        raise BadInput(f"it is of organization {kept.organization_id} at {kept.endpoint}")
    if max(kept.taken, kept.tags_taken or kept.taken) > now:
        raise BadInput(f"it was written in the future ({rfc3339(kept.taken)})")
    units = _units(kept.units)
    tree = UnitTree(units)
    accounts = (
        Account(AccountId(one.id), one.name, one.email, one.state, one.joined, parents=one.parents)
        for one in kept.accounts
    )
    return Directory(
        organization=organization,
        accounts=tuple(placed(one, tree) for one in accounts),
        units=Seen(units),
        taken=kept.taken,
        kept=True,
        tags={AccountId(account): tags for account, tags in kept.tags.items()},
        tags_taken=kept.tags_taken,
    )


def _units(kept: tuple[_Unit, ...]) -> tuple[OrganizationalUnit, ...]:
    paths: dict[str, str] = {}
    for unit in kept:
        above = paths[unit.parent] if unit.parent is not None else None
        paths[unit.id] = "/" if above is None else f"{above.rstrip('/')}/{unit.name}"
    return tuple(OrganizationalUnit(one.id, one.name, paths[one.id], one.parent) for one in kept)


def _document(text: str) -> Mapping[str, Any]:
    try:
        document: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadInput("it is torn, or was never one") from error
    if not isinstance(document, dict):
        raise BadInput("it is torn, or was never one")
    found = document.pop("schema", None)
    if found != SCHEMA:
        raise BadInput(f"another version wrote it (schema {found!r}, expected {SCHEMA!r})")
    return document


def _validated(document: Mapping[str, Any]) -> _Kept:
    try:
        return _Kept.model_validate(document)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BadInput(f"it holds what no such file does: {where or first['msg']}") from error
