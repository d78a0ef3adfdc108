"""What happened in the emulated AWS, told to whoever listens: calls and their outcome, sign-ins, password recovery.

``world.listeners`` holds the listeners. Each is called with the event while the world's lock is held, right after the
state changed, so a listener sees the state the event left behind and the events in their order. A listener must not
raise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from rootwarden.emulator.answers import AwsAnswer
from rootwarden.emulator.call import Call
from rootwarden.emulator.http_message import HttpRequest, HttpResponse

LOOPBACK_ADDRESS: Final = "127.0.0.1"
BROWSER: Final = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
"""Who signs in, where nothing else is said."""


@dataclass(frozen=True, slots=True)
class Called:
    """An API call was answered, one way or the other."""

    call: Call
    when: datetime
    output: Mapping[str, Any] | None
    """The operation's output members; None where it was refused, and where moto answered."""
    refusal: AwsAnswer | None = None
    """What the caller got instead."""
    status: int | None = None
    """HTTP status of moto's answer."""
    user_agent: str = ""
    model: Any = None
    """botocore's model of the operation."""
    request: HttpRequest | None = None
    """The request as it came."""
    answer: HttpResponse | None = None
    """moto's answer; None where the emulator answered itself."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Somebody tried to sign in to the console as an account's root user."""

    account: str
    when: datetime
    succeeded: bool
    mfa_serial: str | None = None
    """The device that was used; None: signed in without MFA."""
    access_key_id: str | None = None
    """The key of the session that was opened; None where the sign-in failed."""
    source_address: str = LOOPBACK_ADDRESS
    user_agent: str = BROWSER


@dataclass(frozen=True, slots=True)
class PasswordRecovery:
    """A step of the "Forgot password" flow of an account's root user."""

    account: str
    when: datetime
    step: Literal["requested", "completed"]
    succeeded: bool = True
    source_address: str = LOOPBACK_ADDRESS
    user_agent: str = BROWSER


@dataclass(frozen=True, slots=True)
class PasswordUpdated:
    """The signed-in root user gave itself another password."""

    account: str
    when: datetime
    source_address: str = LOOPBACK_ADDRESS
    user_agent: str = BROWSER


@dataclass(frozen=True, slots=True)
class RootChanged:
    """The signed-in root user changed its own credentials in the console: what IAM records for the call behind it."""

    account: str
    when: datetime
    operation: Literal["CreateAccessKey", "EnableMFADevice"]
    item: str
    """The access key's id, or the device's serial number."""
    source_address: str = LOOPBACK_ADDRESS
    user_agent: str = BROWSER


@dataclass(frozen=True, slots=True)
class AccountCreated:
    """Organizations made an account, and its service-linked role in it."""

    account: str
    when: datetime


Event = Called | SignedIn | PasswordRecovery | PasswordUpdated | RootChanged | AccountCreated
