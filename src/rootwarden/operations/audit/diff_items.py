"""Which credentials of a root user came, went or changed between two looks. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rootwarden.model.credentials import (
    PRESENT,
    AccessKey,
    CredentialKind,
    MfaDevice,
    PresentOnly,
    SigningCertificate,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rootwarden.model.credentials import LastUse, RootCredentials

_Item = AccessKey | SigningCertificate | MfaDevice
_Items = tuple[AccessKey, ...] | tuple[SigningCertificate, ...] | tuple[MfaDevice, ...] | PresentOnly | None


def changes_of(before: RootCredentials, after: RootCredentials) -> Iterator[str]:
    """Each change in words, as far as both looks read the kind."""
    if before.password is not None and after.password is not None:
        if before.password != after.password:
            yield "password added" if after.password else "password gone"
        elif _used_since(before.password_last_use, after.password_last_use):
            yield "password used"
    yield from _kind(CredentialKind.ACCESS_KEYS, before.access_keys, after.access_keys)
    yield from _kind(
        CredentialKind.SIGNING_CERTIFICATES, before.signing_certificates, after.signing_certificates
    )
    yield from _kind(CredentialKind.MFA_DEVICES, before.mfa_devices, after.mfa_devices)


def _kind(kind: CredentialKind, before: _Items, after: _Items) -> Iterator[str]:
    if before is None or after is None:
        return
    if before is PRESENT or after is PRESENT:  # one of them knows only whether there are any
        if (before == ()) != (after == ()):
            yield f"{kind.value} {'gone' if after == () else 'added'}"
        return
    then = {_id(one): one for one in before}
    now = {_id(one): one for one in after}
    yield from (f"{kind.value}:{name} added" for name in now if name not in then)
    yield from (f"{kind.value}:{name} gone" for name in then if name not in now)
    for name, one in now.items():
        if name in then:
            yield from (f"{kind.value}:{name} {change}" for change in _same_item(then[name], one))


def _same_item(before: _Item, after: _Item) -> Iterator[str]:
    if isinstance(before, MfaDevice) or isinstance(after, MfaDevice):
        return
    if before.status is not after.status:
        yield f"{before.status.value} to {after.status.value}"
    if _used_since(_last_use(before), _last_use(after)):
        yield "used"


def _last_use(one: AccessKey | SigningCertificate) -> LastUse | None:
    return one.last_use if isinstance(one, AccessKey) else None


def _used_since(before: LastUse | None, after: LastUse | None) -> bool:
    """Whether AWS has a use on record now that it had not before; what was not read says nothing."""
    if before is None or after is None or after.when is None:
        return False
    return before.when is None or after.when > before.when


def _id(one: _Item) -> str:
    return one.serial if isinstance(one, MfaDevice) else one.id
