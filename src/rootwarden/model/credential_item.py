"""Naming root credentials: ``KIND`` for all of a kind, ``KIND:IDENTIFIER`` for one."""

from __future__ import annotations

import difflib
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rootwarden.errors import BadInput
from rootwarden.model.credentials import PRESENT, CredentialKind, MfaDevice

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rootwarden.model.credentials import AccessKey, PresentOnly, RootCredentials, SigningCertificate

PASSWORD_ID = "login-profile"  # noqa: S105 - what stands for the one item that has no identifier of its own


@dataclass(frozen=True, slots=True)
class ItemName:
    """One credential, or all of a kind where ``identifier`` is None."""

    kind: CredentialKind
    identifier: str | None = None
    """Access key id, certificate id or MFA serial; ``login-profile`` for the password."""

    def __str__(self) -> str:
        return self.kind.value if self.identifier is None else f"{self.kind.value}:{self.identifier}"

    def covers(self, other: ItemName) -> bool:
        """Whether the other one is this one, or of the kind this one names as a whole.

        One that is known by its kind only may be any of the kind, so a single one never covers it.
        """
        return self.kind is other.kind and self.identifier in {None, other.identifier}


def item_name(text: str) -> ItemName:
    """The item a text names; raises BadInput with near matches for what is no kind of root credential."""
    word, colon, identifier = text.strip().partition(":")
    if word not in set(CredentialKind):
        close = difflib.get_close_matches(word, list(CredentialKind), n=2, cutoff=0.5)
        raise BadInput(
            f"{text!r} names no root credential",
            advice=f"Did you mean {' or '.join(close)}?" if close else f"The kinds are {_KINDS}.",
        )
    kind = CredentialKind(word)
    if colon and not identifier:
        raise BadInput(f"{text!r} has no identifier", advice=f"Write {word} for all of them.")
    if kind is CredentialKind.PASSWORD:
        if identifier not in {"", PASSWORD_ID}:
            raise BadInput(f"{text!r}: a root user has one password", advice="Write password.")
        return ItemName(kind)
    return ItemName(kind, identifier or None)


def names_known(texts: Iterable[str]) -> tuple[ItemName, ...]:
    """The items texts name, without those of a kind newer than this program, which therefore cover nothing."""
    found = []
    for text in texts:
        with suppress(BadInput):
            found.append(item_name(text))
    return tuple(found)


_KINDS = ", ".join(CredentialKind)


def exposing_items(seen: RootCredentials) -> Iterator[ItemName]:
    """What can sign in, or may: the password, active keys and certificates, and kinds known only from the summary."""
    if seen.password:
        yield ItemName(CredentialKind.PASSWORD, PASSWORD_ID)
    yield from _exposing(CredentialKind.ACCESS_KEYS, seen.access_keys)
    yield from _exposing(CredentialKind.SIGNING_CERTIFICATES, seen.signing_certificates)


def _exposing(
    kind: CredentialKind, items: tuple[AccessKey | SigningCertificate, ...] | PresentOnly | None
) -> Iterator[ItemName]:
    if items is PRESENT:
        # Known only from the summary, an inactive one looks like an active one: the worse case counts.
        yield ItemName(kind)
    elif items is not None:
        yield from (ItemName(kind, one.id) for one in items if one.status.can_sign)


def all_items(seen: RootCredentials) -> tuple[ItemName, ...]:
    """Everything that was seen, whether or not it can sign in; a kind without identifier where only the summary was read."""
    found = [ItemName(CredentialKind.PASSWORD, PASSWORD_ID)] if seen.password else []
    found += _named(CredentialKind.ACCESS_KEYS, seen.access_keys)
    found += _named(CredentialKind.SIGNING_CERTIFICATES, seen.signing_certificates)
    found += _named(CredentialKind.MFA_DEVICES, seen.mfa_devices)
    return tuple(found)


def _named(
    kind: CredentialKind, items: tuple[AccessKey | SigningCertificate | MfaDevice, ...] | PresentOnly | None
) -> list[ItemName]:
    if items is PRESENT:
        return [ItemName(kind)]
    return [ItemName(kind, _identifier(one)) for one in items or ()]


def _identifier(one: AccessKey | SigningCertificate | MfaDevice) -> str:
    return one.serial if isinstance(one, MfaDevice) else one.id
