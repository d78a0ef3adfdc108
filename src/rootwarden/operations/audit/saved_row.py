"""From a row as it was saved back to what an audit saw. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from rootwarden.errors import BadInput
from rootwarden.model.audit import AuditRow

if TYPE_CHECKING:
    from collections.abc import Mapping

_ADAPTER = TypeAdapter(AuditRow)
_ADVICE = "Take a new audit; this file is none of ours."
_ACCOUNT = ("id", "name", "email", "ou_path", "state", "joined_method")


def row_of(document: Mapping[str, Any], where: str) -> AuditRow:
    """The row a document tells of, without its explanations, which are made anew. Raises BadInput, which names the place."""
    try:
        row = _ADAPTER.validate_python(_arranged(document))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise BadInput(f"{where}: row.{place}: {first['msg']}", advice=_ADVICE) from error
    if row.read is not None and row.read.tzinfo is None:
        raise BadInput(f"{where}: row.read: it has no zone", advice=_ADVICE)
    return row


def _arranged(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document's members where the row has them; what it has no place for is left out."""
    return {
        "account": {name: document.get(name) for name in _ACCOUNT},
        "outcome": document.get("outcome"),
        "credentials": _credentials(document.get("credentials")),
        "reason": document.get("reason"),
        "conflicts": document.get("conflicts", ()),
        "problems": document.get("problems", ()),
        "read": document.get("read"),
    }


def _credentials(found: Any) -> Any:
    if not isinstance(found, dict):
        return found
    return {
        "password": found.get("password"),
        "password_created": found.get("password_created"),
        "password_last_use": found.get("password_last_used"),
        "access_keys": _items(found.get("access_keys")),
        "signing_certificates": _items(found.get("signing_certificates")),
        "mfa_devices": _items(found.get("mfa_devices")),
    }


def _items(found: Any) -> Any:
    if found == {"present": True}:
        return "present"
    if not isinstance(found, list):
        return found
    return [{**one, "last_use": one.get("last_used")} if isinstance(one, dict) else one for one in found]
