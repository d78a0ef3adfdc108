"""A backup as a file: bound to organization, endpoint, account and resource, and to its own hash. Pure; the caller reads and writes."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from rootwarden.errors import BadInput, RefusedByRule, WrongOrganization
from rootwarden.model.canonical import plain, sha256_hex
from rootwarden.model.unlock import Backup, Resource

SCHEMA: Final = "rootwarden/policy-backup/1"
_ADVICE: Final = "Name a file that 'rootwarden unlock' wrote."


def to_bytes(backup: Backup) -> bytes:
    """The content of the backup's file."""
    document = {"schema": SCHEMA, "content_sha256": sha256_hex(backup), "backup": plain(backup)}
    return (json.dumps(document, indent=2) + "\n").encode()


def file_hash(data: bytes) -> str:
    """The SHA-256 of a backup's file, by which the ledger knows it."""
    return hashlib.sha256(data).hexdigest()


def file_name(backup: Backup) -> str:
    """A name that tells what is in it and sorts by time."""
    resource = backup.resource
    name = re.sub(r"[^A-Za-z0-9._-]", "-", resource.name)
    return f"{resource.account}-{resource.kind.value}-{name}-{backup.taken:%Y%m%dT%H%M%S%fZ}.json"


def from_bytes(data: bytes, *, name: str) -> Backup:
    """The backup of a file. Raises BadInput for a file that is none, RefusedByRule for one that was changed since."""
    try:
        document: Any = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{name}: not JSON: {error}", advice=_ADVICE) from error
    schema = document.get("schema") if isinstance(document, dict) else None
    if schema != SCHEMA:
        raise BadInput(
            f"{name}: not a policy backup of this version (schema {schema!r}, expected {SCHEMA!r})",
            advice=_ADVICE,
        )
    try:
        backup = TypeAdapter(Backup).validate_python(document.get("backup"), strict=False)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BadInput(f"{name}: backup.{where}: {first['msg']}", advice=_ADVICE) from error
    if sha256_hex(backup) != document.get("content_sha256"):
        raise RefusedByRule(
            f"{name}: the backup was changed after it was written",
            advice="Use another backup, or give the policy as a file with --replace.",
        )
    return backup


def check_belongs(
    backup: Backup, *, organization_id: str, endpoint: str, resource: Resource, name: str
) -> None:
    """Raises WrongOrganization for a backup of another organization or endpoint, BadInput for one of another resource."""
    if (backup.organization_id, backup.endpoint) != (organization_id, endpoint):
        raise WrongOrganization(
            f"{name}: the backup is of organization {backup.organization_id} at {backup.endpoint}, and this is organization "
            f"{organization_id} at {endpoint}",
            advice="Use the profile and endpoint the backup was made with.",
        )
    if backup.resource != resource:
        raise BadInput(
            f"{name}: the backup is of {backup.resource.kind.value} {backup.resource.arn} in account {backup.resource.account}, "
            f"and this is {resource.arn} in account {resource.account}",
            advice="Leave the name and --account out: the backup says where it belongs.",
        )
