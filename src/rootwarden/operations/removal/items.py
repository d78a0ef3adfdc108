"""The items of a root user, in the order they go. Pure."""

from __future__ import annotations

from typing import TypeVar, assert_never

from rootwarden.model.credential_item import PASSWORD_ID
from rootwarden.model.credentials import PRESENT, CredentialKind, PresentOnly, RootCredentials
from rootwarden.model.removal import RemovalItem

T = TypeVar("T")


def items_of(seen: RootCredentials) -> tuple[RemovalItem, ...]:
    """What was seen, item by item: the password first and MFA last, so that no password is ever without its MFA."""
    items: list[RemovalItem] = []
    if seen.password:
        items.append(
            RemovalItem(
                CredentialKind.PASSWORD,
                PASSWORD_ID,
                created=seen.password_created,
                last_use=seen.password_last_use,
            )
        )
    items += [
        RemovalItem(CredentialKind.ACCESS_KEYS, key.id, key.status.value, key.created, key.last_use)
        for key in listed(seen.access_keys)
    ]
    items += [
        RemovalItem(CredentialKind.SIGNING_CERTIFICATES, one.id, one.status.value, one.created)
        for one in listed(seen.signing_certificates)
    ]
    items += [
        RemovalItem(CredentialKind.MFA_DEVICES, one.serial, created=one.enabled)
        for one in listed(seen.mfa_devices)
    ]
    return tuple(items)


def listed(items: tuple[T, ...] | PresentOnly | None) -> tuple[T, ...]:
    """The items, where they were read one by one."""
    return () if items is None or items is PRESENT else items


def is_listed(kind: CredentialKind, seen: RootCredentials) -> bool:
    """Whether it is known which items of a kind there are: that there are some is not enough."""
    match kind:
        case CredentialKind.PASSWORD:
            return seen.password is not None
        case CredentialKind.ACCESS_KEYS:
            return isinstance(seen.access_keys, tuple)
        case CredentialKind.SIGNING_CERTIFICATES:
            return isinstance(seen.signing_certificates, tuple)
        case CredentialKind.MFA_DEVICES:
            return isinstance(seen.mfa_devices, tuple)
        case _:
            assert_never(kind)
