"""One run of the program: the user's choices, the configuration, and the callers made from them."""

from __future__ import annotations

import dataclasses
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

from rootwarden.app.ledger import open_recorder
from rootwarden.app.organization import KnownOrganization
from rootwarden.aws.assume_role import RoleChoice
from rootwarden.aws.clients import CallerChoice, CallerClients
from rootwarden.aws.endpoints import AWS
from rootwarden.aws.pacing import Limits
from rootwarden.errors import BadInput, WrongOrganization
from rootwarden.ledger.clock import Clock, utc_now
from rootwarden.ledger.recorder import Recorder
from rootwarden.model.authority import ForPlan, ForReading
from rootwarden.model.held_back import HeldBack, together
from rootwarden.model.ids import AccountId
from rootwarden.model.purpose import PurposeName
from rootwarden.model.tasks import RootTask
from rootwarden.sessions.door import RootDoor
from rootwarden.settings import Settings, ignored_in_working_directory, load_settings

VERSION = version("rootwarden")


@dataclass(frozen=True, slots=True)
class Choices:
    """The options every command takes."""

    profile: str | None = None
    region: str | None = None
    endpoint_url: str | None = None
    config: Path | None = None
    reason: str | None = None
    ticket: str | None = None
    ledger: str | None = None


def _say_nothing(_text: str) -> None:
    """Where no front end listens."""


