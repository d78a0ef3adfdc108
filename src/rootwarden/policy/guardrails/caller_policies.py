"""The policies of the operator roles: root sessions for their tasks in the chosen accounts, and the reads of their commands.

sts:AssumeRoot has one condition key of its own, sts:TaskPolicyArn, and none for OUs: an OU has to be written as its accounts.
https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html
"""

from __future__ import annotations

import ipaddress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from rootwarden.errors import BadInput
from rootwarden.model.ids import AccountId
from rootwarden.model.operator_role import OperatorRole
from rootwarden.model.tasks import RootTask
from rootwarden.policy.decision import Answer
from rootwarden.policy.guardrails.asks import STRANGER, Asks
from rootwarden.policy.guardrails.claims import Case, Claim, Decides, Fits, OnlyThese
from rootwarden.policy.guardrails.guardrail import Guardrail, Home, Kind, Paper, Part, document, statement
from rootwarden.policy.guardrails.member_roles import (
    ASSUME_ROLE,
    claims_of_members,
    looks_into_members,
    member_roles,
)
from rootwarden.policy.guardrails.table_actions import ASSUME_ROOT, reads_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from rootwarden.policy.guardrails.parameters import Parameters

MOST_PAPERS: Final = 10
"""Managed policies a role may have by default.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""
_FEW: Final = 5
TAKES: Final = ("accounts", "networks", "regions", "source_identities", "topic")
LOOKS_INTO_MEMBERS: Final = frozenset({OperatorRole.REMOVER, OperatorRole.RECOVERER})
"""The roles whose commands look into the event histories of members: for evidence, and for what was done while a recovery was open."""
_DOES: Final = {
    OperatorRole.AUDITOR: "Opens root sessions that read root credentials, and no other.",
    OperatorRole.REMOVER: "Reads and deletes root credentials, and cannot make any.",
    OperatorRole.UNLOCKER: "Unlocks bucket and queue policies, and does not see root credentials.",
    OperatorRole.RECOVERER: "Lets a root user recover its password, and takes everything away again.",
}


def caller_policy(role: OperatorRole) -> Guardrail:
    """The catalogue's entry for an operator role's policy."""
    return Guardrail(
        name=role.value,
        protects=_DOES[role],
        belongs=f"Attached to the role {role.role_name} of the delegated administrator's account.",
        breaks=f"Nothing: it only grants. Commands it is for: {', '.join(role.commands)}. Accounts that join are not among "
        "named ones: render it anew.",
        kinds=(Kind.IDENTITY,),
        takes=(*TAKES, "member_role") if role in LOOKS_INTO_MEMBERS else TAKES,
        make=partial(caller_part, role),
        home=Home.DELEGATE,
    )


def caller_part(role: OperatorRole, given: Parameters) -> tuple[Part, ...]:
    """The documents of a role. Raises BadInput where they are more than a role can have."""
    if role not in LOOKS_INTO_MEMBERS:
        given = replace(given, member_role=None)
    papers = tuple(_papers(role, given))
    if len(papers) > MOST_PAPERS:
        raise BadInput(
            f"{len(given.accounts)} accounts make {len(papers)} policies, and a role may have {MOST_PAPERS}",
            advice="Choose fewer accounts, or --all and limit who may assume the role: there is no condition key for OUs.",
        )
    return (Part(papers, tuple(_claims(role, given)), role=role.value),)


def conditions(role: OperatorRole, given: Parameters) -> dict[str, dict[str, Sequence[str]]]:
    """What a call has to fulfil besides naming an account."""
    found: dict[str, dict[str, Sequence[str]]] = {
        "StringEquals": {"sts:TaskPolicyArn": [task.policy_arn(given.partition) for task in role.tasks]}
    }
    if given.regions:
        found["StringEquals"]["aws:RequestedRegion"] = given.regions
    if given.source_identities:
        found["StringLike"] = {"aws:SourceIdentity": given.source_identities}
    if given.networks:
        found["IpAddress"] = {"aws:SourceIp": given.networks}
    return found


def _papers(role: OperatorRole, given: Parameters) -> Iterator[Paper]:
    name = f"{role.role_name}Policy"
    reads = [statement("ReadWhatItsCommandsRead", "Allow", reads_of(role.commands), "*")]
    if given.topic:
        reads.append(statement("TellOfExceptions", "Allow", "sns:Publish", given.topic))
    reads += looks_into_members(given)

    def paper(number: int, *statements: Mapping[str, Any]) -> Paper:
        return Paper(f"{name}{number if number > 1 else ''}", Kind.IDENTITY, document(*statements))

    def opens(targets: Sequence[str]) -> dict[str, Any]:
        return statement("OpenRootSessions", "Allow", ASSUME_ROOT, targets, condition=conditions(role, given))

    whole = paper(1, opens(given.targets), *reads)
    if len(whole.text) <= whole.kind.limit:
        yield whole
        return
    yield paper(1, *reads)
    room = Kind.IDENTITY.limit - len(paper(2, opens(())).text)
    each = len(given.targets[0]) + len('"",')
    at_once = max(1, room // each)
    for number, start in enumerate(range(0, len(given.targets), at_once), start=2):
        yield paper(number, opens(given.targets[start : start + at_once]))


def _claims(role: OperatorRole, given: Parameters) -> Iterator[Claim]:
    asks = Asks(given.partition)
    caller = asks.role(given.delegate or STRANGER, role.role_name)
    fit = fitting(given)
    chosen = given.accounts or (AccountId("123456789012"),)
    where = f"the {len(given.accounts)} chosen accounts" if given.accounts else "every account"

    def calls(
        tasks: Sequence[RootTask], accounts: Sequence[AccountId], context: Mapping[str, str] = fit
    ) -> tuple[Case, ...]:
        return tuple(Case(asks.open(caller, task, one, context)) for task in tasks for one in accounts)

    names = ", ".join(role.tasks)
    # Every account is asked for; beyond a few for one task only, since all tasks stand in the same statements.
    opens = (*calls(role.tasks, chosen[:_FEW]), *calls(role.tasks[:1], chosen[_FEW:]))
    yield Decides(f"it opens root sessions for {names} in {where}", Answer.ALLOW, opens)
    others = [task for task in RootTask if task not in role.tasks]
    yield Decides("it opens none for any other task", Answer.DENY, calls(others, chosen[:_FEW]))
    if given.accounts:
        strangers = [one for one in (STRANGER, AccountId("999999999999")) if one not in given.accounts]
        yield Decides("it opens none in any other account", Answer.DENY, calls(role.tasks, strangers))
    for what, context in _elsewhere(given):
        yield Decides(f"it opens none {what}", Answer.DENY, calls(role.tasks, chosen[:_FEW], context))
    reads = tuple(Case(asks.by(caller, action)) for action in reads_of(role.commands))
    yield Decides("it reads what its commands read", Answer.ALLOW, reads)
    tells = ("sns:Publish",) if given.topic else ()
    if given.topic:
        told = tuple(Case(asks.by(caller, one, given.topic)) for one in tells)
        untold = tuple(Case(asks.by(caller, one, f"{given.topic}-of-others")) for one in tells)
        yield Decides("it tells the topic of exceptions", Answer.ALLOW, told)
        yield Decides("and no other topic", Answer.DENY, untold)
    yield from claims_of_members(given, caller)
    looks = (ASSUME_ROLE,) if given.member_role else ()
    yield OnlyThese(
        frozenset((ASSUME_ROOT, *reads_of(role.commands), *tells, *looks)),
        where=("*", *given.targets, *((given.topic,) if given.topic else ()), *member_roles(given)),
        what="it may do this and nothing else",
    )
    yield Fits()


def fitting(given: Parameters) -> dict[str, str]:
    """A context that fulfils the conditions of the parameters."""
    found = {}
    if given.regions:
        found["aws:RequestedRegion"] = given.regions[0]
    if given.source_identities:
        found["aws:SourceIdentity"] = given.source_identities[0].replace("*", "x").replace("?", "x")
    if given.networks:
        found["aws:SourceIp"] = given.networks[0].partition("/")[0]
    return found


def _elsewhere(given: Parameters) -> Iterator[tuple[str, dict[str, str]]]:
    """What each condition keeps out, and a context that fulfils all others."""
    fit = fitting(given)
    if given.networks:
        yield "from another network", fit | {"aws:SourceIp": _outside(given.networks)}
    if given.regions:
        yield "at the STS endpoint of another Region", fit | {"aws:RequestedRegion": "xx-nowhere-1"}
    if given.source_identities:
        yield "without a source identity", {key: fit[key] for key in fit if key != "aws:SourceIdentity"}


def _outside(networks: Sequence[str]) -> str:
    """An address outside of the networks."""
    blocks = [ipaddress.ip_network(one) for one in networks]
    found = (ipaddress.ip_address(f"{first}.51.100.1") for first in range(1, 255))
    return str(next(one for one in found if not any(one in block for block in blocks)))
