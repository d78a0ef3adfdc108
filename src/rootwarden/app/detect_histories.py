"""The event histories that ``--live`` looks into: of the accounts that may open root sessions, and of members where a role is configured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from rootwarden.aws.caller_identity import get_caller
from rootwarden.aws.enabled_regions import enabled_regions
from rootwarden.aws.organizations import Organizations
from rootwarden.detection import watched
from rootwarden.errors import AwsError, NoCredentials, NoRegion, RootwardenError
from rootwarden.model.ids import IAM_SERVICE_PRINCIPAL
from rootwarden.model.log_reading import LogTrouble
from rootwarden.model.organization import AccountState
from rootwarden.model.purpose import PurposeName
from rootwarden.model.reason import local, reason_of
from rootwarden.operations.detect.event_history import History
from rootwarden.sessions.fan_out import fan_out

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rootwarden.app.context import App
    from rootwarden.aws.clients import CallerClients
    from rootwarden.model.ids import AccountId
    from rootwarden.model.log_reading import LogReading, Wanted

_AT_ONCE: Final = 8
_EVERYWHERE: Final = tuple(sorted((*watched.TRAILS, *watched.ALERT_RULES)))
_IN_CONTROL_REGION: Final = tuple(sorted(watched.WATCHED - {*_EVERYWHERE, "AssumeRoot"}))
"""What IAM, Organizations and sign-in record in one Region alone."""


@dataclass(frozen=True, slots=True)
class _Account:
    id: AccountId
    opens_sessions: bool


@dataclass(frozen=True, slots=True)
class _Opened:
    """The histories of one account, and what stood in the way."""

    histories: tuple[History, ...] = ()
    troubles: tuple[LogTrouble, ...] = ()


@dataclass(frozen=True, slots=True)
class _Callers:
    """Who can look into which accounts."""

    app: App
    own: dict[AccountId, CallerClients]
    organizations: Organizations
    management: AccountId

    def openers(self) -> frozenset[AccountId]:
        """The management account and the delegated administrators. Raises AwsError."""
        delegates = self.organizations.delegated_administrators(IAM_SERVICE_PRINCIPAL)
        return frozenset((self.management, *delegates))

    def clients(self, account: AccountId) -> CallerClients | None:
        """Those of a configured caller of the account, else of the configured role in it; None without either."""
        role = self.app.settings.recovery.member_role
        if account in self.own:
            return self.own[account]
        return self.app.member_caller(account, role=role, profile=None) if role else None


def opening_accounts(app: App) -> frozenset[AccountId]:
    """The accounts that AssumeRoot may be called from. Raises RootwardenError where they cannot be asked for."""
    return _callers(app).openers()


def histories(app: App, wanted: Wanted, reading: LogReading) -> Iterator[History]:
    """Every account and Region to look into. What stands in the way is told. Raises AwsError where nobody says which they are."""
    callers = _callers(app)
    openers = callers.openers()
    accounts = [_Account(one, opens_sessions=True) for one in sorted(openers)]
    if app.settings.recovery.member_role is None:
        app.notes.append(
            "member accounts were not looked into: recovery.member_role names no role to look with; what was done in a session is "
            "not seen"
        )
    else:
        members = wanted.accounts or {
            one.id for one in callers.organizations.accounts() if one.state is AccountState.ACTIVE
        }
        accounts += [_Account(one, opens_sessions=False) for one in sorted(members - openers)]
    for found in fan_out(accounts, lambda one: _open(callers, one), at_once=_AT_ONCE):
        for trouble in found.troubles:
            reading.tell(trouble.place, trouble.reason)
        yield from found.histories


def _callers(app: App) -> _Callers:
    """Whoever is configured; one of the two purposes is enough to begin with."""
    own: dict[AccountId, CallerClients] = {}
    missing: RootwardenError | None = None
    for purpose in (PurposeName.DELEGATE, PurposeName.MANAGEMENT_READ):
        try:
            clients = app.caller(purpose)
            own.setdefault(get_caller(clients.client("sts")).account_id, clients)
        except (NoCredentials, NoRegion) as error:
            missing = error
    if missing is not None and not own:
        raise missing
    organizations = Organizations(next(iter(own.values())).client("organizations"))
    organization = organizations.describe()
    app.check_organization(organization.id)
    return _Callers(app, own, organizations, organization.management_account_id)


def _open(callers: _Callers, account: _Account) -> _Opened:
    place = f"account {account.id}"
    try:
        clients = callers.clients(account.id)
        if clients is None:
            why = "AssumeRoot may be called from it, and neither a purpose of the configuration nor recovery.member_role looks there"
            return _Opened(troubles=(LogTrouble(place, local("no_caller", why)),))
        regions, troubles = _regions(callers, clients, place)
    except RootwardenError as error:
        return _Opened(troubles=(LogTrouble(place, reason_of(error)),))
    control = clients.partition.control_region
    found = tuple(
        History(account.id, region, clients, _names(account, in_control=region == control))
        for region in regions
    )
    return _Opened(found, troubles)


def _regions(
    callers: _Callers, clients: CallerClients, place: str
) -> tuple[tuple[str, ...], tuple[LogTrouble, ...]]:
    try:
        return enabled_regions(clients.client("ec2")), ()
    except AwsError as error:
        watched = callers.app.settings.recovery.watch_regions
        known = dict.fromkeys((clients.partition.control_region, clients.region, *watched))
        reason = reason_of(error)
        return tuple(known), (LogTrouble(f"{place}, its other Regions", reason),)


def _names(account: _Account, *, in_control: bool) -> tuple[str, ...]:
    opening = ("AssumeRoot",) if account.opens_sessions else ()
    return (*opening, *_EVERYWHERE, *(_IN_CONTROL_REGION if in_control else ()))
