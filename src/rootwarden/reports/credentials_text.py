"""A root user's credentials in words, and as the contract's document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rootwarden.model.canonical import rfc3339
from rootwarden.model.credentials import (
    PRESENT,
    AccessKey,
    MfaDevice,
    PresentOnly,
    RootCredentials,
    SigningCertificate,
)

if TYPE_CHECKING:
    from datetime import datetime

    from rootwarden.model.credentials import LastUse

_Items = tuple[AccessKey, ...] | tuple[SigningCertificate, ...] | tuple[MfaDevice, ...] | PresentOnly | None


def as_document(seen: RootCredentials) -> dict[str, Any]:
    """What was not read is null, never false or empty."""
    return {
        "password": seen.password,
        "password_created": _time(seen.password_created),
        "password_last_used": last_use(seen.password_last_use),
        "access_keys": _items(seen.access_keys),
        "signing_certificates": _items(seen.signing_certificates),
        "mfa_devices": _items(seen.mfa_devices),
    }


def _items(items: _Items) -> list[dict[str, Any]] | dict[str, bool] | None:
    if items is None:
        return None
    if items is PRESENT:
        return {"present": True}
    return [_item(one) for one in items]


def _item(one: AccessKey | SigningCertificate | MfaDevice) -> dict[str, Any]:
    match one:
        case AccessKey():
            return {
                "id": one.id,
                "status": one.status.value,
                "created": _time(one.created),
                "last_used": last_use(one.last_use),
            }
        case SigningCertificate():
            return {"id": one.id, "status": one.status.value, "created": _time(one.created)}
        case MfaDevice():
            return {"serial": one.serial, "enabled": _time(one.enabled), "virtual": one.is_virtual}


def last_use(use: LastUse | None) -> dict[str, Any] | None:
    """Null when not read; ``when`` null when AWS has no use on record."""
    return None if use is None else {"when": _time(use.when), "service": use.service, "region": use.region}


def in_words(seen: RootCredentials) -> str:
    """One short line: ``password, 2 access keys (1 active), 1 MFA device``."""
    parts = []
    if seen.password:
        parts.append("password")
    parts.append(_with_status(seen.access_keys, "access key"))
    parts.append(_with_status(seen.signing_certificates, "signing certificate"))
    parts.append(_counted(seen.mfa_devices, "MFA device"))
    unread = [
        word
        for word, value in (
            ("password", seen.password),
            ("access keys", seen.access_keys),
            ("certificates", seen.signing_certificates),
            ("MFA", seen.mfa_devices),
        )
        if value is None
    ]
    if len(unread) == 4:  # noqa: PLR2004 - the four kinds
        return "not read"
    if unread:
        parts.append(f"not read: {', '.join(unread)}")
    return ", ".join(part for part in parts if part) or "none"


def _with_status(
    items: tuple[AccessKey, ...] | tuple[SigningCertificate, ...] | PresentOnly | None, noun: str
) -> str:
    text = _counted(items, noun)
    if not text or items is None or items is PRESENT:
        return text
    active = sum(1 for one in items if one.status.can_sign)
    if active == len(items):
        return text
    return f"{text} ({f'{active} active' if active else 'inactive'})"


def _counted(items: _Items, noun: str) -> str:
    if items is None or items == ():
        return ""
    if items is PRESENT:
        return f"{noun}s"
    return f"{len(items)} {noun}{'' if len(items) == 1 else 's'}"


def _time(when: datetime | None) -> str | None:
    return None if when is None else rfc3339(when)
