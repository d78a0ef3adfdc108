"""From what was read to who can, and who is one step away. Pure."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rootwarden.errors import MalformedPolicy
from rootwarden.model.access import AccountRead, HolderAccess, OneStepAway
from rootwarden.model.diagnosis import Unread
from rootwarden.model.reading import NotSeen, Seen
from rootwarden.model.reason import local
from rootwarden.operations.access.able import Roles
from rootwarden.operations.access.flags import flags_of
from rootwarden.operations.access.grants import GrantJudge
from rootwarden.operations.access.people import Census
from rootwarden.operations.access.steps import StepJudge
from rootwarden.operations.access.trusts import named_accounts, trusted_by
from rootwarden.policy.trust import parse_trust

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rootwarden.model.features import CallerRole
    from rootwarden.model.ids import AccountId
    from rootwarden.operations.access.evidence import AccessEvidence, AccountEvidence
    from rootwarden.operations.access.grants import Found
    from rootwarden.operations.access.people import Person


@dataclass(frozen=True, slots=True)
class Access:
    """All answers."""

    can: tuple[HolderAccess, ...]
    one_step: tuple[OneStepAway, ...]
    accounts: tuple[AccountRead, ...]
    unread: tuple[Unread, ...]


def judge_access(evidence: AccessEvidence) -> Access:
    """Who can open root sessions in the targets, worst flags first, and who could make it so. What was not read is told."""
    censuses = {one.account: Census(one) for one in evidence.accounts}
    people = [person for census in censuses.values() for person in census.people()]
    grants = GrantJudge(evidence)
    found = {person: grants.judge(person) for person in people}
    able = [person for person in people if found[person].grants]
    read = frozenset(one.account for one in evidence.accounts if isinstance(one.details, Seen))
    can = [_access(person, found[person], evidence, read) for person in able]
    roles = Roles(tuple(one for one in able if not one.is_user), evidence.organization_id)
    users = tuple(one for one in able if one.is_user)
    steps = StepJudge(evidence, grants, censuses, roles, users)
    one_step = list(_one_step(people, found, steps, len(evidence.targets)))
    unread = (
        *_accounts_unread(evidence),
        *(each for census in censuses.values() for each in census.unread),
        *_long_term_unread(evidence, able),
        *evidence.unread,
    )
    return Access(
        tuple(sorted(can, key=_worst_first)),
        tuple(one_step),
        tuple(_account_read(one, censuses[one.account]) for one in evidence.accounts),
        unread,
    )


def _access(
    person: Person, found: Found, evidence: AccessEvidence, read: frozenset[AccountId]
) -> HolderAccess:
    trusts = trusted_by(person, evidence.organization_id, evidence.inside)
    long_term = None
    if person.is_user and isinstance(person.home.long_term, Seen):
        long_term = person.home.long_term.value.get(person.holder.name)
    return HolderAccess(
        holder=person.holder,
        grants=found.grants,
        trusts=None if person.is_user else trusts,
        long_term=long_term,
        flags=flags_of(person, found, trusts, long_term=long_term, read=read),
    )


def _one_step(
    people: list[Person], found: dict[Person, Found], judge: StepJudge, targets: int
) -> Iterator[OneStepAway]:
    for person in people:
        if targets and not found[person].everything(targets):
            steps = judge.steps(person)
            if steps:
                yield OneStepAway(person.holder, steps, can_some=bool(found[person].grants))


def _worst_first(one: HolderAccess) -> tuple[int, str]:
    order = {"high": 0, "medium": 1, "low": 2}
    return min((order[flag.severity.value] for flag in one.flags), default=3), one.holder.arn


def _account_read(home: AccountEvidence, census: Census) -> AccountRead:
    role: CallerRole = home.role
    if isinstance(home.details, NotSeen):
        return AccountRead(home.account, role, home.details.reason)
    details = home.details.value
    return AccountRead(
        home.account,
        role,
        users=len(details.users),
        roles=len(details.roles),
        service_linked=census.service_linked,
    )


def _accounts_unread(evidence: AccessEvidence) -> Iterator[Unread]:
    for one in evidence.accounts:
        if isinstance(one.details, NotSeen):
            yield Unread(f"the users and roles of account {one.account}", one.details.reason)


def _long_term_unread(evidence: AccessEvidence, able: list[Person]) -> Iterator[Unread]:
    homes = {one.home.account for one in able if one.is_user}
    for one in evidence.accounts:
        if one.account in homes and isinstance(one.long_term, NotSeen):
            yield Unread(f"the credential report of account {one.account}", one.long_term.reason)
    for person in able:
        report = person.home.long_term
        if person.is_user and isinstance(report, Seen) and person.holder.name not in report.value:
            reason = local(
                "not_in_report", "the credential report, which AWS keeps for four hours, does not have it"
            )
            yield Unread(f"the credentials of {person.holder.arn}", reason)


def trusted_accounts(evidence: AccessEvidence) -> frozenset[AccountId]:
    """The accounts that the trust policies of roles name; of those that cannot be parsed none."""
    trusts = []
    for one in evidence.accounts:
        for role in one.details.value.roles if isinstance(one.details, Seen) else ():
            with suppress(MalformedPolicy):  # which the judgement tells
                trusts.append(parse_trust(role.trust, name=role.name))
    return named_accounts(trusts)
