"""Policies for what is no root session: looking, setting up, the ledger's bucket and key, and the management account.

Their actions come from the table of permissions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from rootwarden.model.command_needs import (
    ALERT_CALLS,
    LEDGER_IN_S3,
    LEDGER_SIGNING,
    STACK_CALLS,
    STACK_POLICY_CALLS,
    STACK_ROLE_CALLS,
)
from rootwarden.model.ids import AccountId
from rootwarden.model.permissions import COMMANDS
from rootwarden.model.tasks import RootTask
from rootwarden.policy.decision import Answer
from rootwarden.policy.guardrails.asks import OF_EVERYBODY, STRANGER, Asks
from rootwarden.policy.guardrails.claims import Case, Decides, Fits, OnlyThese
from rootwarden.policy.guardrails.guardrail import Guardrail, Home, Kind, Paper, Part, document, statement
from rootwarden.policy.guardrails.table_actions import ASSUME_ROOT, calls_of, reads_of

if TYPE_CHECKING:
    from rootwarden.policy.guardrails.parameters import Parameters

LOOKING: Final = tuple(
    name
    for name in ("status", "doctor", "who-can", "management check", "guardrails check", "audit")
    if name in COMMANDS
)
SETTING_UP: Final = ("enable", "disable")
DEPLOYING: Final = ("guardrails deploy", "guardrails undeploy")
_STACK_IAM: Final = (*STACK_ROLE_CALLS, *STACK_POLICY_CALLS)
_FOR_ALERTS: Final = frozenset(ALERT_CALLS)
_LOOKS_OF_STACKS: Final = frozenset(
    {
        "sts:GetCallerIdentity",
        "organizations:DescribeOrganization",
        "organizations:ListDelegatedAdministrators",
        "organizations:ListRoots",
        "organizations:ListPolicies",
        "organizations:DescribePolicy",
        "organizations:ListTargetsForPolicy",
    }
)
_MEMBER: Final = AccountId("123456789012")


def _read_only(given: Parameters) -> tuple[Part, ...]:
    asks = Asks(given.partition)
    reads = reads_of(LOOKING)
    me = asks.role(given.delegate or STRANGER, "RootwardenReader")
    audit = {"StringEquals": {"sts:TaskPolicyArn": RootTask.AUDIT.policy_arn(given.partition)}}
    paper = Paper(
        "RootwardenReadOnly",
        Kind.IDENTITY,
        document(
            statement(
                "OpenAuditSessions",
                "Allow",
                ASSUME_ROOT,
                f"arn:{given.partition}:iam::*:root",
                condition=audit,
            ),
            statement("ReadWhatItsCommandsRead", "Allow", reads, "*"),
        ),
    )
    others = tuple(Case(asks.open(me, task, _MEMBER, {})) for task in RootTask if task is not RootTask.AUDIT)
    claims = (
        Decides(
            "it reads what its commands read", Answer.ALLOW, tuple(Case(asks.by(me, one)) for one in reads)
        ),
        Decides(
            "it opens root sessions that read",
            Answer.ALLOW,
            (Case(asks.open(me, RootTask.AUDIT, _MEMBER, {})),),
        ),
        Decides("it opens none that change anything", Answer.DENY, others),
        OnlyThese(frozenset((ASSUME_ROOT, *reads)), where=("*", f"arn:{given.partition}:iam::*:root")),
        Fits(),
    )
    return (Part((paper,), claims),)


def _set_up(given: Parameters) -> tuple[Part, ...]:
    asks = Asks(given.partition)
    calls = calls_of(SETTING_UP)
    me = asks.role(given.management or STRANGER, "RootwardenSetUp")
    paper = Paper(
        "RootwardenSetUp", Kind.IDENTITY, document(statement("SetUpRootAccess", "Allow", calls, "*"))
    )
    opens = tuple(Case(asks.open(me, task, _MEMBER, {})) for task in RootTask)
    claims = (
        Decides(
            "it does what enable and disable do", Answer.ALLOW, tuple(Case(asks.by(me, one)) for one in calls)
        ),
        Decides("it opens no root session", Answer.DENY, opens),
        OnlyThese(frozenset(calls)),
        Fits(),
    )
    return (Part((paper,), claims),)


def _deploy(given: Parameters) -> tuple[Part, ...]:
    asks = Asks(given.partition)
    calls = tuple(one for one in calls_of(DEPLOYING) if one not in {*STACK_CALLS, *_STACK_IAM, *_FOR_ALERTS})
    me = asks.role(given.management or STRANGER, "RootwardenDeploy")
    paper = Paper(
        "RootwardenDeploy", Kind.IDENTITY, document(statement("DeployGuardrails", "Allow", calls, "*"))
    )
    opens = tuple(Case(asks.open(me, task, _MEMBER, {})) for task in RootTask)
    claims = (
        Decides(
            "it does what deploy and undeploy do",
            Answer.ALLOW,
            tuple(Case(asks.by(me, one)) for one in calls),
        ),
        Decides("it opens no root session", Answer.DENY, opens),
        OnlyThese(frozenset(calls)),
        Fits(),
    )
    return (Part((paper,), claims),)


def _deploy_stacks(given: Parameters) -> tuple[Part, ...]:
    asks = Asks(given.partition)
    account = given.delegate or STRANGER
    stem = f"arn:{given.partition}:iam::{account}"
    stacks = f"arn:{given.partition}:cloudformation:*:{account}:stack/rootwarden-*"
    roles, policies = f"{stem}:role/Rootwarden*", f"{stem}:policy/Rootwarden*"
    me = asks.role(account, "RootwardenStacks")
    looks = tuple(one for one in calls_of(DEPLOYING) if one in _LOOKS_OF_STACKS)
    paper = Paper(
        "RootwardenStacks",
        Kind.IDENTITY,
        document(
            statement("ReadTheOrganization", "Allow", looks, "*"),
            statement("ChangeOurStacks", "Allow", STACK_CALLS, stacks),
            statement("ChangeOurRoles", "Allow", STACK_ROLE_CALLS, roles),
            statement("ChangeOurPolicies", "Allow", STACK_POLICY_CALLS, policies),
        ),
    )

    def calls(name: str) -> tuple[Case, ...]:
        places = (
            (
                STACK_CALLS,
                f"arn:{given.partition}:cloudformation:eu-central-1:{account}:stack/{name.lower()}-x/1",
            ),
            (STACK_ROLE_CALLS, f"{stem}:role/{name}Auditor"),
            (STACK_POLICY_CALLS, f"{stem}:policy/{name}AuditorPolicy"),
        )
        return tuple(Case(asks.by(me, one, where)) for actions, where in places for one in actions)

    opens = tuple(Case(asks.open(me, task, _MEMBER, {})) for task in RootTask)
    allowed = frozenset((*looks, *STACK_CALLS, *_STACK_IAM))
    claims = (
        Decides("it makes and changes stacks, roles and policies of ours", Answer.ALLOW, calls("Rootwarden")),
        Decides("and no others", Answer.DENY, calls("Others")),
        Decides("it reads the organization", Answer.ALLOW, tuple(Case(asks.by(me, one)) for one in looks)),
        Decides("it opens no root session", Answer.DENY, opens),
        OnlyThese(allowed, where=("*", stacks, roles, policies)),
        Fits(),
    )
    return (Part((paper,), claims),)


def _ledger_s3(given: Parameters) -> tuple[Part, ...]:
    asks = Asks(given.partition)
    bucket = f"arn:{given.partition}:s3:::{given.bucket}"
    stem = given.prefix.strip("/")
    objects = f"{bucket}/{stem}/*" if stem else f"{bucket}/*"
    of_bucket = tuple(one for one in LEDGER_IN_S3 if "Bucket" in one)
    of_objects = tuple(one for one in LEDGER_IN_S3 if one not in of_bucket)
    me = asks.role(given.delegate or STRANGER, "RootwardenAuditor")
    paper = Paper(
        "RootwardenLedgerBucket",
        Kind.IDENTITY,
        document(
            statement("FindTheLedger", "Allow", of_bucket, bucket),
            statement("ReadAndAppend", "Allow", of_objects, objects),
        ),
    )
    place = objects.replace("*", "entries/1")
    can = (
        *(Case(asks.by(me, one, bucket)) for one in of_bucket),
        *(Case(asks.by(me, one, place)) for one in of_objects),
    )
    rest = tuple(
        Case(asks.by(me, action, where))
        for where in (bucket, place)
        for action in (
            "s3:DeleteObject",
            "s3:DeleteObjectVersion",
            "s3:PutBucketPolicy",
            "s3:BypassGovernanceRetention",
        )
    )
    other = tuple(
        Case(asks.by(me, one, f"arn:{given.partition}:s3:::other-{given.bucket}/x")) for one in of_objects
    )
    claims = (
        Decides("it finds, reads and appends to the ledger", Answer.ALLOW, can),
        Decides("it deletes nothing and lifts no lock", Answer.DENY, rest),
        Decides("no other bucket is open to it", Answer.DENY, other),
        OnlyThese(frozenset(LEDGER_IN_S3), where=(bucket, objects)),
        Fits(),
    )
    return (Part((paper,), claims),)


def _ledger_kms(given: Parameters) -> tuple[Part, ...]:
    asks = Asks(given.partition)
    key = str(given.key)
    me = asks.role(given.delegate or STRANGER, "RootwardenAuditor")
    paper = Paper(
        "RootwardenLedgerKey",
        Kind.IDENTITY,
        document(statement("SignCheckpoints", "Allow", LEDGER_SIGNING, key)),
    )
    other = key.rpartition("/")[0] + "/00000000-0000-0000-0000-000000000000"
    claims = (
        Decides(
            "it signs checkpoints and reads the public key",
            Answer.ALLOW,
            tuple(Case(asks.by(me, one, key)) for one in LEDGER_SIGNING),
        ),
        Decides(
            "no other key is open to it",
            Answer.DENY,
            tuple(Case(asks.by(me, one, other)) for one in LEDGER_SIGNING),
        ),
        OnlyThese(frozenset(LEDGER_SIGNING), where=(key,)),
        Fits(),
    )
    return (Part((paper,), claims),)


def _management(given: Parameters, *, boundary: bool) -> tuple[Part, ...]:
    asks = Asks(given.partition)
    account = given.management or STRANGER
    who = (asks.role(account, "Administrator"), asks.user(account, "alice"))
    denies: dict[str, Any] = statement("DenyAssumeRoot", "Deny", ASSUME_ROOT, "*")
    everything = statement("AllOtherThings", "Allow", "*", "*")
    name = "RootwardenManagementBoundary" if boundary else "RootwardenManagementDeny"
    made = document(everything, denies) if boundary else document(denies)
    paper = Paper(name, Kind.BOUNDARY if boundary else Kind.IDENTITY, made, limits=True)
    opens = tuple(Case(asks.open(one, task, _MEMBER, {})) for one in who for task in RootTask)
    others = tuple(Case(asks.by(one, action)) for one in who for action in OF_EVERYBODY)
    claims = (
        Decides("whoever has it opens no root session, full access or not", Answer.DENY, opens),
        Decides("nothing else is taken", Answer.ALLOW, others),
        Fits(),
    )
    return (Part((paper,), claims),)


def _management_deny(given: Parameters) -> tuple[Part, ...]:
    return _management(given, boundary=False)


def _management_boundary(given: Parameters) -> tuple[Part, ...]:
    return _management(given, boundary=True)


COMMAND_POLICIES: Final = (
    Guardrail(
        name="read-only",
        protects=f"Lets its holder look and change nothing: {', '.join(LOOKING)}.",
        belongs="A role of the delegated administrator's account, or of the management account.",
        breaks="Nothing: it only grants. It reads root credentials in every account.",
        kinds=(Kind.IDENTITY,),
        takes=(),
        home=Home.DELEGATE,
        make=_read_only,
    ),
    Guardrail(
        name="set-up",
        protects="Lets its holder run enable and disable, and open no root session.",
        belongs="A role of the management account, used for as long as the set-up takes.",
        breaks="Nothing: it only grants. Its holder can make any member account the delegated administrator.",
        kinds=(Kind.IDENTITY,),
        takes=(),
        home=Home.MANAGEMENT,
        make=_set_up,
    ),
    Guardrail(
        name="deploy",
        protects="Lets its holder deploy and undeploy SCPs and the delegation, and open no root session.",
        belongs="A role of the management account; SCPs also by the delegate, where 'delegation' is deployed.",
        breaks="Nothing: it only grants. Its holder can detach every SCP of the organization.",
        kinds=(Kind.IDENTITY,),
        takes=(),
        home=Home.MANAGEMENT,
        make=_deploy,
    ),
    Guardrail(
        name="deploy-stacks",
        protects="Lets its holder deploy guardrails of IAM into one account: stacks, roles and policies whose names begin as ours do.",
        belongs="A role of the delegated administrator's account, used while it is set up.",
        breaks="Nothing: it only grants. Its holder can give a role of ours any policy, and so become whatever that role may be.",
        kinds=(Kind.IDENTITY,),
        takes=("delegate",),
        needs=("delegate",),
        home=Home.DELEGATE,
        make=_deploy_stacks,
    ),
    Guardrail(
        name="ledger-s3",
        protects="Lets its holder read and append to a ledger in S3, and delete nothing.",
        belongs="Attached to every role that runs commands with --ledger s3://BUCKET/PREFIX.",
        breaks="Nothing: it only grants. An object can be written anew where the bucket has no Object Lock.",
        kinds=(Kind.IDENTITY,),
        takes=("bucket", "prefix"),
        needs=("bucket",),
        home=Home.ANY,
        make=_ledger_s3,
    ),
    Guardrail(
        name="ledger-kms",
        protects="Lets its holder sign the ledger's checkpoints with one key.",
        belongs="Attached to the roles that write checkpoints and evidence.",
        breaks="Nothing: it only grants. The key's own policy has to let the account decide.",
        kinds=(Kind.IDENTITY,),
        takes=("key",),
        needs=("key",),
        home=Home.ANY,
        make=_ledger_kms,
    ),
    Guardrail(
        name="management-deny",
        protects="Denies sts:AssumeRoot in the management account, where SCPs do not bind.",
        belongs="Attached to users, groups, roles and permission sets of the management account.",
        breaks="Root sessions from the management account. Whoever may change policies there can take it off: watch for that.",
        kinds=(Kind.IDENTITY,),
        takes=(),
        home=Home.MANAGEMENT,
        make=_management_deny,
    ),
    Guardrail(
        name="management-boundary",
        protects="The same as a permissions boundary: what is granted later does not lift it.",
        belongs="The permissions boundary of users and roles of the management account.",
        breaks="Root sessions from the management account. Whoever may remove boundaries there can lift it: watch for that.",
        kinds=(Kind.BOUNDARY,),
        takes=(),
        home=Home.MANAGEMENT,
        make=_management_boundary,
    ),
)
"""Policies for commands and for the management account in the catalogue."""
