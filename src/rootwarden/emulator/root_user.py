"""The root user of one account: what it holds, and what IAM lets happen to it.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user.html
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol, TypeVar

from rootwarden.emulator.answers import AwsAnswer
from rootwarden.emulator.org_file import PasswordSpec, RootUserSpec

MOST_KEYS = 2
"""Access keys of a root user, as of any user."""
MOST_DEVICES = 8
"""MFA devices of a root user, as of any user."""
_ACCOUNT_AGE = timedelta(days=1460)
_CREDENTIAL_AGE = timedelta(days=730)


@dataclass(frozen=True, slots=True)
class KeyUse:
    """Last use of an access key."""

    when: datetime
    service: str
    region: str


@dataclass(frozen=True, slots=True)
class RootAccessKey:
    """One long-term key. Its secret is in the keyring once somebody asked for it."""

    id: str
    status: str
    created: datetime
    last_used: KeyUse | None = None


@dataclass(frozen=True, slots=True)
class RootCertificate:
    """One X.509 signing certificate."""

    id: str
    status: str
    created: datetime


@dataclass(frozen=True, slots=True)
class RootMfaDevice:
    """One MFA device assigned to root."""

    id: str
    """The serial number; an ARN for a virtual device."""
    enabled: datetime


class _Item(Protocol):
    @property
    def id(self) -> str: ...


_T = TypeVar("_T", bound=_Item)


@dataclass(slots=True, kw_only=True)
class RootUser:
    """State and rules of one root user. The caller holds the world's lock."""

    account: str
    partition: str
    created: datetime
    login_profile: datetime | None = None
    """When the login profile was created; None: there is none, and no password recovery."""
    password: str | None = None
    """What signs in; None: nobody knows it, as after CreateLoginProfile, until recovery sets one."""
    recovery_link: str | None = None
    """The open link of the last recovery mail."""
    password_last_used: datetime | None = None
    access_keys: list[RootAccessKey] = field(default_factory=list)
    signing_certificates: list[RootCertificate] = field(default_factory=list)
    mfa_devices: list[RootMfaDevice] = field(default_factory=list)
    loose_virtual_devices: set[str] = field(default_factory=set)
    """Serials of virtual devices that were deactivated: the object stays until DeleteVirtualMFADevice."""

    @classmethod
    def from_spec(cls, spec: RootUserSpec, *, account: str, partition: str, now: datetime) -> RootUser:
        """The root user as the organization file describes it; what it leaves out is made up, the same on every run."""
        long_ago = now - _CREDENTIAL_AGE
        password = PasswordSpec() if spec.password is True else spec.password or None
        return cls(
            account=account,
            partition=partition,
            created=now - _ACCOUNT_AGE,
            login_profile=(_utc(password.created) or long_ago) if password else None,
            password=password.text if password else None,
            password_last_used=_utc(password.last_used) if password else None,
            access_keys=[
                RootAccessKey(
                    # The digits 0 and 1 never occur in an id of AWS's.
                    id=key.id or f"AKIA01{account}{number:02d}",
                    status=key.status,
                    created=_utc(key.created) or long_ago,
                    last_used=KeyUse(
                        key.last_used.when.astimezone(UTC), key.last_used.service, key.last_used.region
                    )
                    if key.last_used
                    else None,
                )
                for number, key in enumerate(spec.access_keys)
            ],
            signing_certificates=[
                RootCertificate(
                    id=one.id or f"CERT01{account}{number:014d}",
                    status=one.status,
                    created=_utc(one.created) or long_ago,
                )
                for number, one in enumerate(spec.signing_certificates)
            ],
            mfa_devices=[
                RootMfaDevice(
                    id=device.serial or _virtual_serial(partition, account, number),
                    enabled=_utc(device.enabled) or long_ago,
                )
                for number, device in enumerate(spec.mfa_devices)
            ],
        )

    @property
    def arn(self) -> str:
        """``arn:…:iam::ID:root``."""
        return f"arn:{self.partition}:iam::{self.account}:root"

    def create_login_profile(self, now: datetime) -> datetime:
        """Opens password recovery, and returns the time of creation; EntityAlreadyExists where it is open."""
        if self.login_profile is not None:
            raise AwsAnswer(
                "EntityAlreadyExists", f"Login Profile for account {self.account} already exists.", 409
            )
        self.login_profile = now
        return now

    def existing_login_profile(self) -> datetime:
        """When the login profile was created; NoSuchEntity where there is none."""
        if self.login_profile is None:
            raise AwsAnswer("NoSuchEntity", "Login Profile for User null cannot be found.", 404)
        return self.login_profile

    def delete_login_profile(self) -> None:
        """Deletes password and login profile."""
        self.existing_login_profile()
        self.login_profile = self.password = None

    def add_access_key(self, key_id: str, now: datetime) -> RootAccessKey:
        """A new active key; LimitExceeded for a third one."""
        if len(self.access_keys) >= MOST_KEYS:
            # The text for an IAM user: inferred for root.
            text = f"Cannot exceed quota for AccessKeysPerUser: {MOST_KEYS}"
            raise AwsAnswer("LimitExceeded", text, 409)
        key = RootAccessKey(id=key_id, status="Active", created=now)
        self.access_keys.append(key)
        return key

    def change_access_key(self, key_id: str, **changes: Any) -> RootAccessKey:
        """Gives a key another status or last use; NoSuchEntity where there is none."""
        key = self.access_key(key_id)
        changed = replace(key, **changes)
        self.access_keys[self.access_keys.index(key)] = changed
        return changed

    def add_mfa_device(self, now: datetime, serial: str | None = None) -> RootMfaDevice:
        """Assigns a device, a virtual one unless a serial number is given; texts inferred."""
        if len(self.mfa_devices) >= MOST_DEVICES:
            text = f"Cannot exceed quota for MFADevicesPerUser: {MOST_DEVICES}"
            raise AwsAnswer("LimitExceeded", text, 409)
        held = {device.id for device in self.mfa_devices}
        if serial in held:
            raise AwsAnswer("EntityAlreadyExists", "MFADevice entity at the same path already exists.", 409)
        numbers = (_virtual_serial(self.partition, self.account, n) for n in range(MOST_DEVICES))
        device = RootMfaDevice(id=serial or next(one for one in numbers if one not in held), enabled=now)
        self.mfa_devices.append(device)
        self.loose_virtual_devices.discard(device.id)
        return device

    def access_key(self, key_id: str) -> RootAccessKey:
        """One access key, or NoSuchEntity."""
        return _find(self.access_keys, key_id, f"The Access Key with id {key_id} cannot be found.")

    def delete_access_key(self, key_id: str) -> None:
        """Deletes an access key."""
        self.access_keys.remove(self.access_key(key_id))

    def delete_signing_certificate(self, certificate_id: str) -> None:
        """Deletes a signing certificate."""
        text = f"The Certificate with id {certificate_id} cannot be found."
        self.signing_certificates.remove(_find(self.signing_certificates, certificate_id, text))

    def deactivate_mfa_device(self, serial: str) -> None:
        """Takes an MFA device away; the object of a virtual one stays behind.

        The text for an unknown device is the one for an IAM user's: inferred for root.
        """
        self.mfa_devices.remove(_find(self.mfa_devices, serial, "MFA Device invalid for user."))
        if ":mfa/" in serial:
            self.loose_virtual_devices.add(serial)

    def delete_virtual_mfa_device(self, serial: str) -> None:
        """Deletes the object of a virtual device that is assigned to nobody."""
        if any(device.id == serial for device in self.mfa_devices):
            raise AwsAnswer("DeleteConflict", "MFA VirtualDevice in use. Must deactivate first.", 409)
        if serial not in self.loose_virtual_devices:
            raise AwsAnswer(
                "NoSuchEntity", f"VirtualMFADevice with serial number {serial} doesn't exist.", 404
            )
        self.loose_virtual_devices.remove(serial)


def _find(items: Iterable[_T], wanted: str, text: str) -> _T:
    for item in items:
        if item.id == wanted:
            return item
    raise AwsAnswer("NoSuchEntity", text, 404)


def _utc(when: datetime | None) -> datetime | None:
    return None if when is None else when.astimezone(UTC)


def _virtual_serial(partition: str, account: str, number: int) -> str:
    name = "root-account-mfa-device" + (f"-{number + 1}" if number else "")
    return f"arn:{partition}:iam::{account}:mfa/{name}"
