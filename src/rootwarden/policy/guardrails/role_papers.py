"""Around the operator roles: whom they trust, the most they can ever do, and the roles as a whole.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_monitor.html (source identity)
https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Final

from rootwarden.model.command_needs import LEDGER_IN_S3, LEDGER_SIGNING
from rootwarden.model.ids import AccountId
from rootwarden.model.operator_role import OperatorRole
from rootwarden.model.tasks import RootTask
from rootwarden.policy.decision import Answer
from rootwarden.policy.guardrails.asks import OF_EVERYBODY, STRANGER, Asks
from rootwarden.policy.guardrails.caller_policies import TAKES, caller_part
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
    from collections.abc import Iterator

    from rootwarden.policy.guardrails.parameters import Parameters
    from rootwarden.policy.request import ContextValue

TRUST_NAME: Final = "RootwardenOperatorTrust"
BOUNDARY_NAME: Final = "RootwardenOperatorBoundary"
_MEMBER: Final = AccountId("123456789012")
_IDENTITY_CENTER: Final = "/AWSReservedSSO_"
_MFA: Final = "aws:MultiFactorAuthPresent"
_IDENTITY: Final = "sts:SourceIdentity"
_MFA_WARNING: Final = (
    "{arn} is a role of IAM Identity Center: its sessions do not carry aws:MultiFactorAuthPresent, whatever the sign-in asked for, "
    "so the condition keeps them out. Ask for MFA in Identity Center, and render with --no-mfa"
)


def _trust(given: Parameters) -> tuple[Part, ...]:
    actions = ("sts:AssumeRole", "sts:SetSourceIdentity") if given.source_identities else ("sts:AssumeRole",)
    condition: dict[str, Any] = {}
    if given.mfa:
        condition["Bool"] = {_MFA: "true"}
    if given.source_identities:
        condition["StringLike"] = {_IDENTITY: given.source_identities}
    principal = {"AWS": given.trusted[0] if len(given.trusted) == 1 else list(given.trusted)}
    made = {
        "Sid": "TrustedPrincipals",
        "Effect": "Allow",
        "Principal": principal,
        "Action": list(actions) if len(actions) > 1 else actions[0],
    }
    if condition:
        made["Condition"] = statement("", "", "", "", condition=condition)["Condition"]
    warnings = tuple(
        _MFA_WARNING.format(arn=one) for one in given.trusted if given.mfa and _IDENTITY_CENTER in one
    )
    paper = Paper(TRUST_NAME, Kind.TRUST, document(made))
    return (Part((paper,), tuple(_trust_claims(given, actions)), warnings=warnings),)


def _trust_claims(given: Parameters, actions: tuple[str, ...]) -> Iterator[Claim]:
    asks = Asks(given.partition)
    fit: dict[str, ContextValue] = {_MFA: "true"} if given.mfa else {}
    if given.source_identities:
        fit[_IDENTITY] = given.source_identities[0].replace("*", "x").replace("?", "x")

    def assumes(who: tuple[str, ...], context: dict[str, ContextValue]) -> tuple[Case, ...]:
        return tuple(Case(asks.by(one, action, context=context)) for one in who for action in actions)

    accounts = {one.split(":")[4] for one in given.trusted}
    strangers = tuple(
        one for account in (*sorted(accounts), STRANGER) for one in (asks.role(account), asks.user(account))
    )
    yield Decides("the trusted principals get in", Answer.ALLOW, assumes(given.trusted, fit))
    yield Decides("nobody else does, in their accounts or elsewhere", Answer.DENY, assumes(strangers, fit))
    if given.mfa:
        rest = {key: value for key, value in fit.items() if key != _MFA}
        cases = (*assumes(given.trusted, rest), *assumes(given.trusted, rest | {_MFA: "false"}))
        yield Decides("nobody gets in without MFA", Answer.DENY, cases)
    if given.source_identities:
        rest = {key: value for key, value in fit.items() if key != _IDENTITY}
        yield Decides("nobody gets in without a source identity", Answer.DENY, assumes(given.trusted, rest))
    yield OnlyThese(frozenset(actions), what="it lets in, and nothing else")
    yield Fits()


def _boundary(given: Parameters) -> tuple[Part, ...]:
    reads = tuple(dict.fromkeys(one for role in OperatorRole for one in reads_of(role.commands)))
    besides = (*LEDGER_IN_S3, *LEDGER_SIGNING, "sns:Publish")
    tasks = [task.policy_arn(given.partition) for task in RootTask]
    anyone = f"arn:{given.partition}:iam::*:root"
    paper = Paper(
        BOUNDARY_NAME,
        Kind.BOUNDARY,
        document(
            statement(
                "OpenRootSessions",
                "Allow",
                ASSUME_ROOT,
                anyone,
                condition={"StringEquals": {"sts:TaskPolicyArn": tasks}},
            ),
            statement("ReadWhatCommandsRead", "Allow", (*reads, *besides), "*"),
            *looks_into_members(given),
        ),
    )
    asks = Asks(given.partition)
    operator = asks.role(given.delegate or STRANGER, "RootwardenAuditor")
    looks = (ASSUME_ROLE,) if given.member_role else ()
    allowed = frozenset((ASSUME_ROOT, *reads, *besides, *looks))
    others = tuple(Case(asks.by(operator, one)) for one in OF_EVERYBODY if one not in allowed)
    opens = tuple(Case(asks.open(operator, task, _MEMBER, {})) for task in RootTask)
    new_task = f"arn:{given.partition}:iam::aws:policy/root-task/AnyNewTask"
    later = asks.open(operator, RootTask.AUDIT, _MEMBER, {"sts:TaskPolicyArn": new_task})
    claims = (
        Decides("the role's own policies may let it open root sessions", Answer.ALLOW, opens),
        Decides(
            "and read what commands read, keep a ledger and notify",
            Answer.ALLOW,
            tuple(Case(asks.by(operator, one)) for one in (*reads, *besides)),
        ),
        Decides("no session for a task that AWS may add", Answer.DENY, (Case(later),)),
        Decides("full access would give it nothing beyond", Answer.DENY, others),
        *claims_of_members(given, operator),
        OnlyThese(
            allowed,
            where=("*", anyone, *member_roles(given)),
            what="no policy gives an operator role anything else",
        ),
        Fits(),
    )
    return (Part((paper,), claims),)


def _roles(given: Parameters) -> tuple[Part, ...]:
    own = tuple(
        dataclasses.replace(part, role=role.value)
        for role in OperatorRole
        for part in caller_part(role, given)
    )
    return (*_trust(given), *_boundary(given), *own)


_TRUST_TAKES: Final = ("trusted", "mfa", "source_identities")
ROLE_PAPERS: Final = (
    Guardrail(
        name="operator-trust",
        protects="Says who may assume an operator role: named users and roles, with MFA, with a source identity if asked for.",
        belongs="The trust policy of each operator role.",
        breaks="Sessions of IAM Identity Center carry no MFA key, so the MFA condition keeps them out: --no-mfa for those.",
        kinds=(Kind.TRUST,),
        takes=_TRUST_TAKES,
        needs=("trusted",),
        make=_trust,
    ),
    Guardrail(
        name="operator-boundary",
        protects="The most an operator role can ever do, whoever adds policies to it.",
        belongs="The permissions boundary of each operator role.",
        breaks="Anything else done with these roles.",
        kinds=(Kind.BOUNDARY,),
        takes=("delegate", "member_role"),
        home=Home.DELEGATE,
        make=_boundary,
    ),
    Guardrail(
        name="operator-roles",
        protects="The four operator roles with their policies, trust policy and boundary.",
        belongs="The delegated administrator's account.",
        breaks="Nothing: the roles are new. Give the commands these roles before 'protect-assume-root' takes the old ones away.",
        kinds=(Kind.TRUST, Kind.BOUNDARY, Kind.IDENTITY),
        takes=(*dict.fromkeys((*TAKES, "member_role", *_TRUST_TAKES)),),
        needs=("trusted",),
        home=Home.DELEGATE,
        make=_roles,
    ),
)
"""The papers of the operator roles in the catalogue."""
