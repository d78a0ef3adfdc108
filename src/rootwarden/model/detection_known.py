"""What events are held against: what the ledger knows, and what the configuration expects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import IPv4Network, IPv6Network
from types import MappingProxyType

from rootwarden.model.ids import AccountId
from rootwarden.model.recovery_exception import RecoveryException
from rootwarden.model.tasks import RootTask


@dataclass(frozen=True, slots=True)
class LedgerRun:
    """One intent of the ledger and what came of it."""

    id: str
    """The intent's id."""
    operation: str
    """The command, as the ledger names it."""
    caller: str
    """ARN of who ran it."""
    began: datetime
    """When the intent was recorded, before AWS was called."""
    ended: datetime | None
    """When its last outcome was recorded; None where a crash, or a run under way, left none."""
    accounts: frozenset[AccountId] = frozenset()
    tasks: tuple[RootTask, ...] = ()
    """What its root sessions were for; none for a run that opens no session."""
    reason: str | None = None
    ticket: str | None = None
    plan_hash: str | None = None
    exception_id: str | None = None
    access_keys: Mapping[str, AccountId] = field(default_factory=lambda: MappingProxyType({}))
    """The key ids of its root sessions as far as they were recorded, each with its account."""
    request_ids: frozenset[str] = frozenset()
    """AWS request ids of its outcomes."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the ledger tells."""

    runs: tuple[LedgerRun, ...] = ()
    exceptions: tuple[RecoveryException, ...] = ()
    """Open and closed ones."""
    ledger_read: bool = True
    """False where there was no ledger to read: that a session stands in none then says nothing about the session."""


@dataclass(frozen=True, slots=True)
class Suppression:
    """Findings that somebody answers for, until a moment. Everything it names has to hold."""

    rule: str
    owner: str
    reason: str
    until: datetime
    """The moment from which it suppresses nothing."""
    accounts: frozenset[AccountId] = frozenset()
    """All where empty."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What the configuration allows. An empty member allows everything of its kind."""

    principals: frozenset[str] = frozenset()
    """ARNs of roles and users that may call AssumeRoot."""
    accounts: frozenset[AccountId] = frozenset()
    """The accounts root sessions may be opened in."""
    tasks: frozenset[RootTask] = frozenset()
    regions: frozenset[str] = frozenset()
    """Where AssumeRoot may be called, and root may act."""
    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    """Where calls may come from."""
    alert_rules: frozenset[str] = frozenset()
    """The names of the EventBridge rules that alert on root."""
    suppressions: tuple[Suppression, ...] = ()
