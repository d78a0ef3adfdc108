"""SCPs: no root but root sessions, no root access keys, no leaving, and no AssumeRoot by anybody else in the delegate's account.

The key aws:AssumedRoot is there in root sessions only, so its absence tells the root user who signed in.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-assumedroot
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from rootwarden.model.ids import AccountId, root_arn
from rootwarden.model.tasks import RootTask
from rootwarden.policy.decision import Answer
from rootwarden.policy.guardrails.asks import OF_EVERYBODY, STRANGER, Asks
from rootwarden.policy.guardrails.claims import Case, Claim, Decides, Fits
from rootwarden.policy.guardrails.guardrail import Guardrail, Kind, Paper, Part, document, statement
from rootwarden.policy.guardrails.table_actions import ASSUME_ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rootwarden.policy.guardrails.parameters import Parameters

_MEMBER: Final = AccountId("123456789012")
_LEAVE: Final = "organizations:LeaveOrganization"
_NEW_KEY: Final = "iam:CreateAccessKey"
_DISABLING: Final = (
    "iam:DisableOrganizationsRootCredentialsManagement",
    "iam:DisableOrganizationsRootSessions",
)
"""What a delegated administrator may do to the features: it cannot enable them."""


def _root_condition(given: Parameters) -> dict[str, Any]:
    return {"ArnLike": {"aws:PrincipalArn": f"arn:{given.partition}:iam::*:root"}}


def _scp(name: str, made: Any, *claims: Claim) -> tuple[Part, ...]:
    return (Part((Paper(name, Kind.SCP, document(made)),), (*claims, Fits())),)


def _deny_root(given: Parameters) -> tuple[Part, ...]:
    asks = Asks(given.partition)
    condition = _root_condition(given) | {"Null": {"aws:AssumedRoot": "true"}}
    spared = [root_arn(given.partition, one) for one in given.exempt]
    if spared:
        condition["ArnNotEquals"] = {"aws:PrincipalArn": spared}
    others = [one for one in (STRANGER, _MEMBER) if one not in given.exempt]
    claims = [
        Decides(
            "the root user who signed in is denied everything",
            Answer.DENY,
            _everything_signed_in(asks, others),
        ),
        *_sessions_pass(asks),
        _untouched(asks, OF_EVERYBODY),
    ]
    if given.exempt:
        spares = _everything_signed_in(asks, given.exempt)
        claims.append(Decides(f"the root user of {', '.join(given.exempt)} is spared", Answer.ALLOW, spares))
    made = statement("DenyRootExceptRootSessions", "Deny", "*", "*", condition=condition)
    return _scp("RootwardenDenyRoot", made, *claims)


def _deny_root_keys(given: Parameters) -> tuple[Part, ...]:
    asks = Asks(given.partition)
    made = statement("DenyRootAccessKeys", "Deny", _NEW_KEY, "*", condition=_root_condition(given))
    root = (
        Case(asks.signed_in(_NEW_KEY, _MEMBER)),
        Case(asks.in_session(_NEW_KEY, _MEMBER)),
    )
    rest = [one for one in OF_EVERYBODY if one != _NEW_KEY]
    return _scp(
        "RootwardenDenyRootAccessKeys",
        made,
        Decides("no root user makes an access key", Answer.DENY, root),
        Decides("nothing else is taken from the root user", Answer.ALLOW, _signed_in(asks, rest, (_MEMBER,))),
        *_sessions_pass(asks),
        _untouched(asks, OF_EVERYBODY),
    )


def _deny_leaving(given: Parameters) -> tuple[Part, ...]:
    asks = Asks(given.partition)
    made = statement("DenyLeavingTheOrganization", "Deny", _LEAVE, "*")
    who = (asks.role(_MEMBER), asks.user(_MEMBER), root_arn(given.partition, _MEMBER))
    return _scp(
        "RootwardenDenyLeaving",
        made,
        Decides(
            "nobody takes an account out of the organization",
            Answer.DENY,
            tuple(Case(asks.by(one, _LEAVE)) for one in who),
        ),
        Decides(
            "nothing else is taken from the root user",
            Answer.ALLOW,
            _signed_in(asks, OF_EVERYBODY, (_MEMBER,)),
        ),
        *_sessions_pass(asks),
        _untouched(asks, OF_EVERYBODY),
    )


def _protect(given: Parameters) -> tuple[Part, ...]:
    asks = Asks(given.partition)
    account = given.delegate or STRANGER
    operators = tuple(one.replace("*", "x") for one in given.operator_arns)
    condition = {"ArnNotLike": {"aws:PrincipalArn": list(given.operator_arns)}}
    made = statement("OnlyOperatorsAssumeRoot", "Deny", (ASSUME_ROOT, *_DISABLING), "*", condition=condition)
    strangers = [
        asks.role(account),
        asks.role(account, "Administrator"),
        asks.user(account),
        root_arn(given.partition, account),
    ]

    def opens(who: Iterable[str]) -> tuple[Case, ...]:
        return tuple(Case(asks.open(one, task, _MEMBER, {})) for one in who for task in RootTask)

    disables = tuple(Case(asks.by(one, action)) for one in strangers for action in _DISABLING)
    others = tuple(Case(asks.by(one, action)) for one in strangers for action in OF_EVERYBODY)
    return _scp(
        "RootwardenProtectAssumeRoot",
        made,
        Decides("nobody else opens a root session, full access or not", Answer.DENY, opens(strangers)),
        Decides("nobody else disables the root features", Answer.DENY, disables),
        Decides(
            f"the {len(operators)} operator roles open root sessions for every task",
            Answer.ALLOW,
            opens(operators),
        ),
        Decides("nothing else is taken from anybody", Answer.ALLOW, others),
        *_sessions_pass(asks),
    )


def _sessions_pass(asks: Asks) -> Iterator[Claim]:
    """Each root task still works, action by action, under its task policy."""
    for task in RootTask:
        cases = tuple(
            Case(asks.in_session(action, account), task)
            for action in task.actions
            for account in (_MEMBER, STRANGER)
        )
        yield Decides(f"root sessions for {task} pass", Answer.ALLOW, cases)


def _untouched(asks: Asks, actions: Iterable[str]) -> Claim:
    who = (asks.role(_MEMBER), asks.user(_MEMBER))
    cases = tuple(Case(asks.by(one, action)) for one in who for action in actions)
    return Decides("users and roles are untouched", Answer.ALLOW, cases)


def _signed_in(asks: Asks, actions: Iterable[str], accounts: Iterable[AccountId]) -> tuple[Case, ...]:
    accounts = tuple(accounts)
    return tuple(Case(asks.signed_in(action, one)) for action in actions for one in accounts)


def _everything_signed_in(asks: Asks, accounts: Iterable[AccountId]) -> tuple[Case, ...]:
    of_tasks = dict.fromkeys(action for task in RootTask for action in task.actions)
    return _signed_in(asks, (*OF_EVERYBODY, *of_tasks), accounts)


SERVICE_CONTROL: Final = (
    Guardrail(
        name="deny-root",
        protects="Denies the root users of member accounts everything, and lets root sessions through.",
        belongs="SCP on the organization's root or on OUs; it does not bind the management account.",
        breaks="Whoever signs in as root, after a password recovery too: 'recovery open' deploys an exemption for that time, and "
        "--exempt keeps one. Tasks that AWS keeps for a signed-in root user wait for such an exemption.",
        kinds=(Kind.SCP,),
        takes=("exempt",),
        make=_deny_root,
        deployed_as="RootwardenDenyRoot",
    ),
    Guardrail(
        name="deny-root-keys",
        protects="Denies root users new access keys.",
        belongs="SCP on the organization's root or on OUs; it does not bind the management account.",
        breaks="Nothing that works without root access keys. Keys that exist go on working: 'remove' deletes them.",
        kinds=(Kind.SCP,),
        takes=(),
        make=_deny_root_keys,
        deployed_as="RootwardenDenyRootAccessKeys",
    ),
    Guardrail(
        name="deny-leaving",
        protects="Denies accounts to leave the organization, and with it everything that protects them.",
        belongs="SCP on the organization's root or on OUs.",
        breaks="An account that is to leave: the management account removes it, or the SCP is detached first.",
        kinds=(Kind.SCP,),
        takes=(),
        make=_deny_leaving,
        deployed_as="RootwardenDenyLeaving",
    ),
    Guardrail(
        name="protect-assume-root",
        protects="In the delegated administrator's account, denies sts:AssumeRoot and the disabling of root features to all but the "
        "operator roles, whatever their own policies allow (AdministratorAccess and PowerUserAccess both do).",
        belongs="SCP on the delegated administrator's account; SCPs do not bind the management account ('management-deny').",
        breaks="Root sessions by anybody who is not listed. Whoever can change or assume the operator roles can still become them.",
        kinds=(Kind.SCP,),
        takes=("delegate", "operators"),
        needs=("delegate",),
        make=_protect,
        deployed_as="RootwardenProtectAssumeRoot",
    ),
)
"""The SCPs of the catalogue."""
