"""The emulated organization: its tree, accounts and policies, trusted services and delegated administrators.

Held in indexes of our own: moto walks through all accounts for most questions, and gives every account it makes an IAM
backend, which takes a second and 30 MB each.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from rootwarden.emulator.tree import Account, Container, OrganizationPolicy, StandaloneAccount, Target
from rootwarden.policy import Level

SCP = "SERVICE_CONTROL_POLICY"
RCP = "RESOURCE_CONTROL_POLICY"


@dataclass(slots=True, kw_only=True)
class OrganizationState:
    """One organization. The caller holds the world's lock."""

    id: str
    partition: str
    management_account_id: str
    feature_set: str
    root: Container
    containers: dict[str, Container] = field(default_factory=dict)
    """The root and every OU, by id."""
    accounts: dict[str, Account] = field(default_factory=dict)
    """In the order they joined."""
    standalone: dict[str, StandaloneAccount] = field(default_factory=dict)
    """Accounts of this AWS that belong to no organization."""
    policies: dict[str, OrganizationPolicy] = field(default_factory=dict)
    policy_types: set[str] = field(default_factory=set)
    """Enabled on the root; SCPs and RCPs have no effect while theirs is not."""
    trusted: dict[str, datetime] = field(default_factory=dict)
    """Services with trusted access, by principal, with the time it was enabled."""
    delegates: dict[str, dict[str, datetime]] = field(default_factory=dict)
    """By service principal: the delegated administrators' account ids, with the time of their registration."""
    untrusted: dict[str, datetime] = field(default_factory=dict)
    """When trusted access was removed, by service principal."""
    deregistered: dict[tuple[str, str], datetime] = field(default_factory=dict)
    """When a delegated administrator was de-registered, by service principal and account id."""
    delegates_per_service: int | None = None
    """AWS's limit differs by service, and the one for IAM is not published: None means there is none."""
    resource_policy: str | None = None
    """What the organization's resource policy says; None where there is none."""
    create_requests: dict[str, str] = field(default_factory=dict)
    """Account ids by the id of the request that created them."""

    # -- what the other services ask -----------------------------------------------------------------------------------

    def account(self, account_id: str) -> Account | None:
        """The account, or None where it is not in the organization."""
        return self.accounts.get(account_id)

    def trusts(self, service_principal: str) -> bool:
        """Whether trusted access is on for a service."""
        return service_principal in self.trusted

    def is_delegate(self, account_id: str, service_principal: str) -> bool:
        """Whether an account is delegated administrator for a service."""
        return account_id in self.delegates.get(service_principal, {})

    def is_delegate_of_any(self, account_id: str) -> bool:
        """Whether an account is delegated administrator for some service, which opens the organization's read calls."""
        return any(account_id in accounts for accounts in self.delegates.values())

    def scp_levels(self, account_id: str) -> tuple[Level, ...]:
        """The SCPs that bind an account: root, each OU, account. None bind the management account."""
        return self._levels(account_id, SCP)

    def rcp_levels(self, account_id: str) -> tuple[Level, ...]:
        """The RCPs that bind an account's resources: root, each OU, account."""
        return self._levels(account_id, RCP)

    def _levels(self, account_id: str, policy_type: str) -> tuple[Level, ...]:
        account = self.accounts.get(account_id)
        if (
            account is None
            or account_id == self.management_account_id
            or policy_type not in self.policy_types
        ):
            return ()
        return tuple(
            Level(
                target=f"{target.id} ({target.name})",
                policies=tuple(p.parsed() for p in target.policies if p.type == policy_type),
            )
            for target in self.lineage(account)
        )

    # -- the tree ------------------------------------------------------------------------------------------------------

    def lineage(self, target: Target) -> tuple[Target, ...]:
        """The way from the root down to a target, both included."""
        up: list[Target] = [target]
        while up[-1].parent is not None:
            up.append(up[-1].parent)
        return tuple(reversed(up))

    def target(self, target_id: str) -> Target | None:
        """The root, OU or account with an id."""
        return self.containers.get(target_id) or self.accounts.get(target_id)

    def targets(self) -> Iterator[Target]:
        """The root, every OU and every account."""
        return itertools.chain(self.containers.values(), self.accounts.values())

    def path_of_names(self, container: Container) -> str:
        """``/`` for the root, ``/Workloads/Production`` for an OU."""
        return "/" + "/".join(one.name for one in self.lineage(container)[1:])

    def add_container(self, name: str, parent: Container) -> Container:
        """A new OU, with the full-access policies that AWS attaches to it."""
        seed = f"{self.path_of_names(parent)}/{name}"
        prefix = f"ou-{self.root.id.removeprefix('r-')}-"
        ou = Container(id=self._free_id(prefix, seed), name=name, parent=parent)
        parent.units[ou.id] = ou
        self.containers[ou.id] = ou
        self.attach_defaults(ou)
        return ou

    def remove_container(self, unit: Container) -> None:
        """An empty OU goes, and what was attached to it is detached."""
        for policy in tuple(unit.policies):
            self.detach(policy, unit)
        if unit.parent is not None:
            del unit.parent.units[unit.id]
        del self.containers[unit.id]

    def add_account(self, account: Account, parent: Container) -> Account:
        """An account joins, with the full-access policies that AWS attaches to it."""
        account.parent = parent
        parent.accounts[account.id] = account
        self.accounts[account.id] = account
        self.attach_defaults(account)
        return account

    def move_account(self, account: Account, parent: Container) -> None:
        """An account moves to another OU or to the root."""
        if account.parent is not None:
            del account.parent.accounts[account.id]
        account.parent = parent
        parent.accounts[account.id] = account

    def remove_account(self, account: Account) -> None:
        """An account leaves, and stands alone from then on."""
        if account.parent is not None:
            del account.parent.accounts[account.id]
        for policy in tuple(account.policies):
            self.detach(policy, account)
        del self.accounts[account.id]
        self.standalone[account.id] = StandaloneAccount(account.id, account.name, account.email)

    # -- policies ------------------------------------------------------------------------------------------------------

    def add_policy(
        self, name: str, policy_type: str, content: str, description: str = ""
    ) -> OrganizationPolicy:
        """A new customer-managed policy, attached to nothing."""
        policy = OrganizationPolicy(
            id=self._free_id("p-", f"{policy_type}/{name}"),
            name=name,
            type=policy_type,
            content=content,
            description=description,
        )
        self.policies[policy.id] = policy
        return policy

    def attach(self, policy: OrganizationPolicy, target: Target) -> None:
        """Attaches a policy to the root, an OU or an account."""
        target.policies.append(policy)
        policy.targets[target.id] = target

    def detach(self, policy: OrganizationPolicy, target: Target) -> None:
        """The way back from attach."""
        target.policies.remove(policy)
        del policy.targets[target.id]

    def enable_policy_type(self, policy_type: str) -> None:
        """Switches a type on; its full-access policy then hangs on the root, every OU and every account."""
        self.policy_types.add(policy_type)
        for policy in self.policies.values():
            if policy.aws_managed and policy.type == policy_type:
                for target in self.targets():
                    self.attach(policy, target)

    def disable_policy_type(self, policy_type: str) -> None:
        """Switches a type off, which detaches all its policies from everything."""
        self.policy_types.discard(policy_type)
        for policy in self.policies.values():
            if policy.type == policy_type:
                for target in tuple(policy.targets.values()):
                    self.detach(policy, target)

    def attach_defaults(self, target: Target) -> None:
        """Attaches AWS's full-access policies of the enabled types."""
        for policy in self.policies.values():
            if policy.aws_managed and policy.type in self.policy_types:
                self.attach(policy, target)

    # -- names ---------------------------------------------------------------------------------------------------------

    def arn(self, thing: Target | OrganizationPolicy) -> str:
        """The ARN of the root, an OU, an account or a policy."""
        owner = f"arn:{self.partition}:organizations::{self.management_account_id}"
        if isinstance(thing, OrganizationPolicy):
            kind = thing.type.lower()
            if thing.aws_managed:
                return f"arn:{self.partition}:organizations::aws:policy/{kind}/{thing.id}"
            return f"{owner}:policy/{self.id}/{kind}/{thing.id}"
        kind = "account" if isinstance(thing, Account) else "ou" if thing.parent else "root"
        return f"{owner}:{kind}/{self.id}/{thing.id}"

    def path_of_ids(self, target: Target) -> str:
        """``o-…/r-…/ou-…/``, with the account's id at the end for an account."""
        return "/".join((self.id, *(one.id for one in self.lineage(target)), ""))

    def _free_id(self, prefix: str, seed: str) -> str:
        for attempt in itertools.count():
            found = prefix + short_hash(f"{self.id}{seed}{attempt or ''}", 8)
            if found not in self.containers and found not in self.policies:
                return found
        raise AssertionError("unreachable: the counter has no end")


def short_hash(text: str, length: int) -> str:
    """Lower-case letters and digits that look random and come out the same on every run."""
    number = int.from_bytes(hashlib.sha256(text.encode()).digest())
    digits = []
    for _ in range(length):
        number, digit = divmod(number, 36)
        digits.append("0123456789abcdefghijklmnopqrstuvwxyz"[digit])
    return "".join(digits)
