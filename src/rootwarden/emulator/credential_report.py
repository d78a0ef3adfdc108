"""The credential report of an account: a row for the root user, and one for every IAM user.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from rootwarden.emulator.root_user import KeyUse

if TYPE_CHECKING:
    from rootwarden.emulator.root_user import RootUser
    from rootwarden.emulator.world import World

KEPT: Final = timedelta(hours=4)
"""A report this young is given out again instead of a new one."""
_KEYS, _CERTIFICATES = 2, 2
_COLUMNS: Final = (
    *("user", "arn", "user_creation_time", "password_enabled", "password_last_used"),
    *("password_last_changed", "password_next_rotation", "mfa_active"),
    *(
        f"access_key_{number}_{what}"
        for number in range(1, _KEYS + 1)
        for what in ("active", "last_rotated", "last_used_date", "last_used_region", "last_used_service")
    ),
    *(
        f"cert_{number}_{what}"
        for number in range(1, _CERTIFICATES + 1)
        for what in ("active", "last_rotated")
    ),
)


@dataclass(slots=True)
class CredentialReport:
    """One report, as of the time it was asked for."""

    generated: datetime
    text: str
    complete: bool = False
    """Whether it was asked for again since: it takes a moment to make."""


@dataclass(frozen=True, slots=True)
class _Key:
    active: bool
    rotated: datetime
    used: KeyUse | None = None


@dataclass(frozen=True, slots=True)
class _Row:
    user: str
    arn: str
    created: datetime
    password: tuple[str, str, str, str]
    """Enabled, last used, last changed, next rotation."""
    mfa: bool
    keys: Sequence[_Key] = ()
    certificates: Sequence[tuple[bool, datetime]] = ()

    def cells(self) -> Iterator[str]:
        yield from (self.user, self.arn, _time(self.created), *self.password, _flag(self.mfa))
        for number in range(_KEYS):
            if number >= len(self.keys):
                yield from ("false", "N/A", "N/A", "N/A", "N/A")
                continue
            key = self.keys[number]
            used = (_time(key.used.when), key.used.region, key.used.service) if key.used else ("N/A",) * 3
            yield from (_flag(key.active), _time(key.rotated), *used)
        for number in range(_CERTIFICATES):
            if number < len(self.certificates):
                active, rotated = self.certificates[number]
                yield from (_flag(active), _time(rotated))
            else:
                yield from ("false", "N/A")


def report_text(world: World, account: str) -> str:
    """The report of an account as it stands now. The caller holds the world's lock."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_COLUMNS)
    writer.writerow(_root_row(world.root_users[account]).cells())
    for row in sorted(_user_rows(world, account), key=lambda one: one.user):
        writer.writerow(row.cells())
    return out.getvalue()


def _root_row(root: RootUser) -> _Row:
    """After CreateLoginProfile ``password_enabled`` was seen to be true; that it is false without one is inferred."""
    if root.login_profile is None:
        password = ("false", "N/A", "N/A", "not_supported")
    else:
        used = _time(root.password_last_used) if root.password_last_used else "no_information"
        password = ("true", used, _time(root.login_profile), "not_supported")
    return _Row(
        user="<root_account>",
        arn=root.arn,
        created=root.created,
        password=password,
        mfa=bool(root.mfa_devices),
        keys=[_Key(key.status == "Active", key.created, key.last_used) for key in root.access_keys],
        certificates=[(one.status == "Active", one.created) for one in root.signing_certificates],
    )


def _user_rows(world: World, account: str) -> Iterator[_Row]:
    """The users of the organization file, with the keys of their profiles, and those made since."""
    from moto.iam import iam_backends  # noqa: PLC0415 - loads thirty megabytes; only this call needs it

    known: dict[str, Any] = {}
    if account in iam_backends:
        known = iam_backends[account][world.organization.partition].users
    long_ago = world.root_users[account].created
    profiles = {
        one.principal.arn: one
        for one in world.profiles.values()
        if one.principal.account == account and ":user/" in one.principal.arn and one.token is None
    }
    for user in known.values():
        keys = [_Key(key.status == "Active", _utc(key.create_date)) for key in user.access_keys]
        if user.arn in profiles:
            keys.insert(0, _Key(active=True, rotated=long_ago))
            del profiles[user.arn]
        yield _Row(
            user=user.name,
            arn=user.arn,
            created=_utc(user.create_date),
            password=("true", "no_information", _time(_utc(user.create_date)), "N/A")
            if user.password
            else ("false", "N/A", "N/A", "N/A"),
            mfa=bool(user.mfa_devices),
            keys=keys,
        )
    for arn in profiles:
        yield _Row(
            user=arn.rpartition("/")[2],
            arn=arn,
            created=long_ago,
            password=("false", "N/A", "N/A", "N/A"),
            mfa=False,
            keys=[_Key(active=True, rotated=long_ago)],
        )


def _utc(when: datetime) -> datetime:
    return when.replace(tzinfo=when.tzinfo or UTC)  # moto's have none


def _time(when: datetime) -> str:
    return when.strftime("%Y-%m-%dT%H:%M:%S+00:00")


def _flag(value: bool) -> str:
    return "true" if value else "false"
