"""From the details of an account to principals with parsed policies. Pure. What was not read or cannot be parsed leaves it open."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from rootwarden.errors import MalformedPolicy
from rootwarden.model.access import Holder, HolderKind
from rootwarden.model.diagnosis import Unread
from rootwarden.model.reading import NotSeen, Seen
from rootwarden.model.reason import local
from rootwarden.policy import parse_policy, unreadable_policy
from rootwarden.policy.trust import Trust, TrustStatement, parse_trust

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rootwarden.model.authorization import (
        AccountAuthorization,
        IamGroup,
        IamRole,
        IamUser,
        InlinePolicies,
    )
    from rootwarden.model.principal import Document
    from rootwarden.model.reading import Reading
    from rootwarden.model.reason import Reason
    from rootwarden.operations.access.evidence import AccountEvidence
    from rootwarden.policy import Policy

SERVICE_LINKED: Final = "/aws-service-role/"
RESERVED: Final = "/aws-reserved/"
"""Roles that only IAM Identity Center changes.

https://docs.aws.amazon.com/singlesignon/latest/userguide/using-service-linked-roles.html
"""
_PERMISSION_SET: Final = re.compile(r"AWSReservedSSO_(.+)_[0-9a-f]{16}")


@dataclass(frozen=True, slots=True, eq=False)
class Person:
    """A user or a role, with all that decides about it."""

    holder: Holder
    home: AccountEvidence
    unique_id: str
    path: str
    identity: tuple[Policy, ...]
    """Its own and its groups' policies."""
    boundary: tuple[Policy, ...] | None
    attached: tuple[str, ...]
    """ARNs of the managed policies it has, by its groups too."""
    groups: tuple[str, ...] = ()
    """ARNs."""
    tags: Mapping[str, str] = field(default_factory=dict)
    trust: Trust | None = None
    instance_profiles: tuple[str, ...] = ()

    @property
    def is_user(self) -> bool:
        """Whether it is an IAM user."""
        return self.holder.kind is HolderKind.USER

    @property
    def fixed(self) -> bool:
        """Whether IAM refuses to change it, as it does for the roles of IAM Identity Center."""
        return self.path.startswith(RESERVED)


@dataclass(slots=True)
class Census:
    """Makes the people of one account; a policy that many have is parsed once."""

    home: AccountEvidence
    unread: list[Unread] = field(default_factory=list)
    service_linked: int = 0
    groups: dict[str, tuple[IamGroup, tuple[Policy, ...]]] = field(default_factory=dict)
    """Every group with its policies, by name."""
    versions: dict[str, tuple[Policy, ...]] = field(default_factory=dict)
    """The versions of the account's own managed policies that are not in force, by ARN."""
    _managed: dict[str, Policy] = field(default_factory=dict)

    def people(self) -> Iterator[Person]:
        """Everybody but the roles that only a service can use."""
        if isinstance(self.home.details, NotSeen):
            return
        found = self.home.details.value
        for group in found.groups:
            own = self._policies("group", group.name, group.inline, group.attached, found)
            self.groups[group.name] = (group, own)
        for arn, policy in found.policies.items():
            if ":iam::aws:" not in arn:
                self.versions[arn] = tuple(self._parsed(arn, Seen(one)) for one in policy.others)
        for user in found.users:
            yield self._user(user, found)
        for role in found.roles:
            if role.path.startswith(SERVICE_LINKED):
                self.service_linked += 1
            else:
                yield self._role(role, found)

    def _user(self, user: IamUser, found: AccountAuthorization) -> Person:
        identity = self._policies("user", user.name, user.inline, user.attached, found)
        attached, groups = user.attached, []
        for name in user.groups:
            known = self.groups.get(name)
            if known is None:
                reason = local("group_not_shown", "AWS named it as a group of the user, and did not show it")
                identity += (self._stand_in(f"group {name}", reason),)
                continue
            group, policies = known
            identity += policies
            attached += group.attached
            groups.append(group.arn)
        return Person(
            holder=Holder(self.home.account, user.arn, user.name, HolderKind.USER),
            home=self.home,
            unique_id=user.unique_id,
            path=_path(user.arn),
            identity=identity,
            boundary=self._boundary(user.boundary, found),
            attached=attached,
            groups=tuple(groups),
            tags=user.tags,
        )

    def _role(self, role: IamRole, found: AccountAuthorization) -> Person:
        of_set = _PERMISSION_SET.fullmatch(role.name) if role.path.startswith(RESERVED) else None
        kind = HolderKind.PERMISSION_SET if of_set else HolderKind.ROLE
        return Person(
            holder=Holder(self.home.account, role.arn, role.name, kind, of_set[1] if of_set else None),
            home=self.home,
            unique_id=role.unique_id,
            path=role.path,
            identity=self._policies("role", role.name, role.inline, role.attached, found),
            boundary=self._boundary(role.boundary, found),
            attached=role.attached,
            trust=self._trust(role),
            instance_profiles=role.instance_profiles,
        )

    def _policies(
        self,
        kind: str,
        name: str,
        inline: InlinePolicies,
        attached: tuple[str, ...],
        found: AccountAuthorization,
    ) -> tuple[Policy, ...]:
        own = (self._parsed(f"{kind} {name}, inline policy {one}", Seen(text)) for one, text in inline)
        return (*own, *(self._managed_policy(arn, found) for arn in attached))

    def _boundary(self, arn: str | None, found: AccountAuthorization) -> tuple[Policy, ...] | None:
        return None if arn is None else (self._managed_policy(arn, found),)

    def _managed_policy(self, arn: str, found: AccountAuthorization) -> Policy:
        if arn not in self._managed:
            known = found.policies.get(arn)
            reading: Reading[Document] = (
                Seen(known.document)
                if known
                else self.home.missing.get(arn, NotSeen(local("not_shown", "AWS did not show it")))
            )
            self._managed[arn] = self._parsed(arn, reading)
        return self._managed[arn]

    def _parsed(self, name: str, document: Reading[Document]) -> Policy:
        if isinstance(document, NotSeen):
            return self._stand_in(name, document.reason)
        try:
            return parse_policy(document.value, name=name)
        except MalformedPolicy as error:
            return self._stand_in(name, local("malformed_policy", error.message))

    def _trust(self, role: IamRole) -> Trust:
        name = f"the trust policy of role {role.name}"
        try:
            return parse_trust(role.trust, name=name)
        except MalformedPolicy as error:
            policy = self._stand_in(name, local("malformed_policy", error.message))
            return Trust(policy, tuple(TrustStatement(one) for one in policy.statements))

    def _stand_in(self, name: str, reason: Reason) -> Policy:
        what = f"{name} in account {self.home.account}"
        if all(one.what != what for one in self.unread):
            self.unread.append(Unread(what, reason))
        return unreadable_policy(name=name, why=f"not read: {reason.code}: {reason.text}")


def _path(arn: str) -> str:
    """The path in a user's ARN."""
    return "/" + arn.rpartition(":")[2].partition("/")[2].rpartition("/")[0]
