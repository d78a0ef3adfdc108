"""The whole state of one emulated AWS."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from rootwarden.emulator.clock import Clock
from rootwarden.emulator.cloudtrail.options import RecordsSpec
from rootwarden.emulator.cloudtrail.recorder import CloudTrail
from rootwarden.emulator.credential_report import CredentialReport
from rootwarden.emulator.happenings import Event
from rootwarden.emulator.keyring import Credential, Keyring
from rootwarden.emulator.limits import Buckets
from rootwarden.emulator.org_file import FaultSpec, TrailSpec
from rootwarden.emulator.organization import OrganizationState
from rootwarden.emulator.pauses import Draws, Pauses
from rootwarden.emulator.resource_specs import ContactSpec
from rootwarden.emulator.roles import Role
from rootwarden.emulator.root_user import RootUser
from rootwarden.emulator.stack_sets import StackSets
from rootwarden.model.features import RootFeature


@dataclass(slots=True)
class World:
    """What the handlers read and change, under one lock: a call sees a state, never half of a change."""

    organization: OrganizationState
    root_users: dict[str, RootUser]
    """By account id, the management account's included."""
    clock: Clock
    keyring: Keyring
    profiles: dict[str, Credential]
    """Credentials by profile name: ``emulator-management``, ``emulator-security``, ``emulator-<account id>`` ..."""
    roles: dict[str, Role] = field(default_factory=dict)
    """Roles that can be assumed, by ARN."""
    trails: tuple[TrailSpec, ...] = ()
    records: RecordsSpec = field(default_factory=RecordsSpec)
    """How CloudTrail records."""
    features: set[RootFeature] = field(default_factory=set)
    """Persist, unseen, while trusted access for IAM is off."""
    contacts: dict[str, dict[str, ContactSpec]] = field(default_factory=dict)
    """Alternate contacts by account id and type."""
    credential_reports: dict[str, CredentialReport] = field(default_factory=dict)
    """The last one that was asked for, by account id."""
    settled: set[str] = field(default_factory=set)
    """Accounts whose users and roles moto's IAM has."""
    faults: list[FaultSpec] = field(default_factory=list)
    listeners: list[Callable[[Event], None]] = field(default_factory=list)
    """Called with everything that happens, in its order."""
    regions: set[str] = field(default_factory=set)
    """Switched on, in every account."""
    throttles: bool = False
    """Whether AWS's published rates are enforced."""
    revocation_lags: bool = False
    """Whether AssumeRoot notices late that a delegated administrator or trusted access is gone."""
    buckets: Buckets = field(default_factory=Buckets)
    draws: Draws = field(default_factory=Draws)
    pauses: Pauses = field(default_factory=Pauses)
    lock: threading.RLock = field(default_factory=threading.RLock)
    cloudtrail: CloudTrail = field(init=False)
    """The first of the listeners."""
    stack_sets: StackSets = field(init=False)

    def __post_init__(self) -> None:
        """Lets CloudTrail listen, and StackSets see the organization."""
        self.cloudtrail = CloudTrail(self, self.records)
        self.listeners.insert(0, self.cloudtrail.note)
        self.stack_sets = StackSets(self)

    def happened(self, event: Event) -> None:
        """Tells the listeners. The caller holds the lock."""
        for listener in self.listeners:
            listener(event)
