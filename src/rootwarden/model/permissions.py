"""What every command needs: the account it runs from and its IAM actions. Help, documentation and ``enable`` read this table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from rootwarden.model.purpose import PurposeName
from rootwarden.model.setup import StepKind
from rootwarden.model.tasks import RootTask


class RunsFrom(StrEnum):
    """The account a command runs from."""

    NOWHERE = "no account: it does not call AWS"
    MANAGEMENT = "the management account"
    DELEGATE = "the IAM delegated administrator (the management account works too, and is advised against)"
    LEDGER = "anywhere: a file needs no AWS; a bucket, or no --ledger, needs a caller of the organization"
    ANY = "any account of the organization; the more it may read, the more it says"


@dataclass(frozen=True, slots=True)
class CommandNeeds:
    """One row of the table."""

    command: str
    does: str
    """What it does to AWS, in one sentence."""
    runs_from: RunsFrom
    purpose: PurposeName | None = None
    actions: tuple[str, ...] = ()
    """Without these it cannot do its work."""
    optional: tuple[str, ...] = ()
    """Without these it says what it could not see."""
    in_session: tuple[str, ...] = ()
    """What it calls as the member account's root user; an SCP there must let it through."""


_BASELINE_READS = (
    "sts:GetCallerIdentity",
    "organizations:DescribeOrganization",
    "organizations:ListAWSServiceAccessForOrganization",
    "organizations:ListDelegatedAdministrators",
    "iam:ListOrganizationsFeatures",
)
_TRAIL_READS = ("cloudtrail:DescribeTrails", "cloudtrail:GetTrailStatus", "cloudtrail:GetEventSelectors")
_ACCOUNT_READS = ("sts:GetCallerIdentity", "organizations:DescribeOrganization", "organizations:ListAccounts")
_TREE_READS = (
    "organizations:ListRoots",
    "organizations:ListOrganizationalUnitsForParent",
    "organizations:ListAccountsForParent",
)
_OPENING = (*_ACCOUNT_READS, "sts:AssumeRoot")
_FEW_READS = (
    "organizations:DescribeAccount",
    "organizations:DescribeOrganizationalUnit",
    "organizations:ListParents",
)
_SELECTING = (
    *_TREE_READS,
    *_FEW_READS,
    "organizations:ListTagsForResource",
    "organizations:ListDelegatedAdministrators",
)
_POLICY_READS = (
    "organizations:ListPoliciesForTarget",
    "organizations:ListPolicies",
    "organizations:ListTargetsForPolicy",
    "organizations:DescribePolicy",
)
_OWN_POLICY_READS = (
    "iam:GetUser",
    "iam:GetRole",
    *(
        f"iam:{action}"
        for kind in ("User", "Role", "Group")
        for action in (f"List{kind}Policies", f"Get{kind}Policy", f"ListAttached{kind}Policies")
    ),
    "iam:ListGroupsForUser",
    "iam:GetPolicy",
    "iam:GetPolicyVersion",
)
_AUDIT_CALLS = tuple(action for action in RootTask.AUDIT.actions)
_DELETE_CALLS = tuple(action for action in RootTask.DELETE.actions if action != "iam:DeleteVirtualMFADevice")
_REMOVAL_CALLS = tuple(dict.fromkeys((*_DELETE_CALLS, *_AUDIT_CALLS)))

_ENABLES = (
    StepKind.ENABLE_TRUSTED_ACCESS,
    StepKind.ENABLE_ROOT_CREDENTIALS_MANAGEMENT,
    StepKind.ENABLE_ROOT_SESSIONS,
    StepKind.REGISTER_DELEGATE,
)
_DISABLES = (
    StepKind.DISABLE_ROOT_SESSIONS,
    StepKind.DISABLE_ROOT_CREDENTIALS_MANAGEMENT,
    StepKind.DEREGISTER_DELEGATE,
    StepKind.DISABLE_TRUSTED_ACCESS,
)

