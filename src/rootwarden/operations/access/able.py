"""Those who can open root sessions, as others could become them. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rootwarden.model.access import Can
from rootwarden.operations.access.asking import context_of
from rootwarden.operations.access.spread import Spread
from rootwarden.operations.access.trusts import ASSUME, admits, covers
from rootwarden.policy.document import Effect
from rootwarden.policy.keys import named_keys

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

    from rootwarden.operations.access.people import Person


@dataclass(frozen=True, slots=True)
class _Door:
    """Whom a role's trust policy can be about, without a match."""

    accounts: frozenset[str]
    arns: frozenset[str]
    open: bool
    """Whether it may be about anybody."""
    plain: bool
    """Whether it has neither conditions nor a Deny."""
    keys: frozenset[str]
    services: frozenset[str]


@dataclass(slots=True)
class Roles:
    """A list of roles, and who gets into them."""

    people: tuple[Person, ...]
    organization_id: str
    spread: Spread = field(init=False)
    _doors: tuple[_Door, ...] = field(init=False)
    _by_name: dict[str, list[int]] = field(default_factory=dict)
    _open: list[int] = field(default_factory=list)
    _kept: dict[Hashable, frozenset[int]] = field(default_factory=dict)
    _answers: dict[Hashable, tuple[Can, bool] | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.spread = Spread(tuple(one.holder.arn for one in self.people))
        self._doors = tuple(map(_door, self.people))
        for position, door in enumerate(self._doors):
            for arn in door.arns:
                self._by_name.setdefault(arn, []).append(position)
            if door.open:
                self._open.append(position)

    def arns(self, positions: Iterable[int], person: Person) -> list[str]:
        """The ARNs of these roles, without the principal's own."""
        own = person.holder.arn
        return [arn for one in positions if (arn := self.spread.resources[one]) != own]

    def naming(self, person: Person) -> frozenset[int]:
        """The roles that may let a principal in by its own name."""
        return frozenset((*self._by_name.get(person.holder.arn, ()), *self._open))

    def of(self, account: str) -> frozenset[int]:
        """The roles of an account that IAM lets be changed."""
        return self._where(("of", account), lambda role, _: role.holder.account == account and not role.fixed)

    def plainly(self, account: str) -> frozenset[int]:
        """The roles that let in everybody of an account whose own policies do, without any condition."""
        return self._where(
            ("plainly", account), lambda _, door: door.plain and not door.open and account in door.accounts
        )

    def perhaps(self, account: str) -> frozenset[int]:
        """The other roles that name the account: each has to be asked."""
        return self._where(("named", account), lambda _, door: account in door.accounts) - self.plainly(
            account
        )

    def trusting(self, service: str, account: str) -> frozenset[int]:
        """The roles of an account that a service can use."""
        return self._where(
            (service, account),
            lambda role, door: service in door.services and role.holder.account == account,
        )

    def admits(self, position: int, person: Person) -> tuple[Can, bool] | None:
        """Whether a role lets a principal in, as ``trusts.admits``; equal questions are answered once."""
        door, holder = self._doors[position], person.holder
        if door.open or holder.arn in door.arns:
            return admits(self.people[position], person, self.organization_id)
        known = context_of(person, self.organization_id, door.keys) if door.keys else {}
        key = (position, holder.account, tuple((one, known.get(one)) for one in sorted(door.keys)))
        if key not in self._answers:
            self._answers[key] = admits(self.people[position], person, self.organization_id)
        return self._answers[key]

    def _where(self, key: Hashable, holds: Callable[[Person, _Door], bool]) -> frozenset[int]:
        if key not in self._kept:
            pairs = enumerate(zip(self.people, self._doors, strict=True))
            self._kept[key] = frozenset(position for position, (role, door) in pairs if holds(role, door))
        return self._kept[key]


def _door(person: Person) -> _Door:
    accounts: set[str] = set()
    arns: set[str] = set()
    services: set[str] = set()
    is_open, plain = False, True
    trust = person.trust
    for one in trust.statements if trust else ():
        plain = plain and one.statement.effect is Effect.ALLOW and not one.statement.conditions
        if one.statement.effect is not Effect.ALLOW or not covers(one.statement, ASSUME):
            continue
        services |= set(one.services)
        principal = one.statement.principal
        if principal is None or principal.everyone or principal.negated:
            is_open = True
            continue
        accounts |= principal.accounts
        arns |= set(principal.arns)
        is_open |= any("*" in arn or "?" in arn or ":assumed-role/" in arn for arn in principal.arns)
    keys = named_keys(trust.policy) if trust else frozenset()
    return _Door(frozenset(accounts), frozenset(arns), is_open, plain, keys, frozenset(services))
