"""Becoming somebody who can: assuming a role, rewriting its trust, handing it to a service, making keys for a user. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from rootwarden.model.access import Can, Step
from rootwarden.operations.access.reach import Allowed, together
from rootwarden.operations.access.spread import Spread
from rootwarden.operations.access.trusts import ASSUME
from rootwarden.operations.access.ways import RUNNERS, RUNNING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rootwarden.operations.access.able import Roles
    from rootwarden.operations.access.evidence import AccessEvidence
    from rootwarden.operations.access.people import Person
    from rootwarden.operations.access.reach import Means

_TRUST: Final = "the conditions of the role's trust policy"
_Reached = dict[Allowed, list[str]]
"""ARNs by what was said of them."""


@dataclass(slots=True)
class Becoming:
    """Looks for ways to those who can."""

    evidence: AccessEvidence
    roles: Roles
    users: tuple[Person, ...]
    _users: Spread = field(init=False)

    def __post_init__(self) -> None:
        self._users = Spread(tuple(one.holder.arn for one in self.users))

    def steps(self, person: Person, means: Means | None) -> Iterator[Step]:
        """Every way there is; without ``means`` only that of roles that name the principal."""
        text = "assumes a role that can"
        yield from _told("assume_role", text, (ASSUME,), self._assumed(person, means))
        if means is None:
            return
        yield from _told(
            "role_trust",
            "rewrites the trust policy of a role that can, and assumes it",
            ("iam:UpdateAssumeRolePolicy",),
            self._rewritten(person, means),
        )
        for action in ("iam:CreateAccessKey", "iam:CreateLoginProfile", "iam:UpdateLoginProfile"):
            reached: _Reached = {}
            for group, said in means.among(action, self._users):
                others = [self.users[one].holder for one in group]
                arns = [one.arn for one in others if one.account == person.holder.account]
                reached[said] = [*reached.get(said, ()), *(arn for arn in arns if arn != person.holder.arn)]
            yield from _told("user_credentials", "makes credentials for a user that can", (action,), reached)
        yield from self._passed(person, means)
        yield from self._running(person, means)

    def _assumed(self, person: Person, means: Means | None) -> _Reached:
        roles, account = self.roles, person.holder.account
        by_name, reached = roles.naming(person), dict[Allowed, list[str]]()
        plainly = roles.plainly(account) - by_name
        asked = roles.perhaps(account) | by_name
        seen: set[int] = set()
        for group, said in means.among(ASSUME, roles.spread) if means else ():
            reached.setdefault(said, []).extend(roles.arns((one for one in group if one in plainly), person))
            for position in asked.intersection(group):
                seen.add(position)
                self._let_in(position, person, said, reached)
        for position in by_name - seen:
            self._let_in(position, person, None, reached)
        return reached

    def _let_in(self, position: int, person: Person, own: Allowed | None, reached: _Reached) -> None:
        """A role whose trust policy has to be asked; ``own`` is what the principal's policies say."""
        let = self.roles.admits(position, person)
        if let is None or (own is None and not let[1]):
            return
        said = Allowed() if let[1] or own is None else own
        if let[0] is Can.DEPENDS:
            said = together((said, Allowed(Can.DEPENDS, (), (_TRUST,))))
        reached.setdefault(said, []).extend(self.roles.arns((position,), person))

    def _rewritten(self, person: Person, means: Means) -> _Reached:
        own = self.roles.of(person.holder.account)
        return {
            said: self.roles.arns((one for one in group if one in own), person)
            for group, said in means.among("iam:UpdateAssumeRolePolicy", self.roles.spread)
        }

    def _passed(self, person: Person, means: Means) -> Iterator[Step]:
        passed = list(means.among("iam:PassRole", self.roles.spread))
        partition, account = self.evidence.partition, person.holder.account
        for runner in RUNNERS if passed else ():
            trusting = self.roles.trusting(runner.service, account)
            if not trusting:
                continue
            where = runner.arn.format(partition=partition, account=account)
            parts = [said for one in runner.actions if (said := means.may_somewhere(one, where))]
            if len(parts) < len(runner.actions):
                continue
            reached: _Reached = {}
            for group, said in passed:
                arns = self.roles.arns((one for one in group if one in trusting), person)
                reached.setdefault(together((said, *parts)), []).extend(arns)
            text = f"has {runner.service} run code as a role that can"
            yield from _told("pass_role", text, ("iam:PassRole", *runner.actions), reached)

    def _running(self, person: Person, means: Means) -> Iterator[Step]:
        for service, action, what in RUNNING:
            trusting = sorted(self.roles.trusting(service, person.holder.account))
            roles = [self.roles.people[one] for one in trusting]
            if service.startswith("ec2"):
                roles = [one for one in roles if one.instance_profiles]
            said = means.may_somewhere(action, "*") if roles else None
            if said is not None:
                said = together((said, Allowed(Can.DEPENDS, (), (f"whether there is {what}",))))
                arns = [one.holder.arn for one in roles]
                yield from _told("running_code", f"takes over {what}", (action,), {said: arns})


def _told(means: str, text: str, actions: tuple[str, ...], reached: _Reached) -> Iterable[Step]:
    """A step for all targets of which the same was said."""
    return [
        Step(means, text, actions, said.answer, tuple(sorted(arns)), said.grounds, said.depends_on)
        for said, arns in reached.items()
        if arns
    ]
