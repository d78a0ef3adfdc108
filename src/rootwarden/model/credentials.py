"""What an account's root user holds, and how much of it was seen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, StrEnum


class CredentialKind(StrEnum):
    """The four kinds of root credentials, in the words of the command line."""

    PASSWORD = "password"  # noqa: S105 - the name of a kind, not a secret
    ACCESS_KEYS = "access-keys"
    SIGNING_CERTIFICATES = "signing-certificates"
    MFA_DEVICES = "mfa-devices"


class ItemStatus(StrEnum):
    """Status of an access key or a signing certificate."""

    ACTIVE = "Active"
    INACTIVE = "Inactive"
    EXPIRED = "Expired"
    UNKNOWN = "Unknown"
    """A word newer than this program."""

    @property
    def can_sign(self) -> bool:
        """Whether requests can be signed with it; what a new word means is not known, so the worse case counts."""
        return self not in {ItemStatus.INACTIVE, ItemStatus.EXPIRED}


@dataclass(frozen=True, slots=True)
class LastUse:
    """AWS's last-use data for an access key or the password, which lags; ``when`` None means no use on record."""

    when: datetime | None
    service: str | None = None
    region: str | None = None


@dataclass(frozen=True, slots=True)
class AccessKey:
    """A root access key. ``last_use`` None means it was not read."""

    id: str
    status: ItemStatus
    created: datetime | None = None
    last_use: LastUse | None = None


@dataclass(frozen=True, slots=True)
class SigningCertificate:
    """A root X.509 signing certificate."""

    id: str
    status: ItemStatus
    created: datetime | None = None


@dataclass(frozen=True, slots=True)
class MfaDevice:
    """An MFA device assigned to the root user."""

    serial: str
    enabled: datetime | None = None

    @property
    def is_virtual(self) -> bool:
        """Whether it is a virtual device, whose object stays behind when it is deactivated."""
        return ":mfa/" in self.serial


class PresentOnly(Enum):
    """GetAccountSummary says there are some; their details were not read."""

    PRESENT = "present"


PRESENT = PresentOnly.PRESENT


@dataclass(frozen=True, slots=True)
class RootCredentials:
    """What was seen of one root user. None means not read, never "none there"; an empty tuple means none there."""

    password: bool | None = None
    access_keys: tuple[AccessKey, ...] | PresentOnly | None = None
    signing_certificates: tuple[SigningCertificate, ...] | PresentOnly | None = None
    mfa_devices: tuple[MfaDevice, ...] | PresentOnly | None = None
    password_last_use: LastUse | None = None
    """From GetUser; None means not read."""
    password_created: datetime | None = None
    """CreateDate of the login profile, which opening password recovery also sets."""

    @property
    def all_read(self) -> bool:
        """Whether all four kinds were read."""
        kinds = (self.password, self.access_keys, self.signing_certificates, self.mfa_devices)
        return all(kind is not None for kind in kinds)

    @property
    def none_left(self) -> bool:
        """Whether all four kinds were read and none is there."""
        return self.password is False and all(
            kind == () for kind in (self.access_keys, self.signing_certificates, self.mfa_devices)
        )