_ROWS: Final = (
    CommandNeeds(
        "init",
        "Writes a commented configuration file; asks AWS who the caller is only where credentials are at hand.",
        RunsFrom.ANY,
        optional=(
            "sts:GetCallerIdentity",
            "organizations:DescribeOrganization",
            "organizations:ListDelegatedAdministrators",
        ),
    ),
    CommandNeeds(
        "status",
        "Reads the state of centralized root access and changes nothing.",
        RunsFrom.ANY,
        PurposeName.MANAGEMENT_READ,
        actions=("sts:GetCallerIdentity",),
        optional=(*_BASELINE_READS[1:], *_TRAIL_READS, "s3:ListBucket", "s3:GetObject"),
    ),
    CommandNeeds(
        "enable",
        "Turns on trusted access for IAM and the root features, and registers the delegated administrator; removes nothing.",
        RunsFrom.MANAGEMENT,
        PurposeName.MANAGEMENT_DEPLOY,
        actions=(*_BASELINE_READS, "organizations:DescribeAccount", *(step.action for step in _ENABLES)),
        optional=_TRAIL_READS,
    ),
    CommandNeeds(
        "disable",
        "Turns root features off, deregisters a delegated administrator, or ends trusted access; never touches member accounts.",
        RunsFrom.MANAGEMENT,
        PurposeName.MANAGEMENT_DEPLOY,
        actions=(*_BASELINE_READS, *(step.action for step in _DISABLES)),
        optional=_TRAIL_READS,
    ),
    CommandNeeds(
        "audit",
        "Opens a root session with the audit task in each account and reads what root credentials there are; changes nothing.",
        RunsFrom.DELEGATE,
        PurposeName.DELEGATE,
        actions=_OPENING,
        optional=tuple(
            dict.fromkeys((*_SELECTING, *_BASELINE_READS[2:], *_POLICY_READS, *_OWN_POLICY_READS))
        ),
        in_session=_AUDIT_CALLS,
    ),
    CommandNeeds(
        "doctor",
        "Says for each account and task whether a root session would work, and what would have to change; opens none unless asked to probe.",
        RunsFrom.DELEGATE,
        PurposeName.DELEGATE,
        actions=_ACCOUNT_READS,
        optional=tuple(
            dict.fromkeys(
                (
                    *_TREE_READS,
                    *_FEW_READS,
                    "organizations:ListTagsForResource",
                    *_BASELINE_READS[2:],
                    *_POLICY_READS,
                    *_OWN_POLICY_READS,
                    "sts:AssumeRoot",
                )
            )
        ),
        in_session=("iam:GetAccountSummary",),
    ),
    CommandNeeds(
        "remove plan",
        "Audits the chosen accounts and writes down what would be removed; changes nothing.",
        RunsFrom.DELEGATE,
        PurposeName.DELEGATE,
        actions=_OPENING,
        optional=_SELECTING,
        in_session=_AUDIT_CALLS,
    ),
    CommandNeeds(
        "remove apply",
        "Deletes exactly the root credentials a plan lists, and reads again afterwards. Deleted keys cannot be restored.",
        RunsFrom.DELEGATE,
        PurposeName.DELEGATE,
        actions=_OPENING,
        optional=(*_SELECTING, "kms:Sign"),
        in_session=_REMOVAL_CALLS,
    ),
    CommandNeeds(
        "remove",
        "On a terminal: plans, shows the plan, asks, removes and reads again. Deleted keys cannot be restored.",
        RunsFrom.DELEGATE,
        PurposeName.DELEGATE,
        actions=_OPENING,
        optional=_SELECTING,
        in_session=_REMOVAL_CALLS,
    ),
    CommandNeeds(
        "waiver add",
        "Records that root credentials of an account must stay for now, so that audits call them excepted; changes nothing at AWS.",
        RunsFrom.DELEGATE,
        PurposeName.DELEGATE,
        actions=_ACCOUNT_READS,
        optional=_SELECTING,
    ),
    CommandNeeds(
        "waiver list",
        "Lists the waivers there are and were; changes nothing.",
        RunsFrom.LEDGER,
        PurposeName.LOG_READ,
        optional=("organizations:DescribeOrganization", "s3:ListBucket", "s3:GetObject"),
    ),
    CommandNeeds(
        "waiver end",
        "Ends a waiver before its time; changes nothing at AWS.",
        RunsFrom.DELEGATE,
        PurposeName.DELEGATE,
        actions=("sts:GetCallerIdentity", "organizations:DescribeOrganization"),
    ),
    CommandNeeds(
        "recovery open",
        "Lets the root user of one account recover its password, for one task and for a time; shows the steps for the person who signs in.",
        RunsFrom.DELEGATE,
        PurposeName.DELEGATE,
        actions=_OPENING,
        optional=tuple(
            dict.fromkeys(
                (
                    *_SELECTING,
                    *_BASELINE_READS[2:],
                    *_POLICY_READS,
                    *_OWN_POLICY_READS,
                    "organizations:UpdatePolicy",
                    "sns:Publish",
                )
            )
        ),
        in_session=(*_AUDIT_CALLS, "iam:CreateLoginProfile"),
    ),
    CommandNeeds(
        "recovery list",
        "Lists the exceptions there are and were, and reads what the root users of the open ones hold; changes nothing.",
        RunsFrom.DELEGATE,
        PurposeName.DELEGATE,
        actions=_OPENING,
        optional=_SELECTING,
        in_session=_AUDIT_CALLS,
    ),
    CommandNeeds(
        "recovery adopt",
        "Makes an exception, with an owner and an end, of root credentials that are there; changes nothing at AWS.",
        RunsFrom.DELEGATE,
        PurposeName.DELEGATE,
        actions=_OPENING,
        optional=(*_SELECTING, "sns:Publish"),
        in_session=_AUDIT_CALLS,
    ),
    CommandNeeds(
        "recovery sweep",
        "Closes exceptions past their end, settles what a crash left open, reports strays, and handles accounts that joined.",
        RunsFrom.DELEGATE,
        PurposeName.DELEGATE,
        actions=_OPENING,
        optional=(
            *_SELECTING,
            "organizations:DescribePolicy",
            "organizations:UpdatePolicy",
            "cloudtrail:LookupEvents",
            "sts:AssumeRole",
            "sns:Publish",
        ),
        in_session=_REMOVAL_CALLS,
    ),
    CommandNeeds(
        "recovery close",
        "Removes everything the root user of an exception's account holds, looks again, and ends the exception.",
        RunsFrom.DELEGATE,
        PurposeName.DELEGATE,
        actions=_OPENING,
        optional=(
            *_SELECTING,
            "organizations:DescribePolicy",
            "organizations:UpdatePolicy",
            "kms:Sign",
            "sns:Publish",
        ),
        in_session=_REMOVAL_CALLS,
    ),
    CommandNeeds(
        "session",
        "Opens a root session for one task in one account, and runs a command in it or prints its keys; what is done in it is yours.",
        RunsFrom.DELEGATE,
        PurposeName.DELEGATE,
        actions=_OPENING,
        optional=tuple(
            dict.fromkeys((*_SELECTING, *_BASELINE_READS[2:], *_POLICY_READS, *_OWN_POLICY_READS))
        ),
    ),
    CommandNeeds(
        "grant add",
        "Records that an AWS profile may have root sessions for one task in one account, for an hour at most; opens none.",
        RunsFrom.DELEGATE,
        PurposeName.DELEGATE,
        actions=_ACCOUNT_READS,
        optional=_SELECTING,
    ),
    CommandNeeds(
        "grant list",
        "Lists the grants there are and were; changes nothing.",
        RunsFrom.LEDGER,
        PurposeName.LOG_READ,
        optional=("organizations:DescribeOrganization", "s3:ListBucket", "s3:GetObject"),
    ),
    CommandNeeds(
        "grant end",
        "Ends a grant before its time; changes nothing at AWS.",
        RunsFrom.DELEGATE,
        PurposeName.DELEGATE,
        actions=("sts:GetCallerIdentity", "organizations:DescribeOrganization"),
    ),
    CommandNeeds(
        "evidence verify",
        "Checks that a folder of evidence is as it was written; changes nothing.",
        RunsFrom.NOWHERE,
    ),
    CommandNeeds(
        "evidence complete",
        "Adds to a folder of evidence what CloudTrail recorded of the removal, without secrets; changes nothing at AWS.",
        RunsFrom.DELEGATE,
        PurposeName.DELEGATE,
        actions=("sts:GetCallerIdentity", "organizations:DescribeOrganization", "cloudtrail:LookupEvents"),
        optional=("sts:AssumeRole",),
    ),
    CommandNeeds(
        "unlock bucket",
        "Shows a bucket's policy and whom it locks out, and deletes, replaces, repairs or restores it as the account's root user.",
        RunsFrom.DELEGATE,
        PurposeName.DELEGATE,
        actions=_OPENING,
        optional=(*_SELECTING, *_POLICY_READS, "s3:PutObject", "s3:GetObject"),
        in_session=RootTask.S3_UNLOCK.actions,
    ),
    CommandNeeds(
        "unlock queue",
        "Shows a queue's policy and whom it locks out, and deletes, replaces, repairs or restores it as the account's root user.",
        RunsFrom.DELEGATE,
        PurposeName.DELEGATE,
        actions=_OPENING,
        optional=(*_SELECTING, *_POLICY_READS, "s3:PutObject", "s3:GetObject"),
        in_session=("sqs:GetQueueAttributes", "sqs:SetQueueAttributes", "sqs:ListQueues"),
    ),
    *(
        CommandNeeds(
            f"ledger {name}",
            does,
            RunsFrom.LEDGER,
            PurposeName.LOG_READ,
            optional=("organizations:DescribeOrganization", "s3:ListBucket", "s3:GetObject", *more),
        )
        for name, does, more in (
            ("list", "Lists what was done as root or to the set-up; changes nothing.", ()),
            ("show", "Shows one entry of the ledger, whole; changes nothing.", ()),
            ("verify", "Verifies that no entry of the ledger was altered, removed, moved or added.", ()),
            (
                "checkpoint",
                "Writes the ledger's head to a file, signed where a key is configured.",
                ("kms:Sign", "kms:GetPublicKey"),
            ),
            ("export", "Writes the whole ledger to a file that other programs can verify.", ()),
        )
    ),
    CommandNeeds(
        "management check",
        "Reads what the management account's own root user holds, who uses the account and whether root activity is alerted on; "
        "makes a credential report, and changes nothing else.",
        RunsFrom.MANAGEMENT,
        PurposeName.MANAGEMENT_READ,
        actions=("sts:GetCallerIdentity", "organizations:DescribeOrganization"),
        optional=(
            "organizations:DescribeAccount",
            "iam:GetAccountSummary",
            "iam:GenerateCredentialReport",
            "iam:GetCredentialReport",
            "account:GetAlternateContact",
            "cloudtrail:LookupEvents",
            "cloudtrail:DescribeTrails",
            "events:ListRules",
            "events:ListTargetsByRule",
            "events:TestEventPattern",
            "logs:DescribeMetricFilters",
            "logs:TestMetricFilter",
            "cloudwatch:DescribeAlarmsForMetric",
        ),
    ),
    CommandNeeds(
        "tasks",
        "Lists the tasks AWS keeps, or kept, for an account's root user and how each is done today, or prints the runbook of one.",
        RunsFrom.ANY,
        PurposeName.DELEGATE,
        optional=(
            "sts:GetCallerIdentity",
            "organizations:DescribeOrganization",
            "organizations:ListDelegatedAdministrators",
        ),
    ),
    CommandNeeds("emulator start", "Starts an emulated AWS Organization on this machine.", RunsFrom.NOWHERE),
    CommandNeeds(
        "demo", "Tells the whole story on an emulated organization on this machine.", RunsFrom.NOWHERE
    ),
)

COMMANDS: Final[Mapping[str, CommandNeeds]] = {row.command: row for row in _ROWS}
"""Every command by its name on the command line."""
