"""Which access key belongs to whom: one index, where moto walks through every account."""

from __future__ import annotations

import itertools
import secrets
from dataclasses import dataclass, field
from datetime import datetime

from rootwarden.model.tasks import RootTask
from rootwarden.policy import Policy


@dataclass(frozen=True, slots=True)
class Principal:
    """Who calls: a user, a role session, an account's root user, or root in a session of AssumeRoot."""

    account: str
    arn: str
    user_id: str
    policies: tuple[Policy, ...] = ()
    """Identity policies; not looked at for a root user, whose access is inherent."""
    boundary: Policy | None = None
    """The permissions boundary; None where none is set."""
    is_root: bool = False
    task: RootTask | None = None
    """The task of a root session; None for everybody else."""
    source_identity: str | None = None


@dataclass(frozen=True, slots=True)
class Credential:
    """One set of keys. ``token`` and ``expires`` belong to temporary ones."""

    access_key_id: str
    secret_access_key: str
    principal: Principal
    token: str | None = None
    expires: datetime | None = None


@dataclass(slots=True)
class Keyring:
    """All credentials the emulator has given out, by access key id.

    The ids carry digits that AWS never uses (its ids are base32), so AWS rejects every one of them.
    """

    _by_id: dict[str, Credential] = field(default_factory=dict)
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def issue(
        self, principal: Principal, *, expires: datetime | None = None, access_key_id: str | None = None
    ) -> Credential:
        """New keys: long-term ones, or temporary ones with a token when ``expires`` is given; the id is made up."""
        prefix = "AKIA" if expires is None else "ASIA"
        credential = Credential(
            access_key_id=access_key_id or f"{prefix}01EMULATED{next(self._numbers):06d}",
            secret_access_key="emulated/" + secrets.token_urlsafe(24)[:31],
            principal=principal,
            token=None if expires is None else "emulated-" + secrets.token_urlsafe(120),
            expires=expires,
        )
        self._by_id[credential.access_key_id] = credential
        return credential

    def find(self, access_key_id: str) -> Credential | None:
        """The credential of an access key id, expired ones included."""
        return self._by_id.get(access_key_id)
