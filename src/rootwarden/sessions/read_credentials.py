"""Looking at a root user's credentials inside an open session. What cannot be read is never taken for absent."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, TypeVar, assert_never

from rootwarden.errors import AwsError, CredentialsExpired
from rootwarden.model.audit import Conflict, Details, RootReading
from rootwarden.model.credentials import PRESENT, AccessKey, CredentialKind, PresentOnly, RootCredentials
from rootwarden.model.reason import Reason, reason_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from rootwarden.aws.root_credentials import RootCredentialsApi, SummaryFlags
    from rootwarden.model.removal import RemovalItem

T = TypeVar("T")


def read_summary_first(api: RootCredentialsApi, details: Details) -> RootReading:
    """Reads the account summary, then the details the choice asks for. For a session with the audit task.

    Raises AwsError when the summary itself cannot be read: then nothing was seen.
    """
    flags = api.summary()
    look = _Look(api)
    password, kinds = flags.password, _known_from(flags)
    wanted = {kind: _wants_details(details, present) for kind, present in kinds.items()}
    credentials = RootCredentials(
        password=look.password(password) if wanted[CredentialKind.PASSWORD] else password,
        access_keys=_items(look, look.access_keys, flags.access_keys, wanted[CredentialKind.ACCESS_KEYS]),
        signing_certificates=_items(
            look,
            api.signing_certificates,
            flags.signing_certificates,
            wanted[CredentialKind.SIGNING_CERTIFICATES],
        ),
        mfa_devices=_items(look, api.mfa_devices, flags.mfa, wanted[CredentialKind.MFA_DEVICES]),
        password_last_use=look.or_none(api.password_last_use)
        if details is not Details.NEVER and password
        else None,
        password_created=look.password_created,
    )
    return RootReading(credentials, conflicts=_conflicts(flags, credentials), problems=tuple(look.problems))


def read_all(api: RootCredentialsApi) -> RootReading:
    """Reads all four kinds with their last use, without the summary, which only the audit task may ask for."""
    look = _Look(api)
    password = look.password(None)
    credentials = RootCredentials(
        password=password,
        access_keys=look.or_none(look.access_keys),
        signing_certificates=look.or_none(api.signing_certificates),
        mfa_devices=look.or_none(api.mfa_devices),
        password_last_use=look.or_none(api.password_last_use) if password else None,
        password_created=look.password_created,
    )
    return RootReading(credentials, problems=tuple(look.problems))


def read_again(api: RootCredentialsApi, item: RemovalItem, *, last_use: bool) -> RootCredentials:
    """Reads the kind one item belongs to, just before it is deleted; for an MFA device the password too, which it guards.

    ``last_use`` asks for the item's last use; where that cannot be read, it stays None. Raises AwsError when the kind itself cannot
    be read.
    """
    match item.kind:
        case CredentialKind.PASSWORD:
            profile = api.login_profile()
            use = _or_unknown(api.password_last_use) if last_use and profile else None
            return RootCredentials(
                password=profile is not None,
                password_created=profile.created if profile else None,
                password_last_use=use,
            )
        case CredentialKind.ACCESS_KEYS:
            keys = api.access_keys()
            if last_use:
                keys = tuple(_used(api, key) if key.id == item.identifier else key for key in keys)
            return RootCredentials(access_keys=keys)
        case CredentialKind.SIGNING_CERTIFICATES:
            return RootCredentials(signing_certificates=api.signing_certificates())
        case CredentialKind.MFA_DEVICES:
            return RootCredentials(password=api.login_profile() is not None, mfa_devices=api.mfa_devices())
        case _:
            assert_never(item.kind)


def _used(api: RootCredentialsApi, key: AccessKey) -> AccessKey:
    return dataclasses.replace(key, last_use=_or_unknown(lambda: api.access_key_last_use(key.id)))


def _or_unknown(read: Callable[[], T]) -> T | None:
    """What was read, or None; that the session is over is no answer at all, and is raised."""
    try:
        return read()
    except CredentialsExpired:
        raise
    except AwsError:
        return None


class _Look:
    """Makes reads one by one and keeps the answers of those that failed."""

    def __init__(self, api: RootCredentialsApi) -> None:
        self._api = api
        self.problems: list[Reason] = []
        self.password_created: datetime | None = None

    def or_none(self, read: Callable[[], T]) -> T | None:
        try:
            return read()
        except AwsError as error:
            self.problems.append(reason_of(error))
            return None

    def password(self, known: bool | None) -> bool | None:
        """Whether there is a login profile; what the summary said where the profile cannot be read."""
        failed_before = len(self.problems)
        profile = self.or_none(self._api.login_profile)
        if len(self.problems) > failed_before:
            return known
        self.password_created = profile.created if profile else None
        return profile is not None

    def access_keys(self) -> tuple[AccessKey, ...]:
        return tuple(self._with_last_use(key) for key in self._api.access_keys())

    def _with_last_use(self, key: AccessKey) -> AccessKey:
        last_use = self.or_none(lambda: self._api.access_key_last_use(key.id))
        return dataclasses.replace(key, last_use=last_use)


def _known_from(flags: SummaryFlags) -> dict[CredentialKind, bool | None]:
    return {
        CredentialKind.PASSWORD: flags.password,
        CredentialKind.ACCESS_KEYS: flags.access_keys,
        CredentialKind.SIGNING_CERTIFICATES: flags.signing_certificates,
        CredentialKind.MFA_DEVICES: flags.mfa,
    }


def _wants_details(details: Details, present: bool | None) -> bool:
    # A key that the summary lacks (None) says nothing, so it is looked up even where only the summary was asked for.
    return details is Details.ALWAYS or present is None or (details is Details.AUTO and present)


def _items(
    look: _Look, read: Callable[[], tuple[T, ...]], present: bool | None, wanted: bool
) -> tuple[T, ...] | PresentOnly | None:
    found = look.or_none(read) if wanted else None
    if found is not None:
        return found
    if present is None:
        return None
    return PRESENT if present else ()


def _conflicts(flags: SummaryFlags, seen: RootCredentials) -> tuple[Conflict, ...]:
    details: dict[CredentialKind, bool | None] = {
        CredentialKind.PASSWORD: seen.password,
        CredentialKind.ACCESS_KEYS: _any(seen.access_keys),
        CredentialKind.SIGNING_CERTIFICATES: _any(seen.signing_certificates),
        CredentialKind.MFA_DEVICES: _any(seen.mfa_devices),
    }
    return tuple(
        Conflict(
            kind,
            f"the summary says {'present' if said else 'none'}, the details say {'present' if found else 'none'}",
        )
        for kind, said in _known_from(flags).items()
        if said is not None and (found := details[kind]) is not None and found != said
    )


def _any(items: tuple[object, ...] | PresentOnly | None) -> bool | None:
    return None if items is None else items is PRESENT or bool(items)
