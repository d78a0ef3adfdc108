"""An organization of any size whose accounts and root credentials follow from their numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

ORGANIZATION_ID: Final = "o-benchmark01"
ROOT_ID: Final = "r-ab12"
MANAGEMENT: Final = "111111111111"
"""Number 0. The organization is this account and the members, numbers 1 to N."""
DELEGATE: Final = "700000000001"
"""The caller: member number 1."""

_FIRST: Final = 700_000_000_000
_TOP_UNITS: Final = 10
_UNITS_BELOW: Final = 4
_SUSPENDED_EVERY: Final = 250
_KINDS: Final = 6
NEVER: Final = 0
"""For a rule of the kind "every nth account"."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What an organization is to look like."""

    members: int
    holding_every: int = 33
    """Every how manieth account has root credentials; in six kinds that take turns."""
    denied_every: int = NEVER
    """Every how manieth account an SCP shuts off: AssumeRoot is answered with AccessDenied."""
    for_removal: bool = False
    """Every account has a password and an access key, both last used long ago."""


@dataclass(slots=True)
class RootUser:
    """The credentials of an account's root user, as AWS would list them."""

    password: bool = False
    keys: list[tuple[str, str]] = field(default_factory=list)
    """Id and status."""
    certificates: list[tuple[str, str]] = field(default_factory=list)
    devices: list[str] = field(default_factory=list)

    @property
    def can_sign_in(self) -> bool:
        """Whether the command contract calls this account exposed."""
        active = any(status == "Active" for _, status in (*self.keys, *self.certificates))
        return self.password or active

    @property
    def empty(self) -> bool:
        """Whether nothing is there at all."""
        return not (self.password or self.keys or self.certificates or self.devices)


class Organization:
    """The accounts, where they stand, and what their root users hold at the moment."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._changed: dict[int, RootUser] = {}

    def account_id(self, number: int) -> str:
        """The id of the account with a number."""
        return str(_FIRST + number) if number else MANAGEMENT

    def number_of(self, account_id: str) -> int | None:
        """The number of an account, or None where the organization does not have it."""
        if account_id == MANAGEMENT:
            return 0
        number = int(account_id) - _FIRST if account_id.isdigit() else -1
        return number if 1 <= number <= self.plan.members else None

    def is_active(self, number: int) -> bool:
        """Whether the account is not suspended."""
        return number % _SUSPENDED_EVERY != _SUSPENDED_EVERY - 1

    def is_denied(self, number: int) -> bool:
        """Whether an SCP keeps root sessions out of the account."""
        every = self.plan.denied_every
        return every != NEVER and number % every == every // 2

    def root_user(self, number: int) -> RootUser:
        """The root user of an account; what is deleted from it is gone."""
        found = self._changed.get(number)
        if found is None:
            found = _root_user(self.plan, number, self.account_id(number))
            if not found.empty:
                self._changed[number] = found
        return found

    def unit_of(self, number: int) -> str | None:
        """The OU an account is in; None for the root itself."""
        if not number:
            return None
        top = number % _TOP_UNITS
        return unit_id(top, number // _TOP_UNITS % _UNITS_BELOW)

    def accounts_in(self, parent: str) -> range:
        """The numbers of the accounts directly in a root or OU."""
        if parent == ROOT_ID:
            return range(1)
        step = _TOP_UNITS * _UNITS_BELOW
        for first in range(1, step + 1):
            if self.unit_of(first) == parent:
                return range(first, self.plan.members + 1, step)
        return range(0)

    def described(self, number: int) -> dict[str, Any]:
        """An account as Organizations lists it."""
        account = self.account_id(number)
        state = "ACTIVE" if self.is_active(number) else "SUSPENDED"
        return {
            "Id": account,
            "Arn": f"arn:aws:organizations::{MANAGEMENT}:account/{ORGANIZATION_ID}/{account}",
            "Email": f"aws+{number}@example.com",
            "Name": f"Workload {number}" if number else "Management",
            "State": state,
            "Status": state,
            "JoinedMethod": "INVITED" if number % 7 == 0 else "CREATED",
            "JoinedTimestamp": 1_600_000_000 + number,
            "Paths": [self._path_of_ids(number)],
        }

    def truth(self, number: int) -> dict[str, Any]:
        """What a report about the account has to say."""
        user = self.root_user(number)
        described = self.described(number)
        if not number or not self.is_active(number):
            outcome = "skipped"
        elif self.is_denied(number):
            outcome = "unreachable"
        elif user.can_sign_in:
            outcome = "exposed"
        else:
            outcome = "clean" if user.empty else "leftover"
        return {
            "id": described["Id"],
            "name": described["Name"],
            "email": described["Email"],
            "ou_path": self._path_of_names(number),
            "state": described["State"],
            "outcome": outcome,
            "password": user.password,
            "access_keys": sorted(key for key, _ in user.keys),
            "signing_certificates": sorted(one for one, _ in user.certificates),
            "mfa_devices": sorted(user.devices),
        }

    def _path_of_ids(self, number: int) -> str:
        account = self.account_id(number)
        unit = self.unit_of(number)
        above = f"{top_of(unit)}/{unit}/" if unit else ""
        return f"{ORGANIZATION_ID}/{ROOT_ID}/{above}{account}/"

    def _path_of_names(self, number: int) -> str:
        unit = self.unit_of(number)
        return f"/{unit_name(top_of(unit))}/{unit_name(unit)}" if unit else "/"


def unit_id(top: int, below: int | None = None) -> str:
    """The id of an OU: one of those at the top, or one below it."""
    return f"ou-ab12-top{top:05d}" if below is None else f"ou-ab12-low{top:03d}{below:02d}"


def top_of(unit: str) -> str:
    """The id of the OU above one of the lower OUs."""
    return unit_id(int(unit[-5:-2]))


def unit_name(unit: str) -> str:
    """What an OU is called."""
    number = int(unit[-5:])
    return f"Division {number}" if "top" in unit else f"Team {number}"


def units_in(parent: str) -> list[tuple[str, str]]:
    """Id and name of the OUs directly in a root or OU."""
    if parent == ROOT_ID:
        found = [unit_id(top) for top in range(_TOP_UNITS)]
    elif "top" in parent:
        found = [unit_id(int(parent[-5:]), below) for below in range(_UNITS_BELOW)]
    else:
        found = []
    return [(one, unit_name(one)) for one in found]


def _root_user(plan: Plan, number: int, account: str) -> RootUser:
    key, certificate = f"AKIA{number:016d}", f"CERT{number:028d}"
    if plan.for_removal:
        return RootUser(password=True, keys=[(key, "Active")]) if number else RootUser()
    every = plan.holding_every
    if not number or every == NEVER or number % every:
        return RootUser()
    device = f"arn:aws:iam::{account}:mfa/root-account-mfa-device"
    return (
        RootUser(password=True),
        RootUser(keys=[(key, "Active")]),
        RootUser(password=True, keys=[(key, "Active")], devices=[device]),
        RootUser(keys=[(key, "Inactive")], devices=[device]),
        RootUser(certificates=[(certificate, "Active")]),
        RootUser(keys=[(key, "Active"), (f"AKIB{number:016d}", "Inactive")]),
    )[number // every % _KINDS]