@dataclass(slots=True)
class App:
    """What a command works with. The front end prints ``notes`` and ``problems``: sentences for the user that are not results."""

    choices: Choices
    settings: Settings
    notes: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    """What went wrong beside the result, or must not be overlooked; said to those too who want to hear of errors only."""
    say: Callable[[str], None] = _say_nothing
    """Tells the user something at once: that what begins now will take long."""
    max_rate: int | None = None
    """AssumeRoot calls a second, at most; None leaves it to the configuration."""
    at_once: int | None = None
    """Accounts under work at a time, at most; None leaves it to the configuration."""
    may_ask: bool = True
    """Whether an MFA code may be asked for, where there is a terminal."""
    clock: Clock = utc_now
    """What time it is: ends of exceptions and waivers, and the times of the ledger's entries, go by it."""
    _callers: dict[CallerChoice, CallerClients] = field(default_factory=dict)
    _recorders: dict[CallerClients, Recorder] = field(default_factory=dict)
    _organizations: dict[CallerClients, KnownOrganization] = field(default_factory=dict)

    def caller(self, purpose: PurposeName) -> CallerClients:
        """The clients of the caller for a purpose.

        An explicit profile wins over the purpose's, which wins over AWS's own settings.
        """
        choice, source = self._choice(purpose)
        if choice not in self._callers:
            if source:  # also where it then cannot be used
                self.notes.append(f"using {source}")
            clients = CallerClients(choice, version=VERSION, limits=self._limits())
            self._callers[choice] = clients
            if clients.endpoint != AWS:
                self.say(f"ENDPOINT {clients.endpoint}: this is not AWS.")  # before anything happens there
        return self._callers[choice]

    def member_caller(self, account: AccountId, *, role: str | None, profile: str | None) -> CallerClients:
        """The clients of a reader in a member account: a role of that name there, or a profile with ``{account}`` in its name.

        The role is assumed by the given profile, or by that of the purpose ``member_read``.
        """
        choice, _ = self._choice(PurposeName.MEMBER_READ)
        if profile:
            choice = dataclasses.replace(choice, profile=profile.replace("{account}", account), role=None)
        elif role:
            partition = self.caller(PurposeName.MEMBER_READ).partition.name
            arn = f"arn:{partition}:iam::{account}:role/{role}"
            choice = dataclasses.replace(choice, role=RoleChoice(arn))
        return CallerClients(choice, version=VERSION)

    def reader(self, profile: str) -> CallerClients:
        """The clients of a named profile that only reads."""
        choice, _ = self._choice(PurposeName.MANAGEMENT_READ)
        return CallerClients(dataclasses.replace(choice, profile=profile, role=None), version=VERSION)

    def held_back(self) -> HeldBack | None:
        """The calls that AWS has made wait for some seconds, whoever made them."""
        return together(clients.held_back() for clients in tuple(self._callers.values()))

    @property
    def concurrency(self) -> int:
        """How many accounts are worked on at a time."""
        return self.at_once or self.settings.limits.concurrency

    def _limits(self) -> Limits:
        limits = self.settings.limits
        return Limits(
            concurrency=self.concurrency,
            max_rate=self.max_rate or limits.max_rate,
            patience=limits.patience_seconds,
        )

    def organization(self, clients: CallerClients, *, refresh: bool = False) -> KnownOrganization:
        """What is known of a caller's organization; asked for once in a run. ``refresh`` (of the first call) uses nothing kept."""
        if clients not in self._organizations:
            self._organizations[clients] = KnownOrganization(self, clients, refresh=refresh)
        return self._organizations[clients]

    def recorder(self, clients: CallerClients, organization_id: str) -> Recorder:
        """The ledger's writer for a caller; the same one throughout a run."""
        if clients not in self._recorders:
            self._recorders[clients] = open_recorder(self, clients, organization_id, VERSION)
        return self._recorders[clients]

    def door(self, clients: CallerClients, organization_id: str, *, seconds: int | None = None) -> RootDoor:
        """The way to root sessions for a caller, which last as long as the configuration says unless ``seconds`` does."""
        recorder = self.recorder(clients, organization_id)
        settings = self.settings
        return RootDoor(
            clients,
            recorder,
            region=settings.regions.sts,
            seconds=settings.limits.session_seconds if seconds is None else seconds,
        )

    def for_reading(self, command: str) -> ForReading:
        """The authority to look; the default reason of a reading command is its name."""
        return ForReading(reason=self.choices.reason or command, ticket=self.choices.ticket)

    def for_plan(
        self, plan_hash: str, command: str, tasks: tuple[RootTask, ...] = (RootTask.DELETE,)
    ) -> ForPlan:
        """The authority of a confirmed plan for its tasks; raises BadInput where the configuration requires a reason or ticket."""
        self.require_why(command)
        reason = self.choices.reason or f"{command} of plan {plan_hash[:12]}"
        return ForPlan(plan_hash=plan_hash, reason=reason, ticket=self.choices.ticket, tasks=tasks)

    def require_why(self, command: str) -> None:
        """Raises BadInput when the configuration requires --reason or --ticket and it was not given."""
        require = self.settings.require
        for name, wanted, given in (
            ("reason", require.reason, self.choices.reason),
            ("ticket", require.ticket, self.choices.ticket),
        ):
            if wanted and not (given or "").strip():
                raise BadInput(f"the configuration requires --{name} for {command}", advice=f"Add --{name}.")

    def check_organization(self, organization_id: str) -> None:
        """Raises WrongOrganization when the configuration is for another one."""
        expected = self.settings.organization_id
        if expected and expected != organization_id:
            raise WrongOrganization(
                f"the configuration is for organization {expected}, and the caller belongs to {organization_id}",
                advice="Use a profile of that organization, or another configuration with --config.",
            )

    def _choice(self, purpose: PurposeName) -> tuple[CallerChoice, str]:
        named = None if self.choices.profile else self.settings.purposes.of(purpose)
        role = None
        profile = self.choices.profile
        source = ""
        if named and named.role_arn:
            role = RoleChoice(named.role_arn, named.external_id, named.mfa_serial)
            profile = named.source_profile
            source = f"role {named.role_arn} (purposes.{purpose.value} in the configuration)"
        elif named:
            profile = named.profile
            source = f"profile {profile} (purposes.{purpose.value} in the configuration)"
        choice = CallerChoice(
            profile=profile,
            role=role,
            region=self.choices.region,
            fallback_region=self.settings.region,
            endpoint_url=self.choices.endpoint_url,
            allowed_hosts=self.settings.allowed_endpoints,
            may_ask=self.may_ask,
        )
        return choice, source


def build_app(choices: Choices, *, clock: Clock = utc_now) -> App:
    """The app of one run. Raises ConfigurationError."""
    settings = load_settings(choices.config, os.environ)
    app = App(choices, settings, clock=clock)
    ignored = ignored_in_working_directory(Path.cwd(), settings.source)
    if ignored is not None:
        app.notes.append(
            f"{ignored.name} in the working directory is not used; name it with --config if it is yours"
        )
    return app


def on_terminal() -> bool:
    """Whether somebody can be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()
