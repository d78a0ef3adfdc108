"""StackSets with service-managed permissions: the stacks they keep in the accounts of OUs, those that join included.

A stack is made in moto when somebody looks into its account and Region, so that a StackSet over thousands of accounts costs nothing
until then. https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-orgs-manage-auto-deployment.html
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from datetime import datetime

    from rootwarden.emulator.tree import Account, Container
    from rootwarden.emulator.world import World

PRINCIPAL: Final = "member.org.stacksets.cloudformation.amazonaws.com"
"""The service that trusted access is given to."""
_SUSPENDED: Final = "SKIPPED_SUSPENDED_ACCOUNT"

Place = tuple[str, str]
"""An account and a Region."""


@dataclass(slots=True)
class Instance:
    """What a StackSet has, or failed to have, in one account and Region."""

    unit: str
    """The target it is there because of: the organization's root or an OU."""
    version: int
    """The version of the StackSet it is to be of."""
    failure: tuple[str, str] | None = None
    """AWS's detailed status and reason, where there is no stack."""
    stack: str | None = None
    """The stack's id, once moto has it."""
    made: int | None = None
    """The version moto's stack is of."""
    operation: str = ""


@dataclass(slots=True)
class Operation:
    """One operation; it is over when it has been looked at twice."""

    id: str
    action: str
    begun: datetime
    places: tuple[Place, ...]
    failed: dict[Place, str] = field(default_factory=dict)
    looks: int = 0
    stopped: bool = False
    """Whether more failed than was tolerated."""

    @property
    def status(self) -> str:
        """AWS's word."""
        if self.looks < 1:
            return "RUNNING"
        return "FAILED" if self.stopped else "SUCCEEDED"


@dataclass(slots=True)
class StackSet:
    """One StackSet."""

    name: str
    id: str
    template: str
    parameters: dict[str, str]
    capabilities: tuple[str, ...]
    description: str
    auto_deployment: bool
    retain: bool
    version: int = 1
    targets: dict[str, set[str]] = field(default_factory=dict)
    """Regions by the organization's root or OU."""
    instances: dict[Place, Instance] = field(default_factory=dict)
    operations: dict[str, Operation] = field(default_factory=dict)

    def running(self) -> Operation | None:
        """The operation that is under way."""
        return next((one for one in self.operations.values() if one.status == "RUNNING"), None)


class StackSets:
    """The StackSets of the organization. The caller holds the world's lock."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.by_name: dict[str, StackSet] = {}
        self._gone: list[tuple[Place, str]] = []
        """Stacks that moto still has and that are to go, by place and id."""

    def begin(self, one: StackSet, action: str, places: Iterable[Place], *, tolerated: int = 0) -> Operation:
        """Does the work of an operation on places, whose instances say what is wanted there, and keeps it."""
        found = Operation(str(uuid.uuid4()), action, self._world.clock.now(), tuple(places))
        regions: dict[str, int] = {}
        for account, region in found.places:
            instance = one.instances.get((account, region))
            if instance is None:
                continue
            instance.operation = found.id
            if not found.stopped:
                instance.version = one.version
                instance.failure = self._failure(account, region)
            elif instance.made != one.version:
                instance.failure = ("CANCELLED", "Cancelled since failure tolerance has exceeded")
            if instance.failure and instance.failure[0] != _SUSPENDED:
                found.failed[account, region] = instance.failure[1]
                regions[region] = regions.get(region, 0) + 1
                found.stopped = found.stopped or regions[region] > tolerated
        one.operations[found.id] = found
        return found

    def accounts_in(self, unit: str) -> Iterator[Account]:
        """The accounts in and below a target, but the management account, where no StackSet deploys."""
        organization = self._world.organization
        above = organization.containers.get(unit)
        if above is not None:
            for account in _below(above):
                if account.id != organization.management_account_id:
                    yield account

    def settle(self) -> None:
        """Accounts that joined a target since get its stacks, and those that left lose theirs."""
        organization = self._world.organization
        for one in self.by_name.values():
            if not (one.auto_deployment and organization.trusts(PRINCIPAL)):
                continue
            wanted = self._wanted(one)
            for place, unit in wanted.items():
                if place not in one.instances:
                    one.instances[place] = Instance(unit, one.version, self._failure(*place))
            for place in [place for place in one.instances if place not in wanted]:
                self.remove(one, place, retain=one.retain)

    def _wanted(self, one: StackSet) -> dict[Place, str]:
        return {
            (account.id, region): unit
            for unit, regions in one.targets.items()
            for account in self.accounts_in(unit)
            for region in sorted(regions)
        }

    def remove(self, one: StackSet, place: Place, *, retain: bool) -> None:
        """An instance goes, with its stack unless that is retained."""
        gone = one.instances.pop(place, None)
        if gone is not None and gone.stack is not None and not retain:
            self._gone.append((place, gone.stack))

    def realise(self, account: str, region: str | None) -> None:
        """Makes, changes and deletes moto's stacks in an account, in one Region or in all."""
        if not (self.by_name or self._gone):
            return
        self.settle()
        for place, stack in [one for one in self._gone if _is_at(one[0], account, region)]:
            _backend(place).delete_stack(stack)
            self._gone.remove((place, stack))
        for one in self.by_name.values():
            for place, instance in one.instances.items():
                if (
                    _is_at(place, account, region)
                    and not instance.failure
                    and instance.made != instance.version
                ):
                    self._make(one, place, instance)

    def _make(self, one: StackSet, place: Place, instance: Instance) -> None:
        backend = _backend(place)
        if instance.stack is None:
            name = f"StackSet-{one.name}-{uuid.uuid4()}"
            instance.stack = str(backend.create_stack(name, one.template, dict(one.parameters)).stack_id)
        else:
            backend.update_stack(instance.stack, one.template, None, described(one.parameters), None)
        instance.made = instance.version

    def _failure(self, account: str, region: str) -> tuple[str, str] | None:
        found = self._world.organization.account(account)
        if found is not None and found.state != "ACTIVE":
            return _SUSPENDED, f"Account {account} is not active"  # text inferred
        if region not in self._world.regions:
            return "FAILED", f"Region {region} is not enabled in account {account}"  # text inferred
        return None


def _below(container: Container) -> Iterator[Account]:
    yield from container.accounts.values()
    for unit in container.units.values():
        yield from _below(unit)


def _is_at(place: Place, account: str, region: str | None) -> bool:
    return place[0] == account and region in (None, place[1])


def _backend(place: Place) -> Any:
    from moto.cloudformation import cloudformation_backends  # noqa: PLC0415 - loads thirty megabytes

    return cloudformation_backends[place[0]][place[1]]


def described(one: Mapping[str, str]) -> list[dict[str, str]]:
    """Parameters as CloudFormation writes them."""
    return [{"ParameterKey": key, "ParameterValue": value} for key, value in sorted(one.items())]
