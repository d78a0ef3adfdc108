"""What control verbs answer, and how it is written as JSON."""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from rootwarden.emulator.keyring import Credential


@dataclass(frozen=True, slots=True)
class AccountView:
    """An account of the organization."""

    id: str
    name: str
    email: str
    state: str
    joined_method: str
    ou: str
    """Path of OU names."""
    profile: str
    """The profile of the account's administrator."""


@dataclass(frozen=True, slots=True)
class KeyView:
    """One of root's access keys."""

    id: str
    status: str
    created: datetime
    last_used: datetime | None
    last_used_service: str | None
    last_used_region: str | None


@dataclass(frozen=True, slots=True)
class ItemView:
    """A signing certificate or an MFA device."""

    id: str
    created: datetime


@dataclass(frozen=True, slots=True)
class RootUserView:
    """Everything a root user holds."""

    account: str
    arn: str
    login_profile: datetime | None
    """When it was created; None: there is none."""
    password_known: bool
    """Whether a password was set since, so that somebody can sign in."""
    password_last_used: datetime | None
    access_keys: tuple[KeyView, ...]
    signing_certificates: tuple[ItemView, ...]
    mfa_devices: tuple[ItemView, ...]


@dataclass(frozen=True, slots=True)
class ClockView:
    """The emulated time."""

    now: datetime
    frozen: bool


@dataclass(frozen=True, slots=True)
class AttachmentView:
    """A policy and what it is attached to now."""

    id: str
    name: str
    type: str
    targets: tuple[str, ...]
    """Ids of the root, of OUs and of accounts."""


@dataclass(frozen=True, slots=True)
class SwitchesView:
    """What is switched on."""

    throttles: bool
    revocation_lags: bool


def as_json(value: Any) -> Any:
    """The value as the control endpoint writes it. Of a credential only the keys: whose they are is known."""
    match value:
        case Credential():
            found: Any = {
                "access_key_id": value.access_key_id,
                "secret_access_key": value.secret_access_key,
                "session_token": value.token,
                "expires": as_json(value.expires),
            }
        case datetime():
            found = value.isoformat()
        case BaseModel():
            found = value.model_dump(mode="json", exclude_none=True)
        case list() | tuple():
            found = [as_json(inner) for inner in value]
        case _ if is_dataclass(value):
            found = {field.name: as_json(getattr(value, field.name)) for field in fields(value)}
        case _:
            found = value
    return found
