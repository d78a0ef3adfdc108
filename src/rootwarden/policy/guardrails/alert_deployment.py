"""The policy of whoever deploys alerts: stacks, rules and topics whose names begin as ours do, and the StackSet of the members."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rootwarden.model.command_needs import (
    ALERT_BUS_CALLS,
    ALERT_KEY_CALLS,
    ALERT_ROLE_CALLS,
    ALERT_RULE_CALLS,
    ALERT_TOPIC_CALLS,
    STACK_CALLS,
    STACK_SET_CALLS,
    TRAIL_READS,
)
from rootwarden.model.ids import AccountId
from rootwarden.model.tasks import RootTask
from rootwarden.policy.decision import Answer
from rootwarden.policy.guardrails.asks import STRANGER, Asks
from rootwarden.policy.guardrails.claims import Case, Decides, Fits, OnlyThese
from rootwarden.policy.guardrails.guardrail import Guardrail, Home, Kind, Paper, Part, document, statement

if TYPE_CHECKING:
    from rootwarden.policy.guardrails.claims import Claim
    from rootwarden.policy.guardrails.parameters import Parameters

_LOOKS: Final = (
    "sts:GetCallerIdentity",
    "organizations:DescribeOrganization",
    "organizations:ListDelegatedAdministrators",
    "organizations:ListRoots",
    "organizations:ListOrganizationalUnitsForParent",
    "organizations:ListAWSServiceAccessForOrganization",
    *TRAIL_READS,
    "ec2:DescribeRegions",
    "events:ListRules",
    "cloudformation:DescribeOrganizationsAccess",
    "cloudformation:ActivateOrganizationsAccess",
)
_STACK_SETS: Final = "member.org.stacksets.cloudformation.amazonaws.com"
_ADMINISTRATION: Final = "stacksets.cloudformation.amazonaws.com"
_VIA: Final = {"ForAnyValue:StringEquals": {"aws:CalledVia": "cloudformation.amazonaws.com"}}
_TRUST: Final = {"StringEquals": {"organizations:ServicePrincipal": _STACK_SETS}}
_ENABLE: Final = "organizations:EnableAWSServiceAccess"
_MAKE_ROLE: Final = "iam:CreateServiceLinkedRole"
_ALLOWED: Final = frozenset(
    (
        *_LOOKS,
        *STACK_CALLS,
        *STACK_SET_CALLS,
        *ALERT_RULE_CALLS,
        *ALERT_TOPIC_CALLS,
        *ALERT_BUS_CALLS,
        *ALERT_ROLE_CALLS,
        *ALERT_KEY_CALLS,
        _ENABLE,
        _MAKE_ROLE,
    )
)
_MEMBER: Final = AccountId("123456789012")


def _deploy_alerts(given: Parameters) -> tuple[Part, ...]:
    where = _places(given.partition)
    paper = Paper(
        "RootwardenDeployAlerts",
        Kind.IDENTITY,
        document(
            statement("ReadWhatIsThere", "Allow", _LOOKS, "*"),
            statement("ChangeOurStacks", "Allow", STACK_CALLS, where["stacks"]),
            statement("ChangeOurStackSets", "Allow", STACK_SET_CALLS, where["sets"]),
            statement("ChangeOurRules", "Allow", ALERT_RULE_CALLS, where["rules"]),
            statement("ChangeOurTopics", "Allow", ALERT_TOPIC_CALLS, where["topics"]),
            statement("ChangeOurBus", "Allow", ALERT_BUS_CALLS, where["buses"]),
            statement("ChangeOurForwarders", "Allow", ALERT_ROLE_CALLS, where["roles"]),
            statement("ByCloudFormationOnly", "Allow", ALERT_KEY_CALLS, "*", condition=_VIA),
            statement("LetStackSetsIn", "Allow", _ENABLE, "*", condition=_TRUST),
            statement("MakeTheRolesOfStackSets", "Allow", _MAKE_ROLE, where["linked"]),
        ),
    )
    return (Part((paper,), _claims(given)),)


def _places(partition: str) -> dict[str, tuple[str, ...]]:
    """The resources of each statement."""
    stem = f"arn:{partition}"
    return {
        "stacks": (f"{stem}:cloudformation:*:*:stack/rootwarden-*",),
        "sets": (
            f"{stem}:cloudformation:*:*:stackset/rootwarden-*",
            f"{stem}:cloudformation:*:*:stackset-target/rootwarden-*",
            f"{stem}:cloudformation:*:*:type/resource/*",
        ),
        "rules": (f"{stem}:events:*:*:rule/Rootwarden*",),
        "buses": (f"{stem}:events:*:*:event-bus/Rootwarden*",),
        "roles": (
            f"{stem}:iam::*:role/rootwarden-alerts-*",
            f"{stem}:iam::*:role/StackSet-rootwarden-alerts-*",
        ),
        "topics": (f"{stem}:sns:*:*:Rootwarden*",),
        "linked": tuple(
            f"{stem}:iam::*:role/aws-service-role/{one}/*" for one in (_STACK_SETS, _ADMINISTRATION)
        ),
    }


def _claims(given: Parameters) -> tuple[Claim, ...]:
    asks = Asks(given.partition)
    me = asks.role(given.management or STRANGER, "RootwardenAlertsDeployer")
    stem = f"arn:{given.partition}"

    def calls(name: str, prefix: str) -> tuple[Case, ...]:
        home = f"eu-central-1:{_MEMBER}"
        places = (
            (STACK_CALLS, f"{stem}:cloudformation:{home}:stack/{prefix}-alerts-root/1"),
            (STACK_SET_CALLS, f"{stem}:cloudformation:{home}:stackset/{prefix}-alerts-root:1"),
            (ALERT_RULE_CALLS, f"{stem}:events:{home}:rule/{name}RootSignIn"),
            (ALERT_TOPIC_CALLS, f"{stem}:sns:{home}:{name}RootAlerts"),
            (ALERT_BUS_CALLS, f"{stem}:events:{home}:event-bus/{name}Hub"),
            (ALERT_ROLE_CALLS, f"{stem}:iam::{_MEMBER}:role/{prefix}-alerts-root-Forwarder-1A2B"),
        )
        return tuple(Case(asks.by(me, one, where)) for actions, where in places for one in actions)

    def keys(*via: str) -> tuple[Case, ...]:
        context = {"aws:CalledVia": via} if via else None
        return tuple(Case(asks.by(me, one, "*", context)) for one in ALERT_KEY_CALLS)

    def trust(service: str) -> tuple[Case, ...]:
        role = f"{stem}:iam::{_MEMBER}:role/aws-service-role/{service}/AWSServiceRole"
        context = {"organizations:ServicePrincipal": service}
        return (Case(asks.by(me, _ENABLE, "*", context)), Case(asks.by(me, _MAKE_ROLE, role)))

    opens = tuple(Case(asks.open(me, task, _MEMBER, {})) for task in RootTask)
    where = tuple(one for resources in _places(given.partition).values() for one in resources)
    return (
        Decides("it reads what is there", Answer.ALLOW, tuple(Case(asks.by(me, one)) for one in _LOOKS)),
        Decides(
            "it makes and changes our stacks, rules, topics, bus and forwarding roles",
            Answer.ALLOW,
            calls("Rootwarden", "rootwarden"),
        ),
        Decides("and no others", Answer.DENY, calls("Others", "others")),
        Decides("it lets CloudFormation make keys", Answer.ALLOW, keys("cloudformation.amazonaws.com")),
        Decides("and makes none itself", Answer.DENY, keys()),
        Decides("it gives StackSets trusted access", Answer.ALLOW, trust(_STACK_SETS)),
        Decides("and no other service", Answer.DENY, trust("sso.amazonaws.com")),
        Decides("it opens no root session", Answer.DENY, opens),
        OnlyThese(_ALLOWED, where=("*", *where)),
        Fits(),
    )


DEPLOY_ALERTS: Final = Guardrail(
    name="deploy-alerts",
    protects="Lets its holder deploy alerts: stacks, rules and topics whose names begin as ours do, and the StackSet of the members.",
    belongs="A role of the management account, and one of the delegated administrator's, used while alerts are deployed.",
    breaks="Nothing: it only grants. Its holder can take the alerts away, and bring stacks of these names to every member account.",
    kinds=(Kind.IDENTITY,),
    takes=(),
    home=Home.ANY,
    make=_deploy_alerts,
)
"""The entry of the catalogue."""
