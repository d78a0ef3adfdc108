"""The Organizations resource policy with which the delegated administrator manages SCPs, and nothing else, itself.

https://docs.aws.amazon.com/organizations/latest/userguide/orgs_delegate_policies.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rootwarden.model.command_needs import FEW_READS, POLICY_CHANGES, POLICY_READS, TREE_READS
from rootwarden.model.ids import AccountId, root_arn
from rootwarden.policy.decision import Answer
from rootwarden.policy.guardrails.asks import STRANGER, Asks
from rootwarden.policy.guardrails.claims import Case, Decides, Fits, OnlyThese
from rootwarden.policy.guardrails.guardrail import Guardrail, Kind, Paper, Part, document, statement

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rootwarden.policy.guardrails.claims import Claim
    from rootwarden.policy.guardrails.parameters import Parameters

_TYPE: Final = "organizations:PolicyType"
_SCP: Final = "SERVICE_CONTROL_POLICY"
_BEYOND: Final = (
    "organizations:PutResourcePolicy",
    "organizations:RegisterDelegatedAdministrator",
    "organizations:RemoveAccountFromOrganization",
    "organizations:DisablePolicyType",
)
"""What would make the delegate more than a manager of SCPs."""
_READS: Final = tuple(
    dict.fromkeys(
        (
            "organizations:DescribeOrganization",
            "organizations:ListAccounts",
            *TREE_READS,
            *FEW_READS,
            *POLICY_READS,
        )
    )
)


def _delegation(given: Parameters) -> tuple[Part, ...]:
    stem = f"arn:{given.partition}:organizations::{given.management}"
    policies = f"{stem}:policy/{given.organization}/service_control_policy/*"
    places = tuple(f"{stem}:{kind}/{given.organization}/*" for kind in ("root", "ou", "account"))
    principal = {"AWS": root_arn(given.partition, given.delegate or STRANGER)}
    changing = statement(
        "RootwardenManageScps",
        "Allow",
        POLICY_CHANGES,
        (policies, *places),
        Principal=principal,
        condition={"StringEqualsIfExists": {_TYPE: _SCP}},
    )
    reading = statement("RootwardenReadOrganization", "Allow", _READS, "*", Principal=principal)
    paper = Paper("RootwardenDelegation", Kind.RESOURCE, document(reading, changing))
    only = OnlyThese(frozenset((*_READS, *POLICY_CHANGES)), where=("*", policies, *places))
    return (Part((paper,), (*_claims(given, policies, places[1]), only, Fits())),)


def _claims(given: Parameters, policies: str, units: str) -> Iterator[Claim]:
    asks = Asks(given.partition)
    delegate = root_arn(given.partition, given.delegate or STRANGER)
    others = (root_arn(given.partition, STRANGER), root_arn(given.partition, AccountId("999999999999")))
    one, unit = policies.replace("*", "p-abcd1234"), units.replace("*", "ou-ab12-cdefghij")
    tags = one.replace("/service_control_policy/", "/tag_policy/")

    def changes(who: str, where: str, kind: str) -> tuple[Case, ...]:
        return tuple(Case(asks.by(who, action, where, {_TYPE: kind})) for action in POLICY_CHANGES)

    def calls(who: str, actions: Iterable[str]) -> tuple[Case, ...]:
        return tuple(Case(asks.by(who, action)) for action in actions)

    on_both = (*changes(delegate, one, _SCP), *changes(delegate, unit, _SCP))
    wrong = (*changes(delegate, tags, "TAG_POLICY"), *changes(delegate, unit, "RESOURCE_CONTROL_POLICY"))
    foreign = tuple(
        case for who in others if who != delegate for case in (*calls(who, _READS), *changes(who, one, _SCP))
    )
    yield Decides("the delegate manages SCPs", Answer.ALLOW, on_both)
    yield Decides("and reads the organization", Answer.ALLOW, calls(delegate, _READS))
    yield Decides("it manages no other kind of policy", Answer.DENY, wrong)
    yield Decides("it does nothing else in Organizations", Answer.DENY, calls(delegate, _BEYOND))
    yield Decides("no other account does", Answer.DENY, foreign)


DELEGATION: Final = (
    Guardrail(
        name="delegation",
        protects="Lets the delegated administrator manage SCPs, so that nobody needs the management account for it.",
        belongs="The organization's resource policy, put by the management account; there is one for all delegations.",
        breaks="Nothing: 'deploy' keeps the statements that are there. An organization has one such policy: render it, and merge by hand.",
        kinds=(Kind.RESOURCE,),
        takes=("organization", "management", "delegate"),
        needs=("organization", "management", "delegate"),
        make=_delegation,
        deployed_as="RootwardenDelegation",
    ),
)
"""The resource policy in the catalogue."""
