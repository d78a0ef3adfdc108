"""What every command needs: the account it runs from and its IAM actions. Help, documentation and ``enable`` read this table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from rootwarden.model.command_needs import (
    ACCOUNT_READS,
    AUDIT_CALLS,
    BASELINE_READS,
    DISABLES,
    ENABLES,
    FEW_READS,
    OPENING,
    OWN_POLICY_READS,
    POLICY_READS,
    REMOVAL_CALLS,
    SELECTING,
    TRAIL_READS,
    TREE_READS,
    CommandNeeds,
    RunsFrom,
)
from rootwarden.model.detection_needs import DETECTION
from rootwarden.model.guardrail_needs import GUARDRAILS
from rootwarden.model.purpose import PurposeName
from rootwarden.model.tasks import RootTask

_ROWS: Final = (
    CommandNeeds(
        "init",
        "Writes a commented configuration file; asks AWS who the caller is only where credentials are at hand.",
        RunsFrom.ANY,
        optional=BASELINE_READS,
    ),
    CommandNeeds(
        "status",
        "Reads the state of centralized root access and changes nothing.",
        RunsFrom.ANY,
        PurposeName.MANAGEMENT_READ,
        actions=("sts:GetCallerIdentity",),
        optional=(*BASELINE_READS[1:], *TRAIL_READS, "s3:ListBucket", "s3:GetObject"),
    ),
    CommandNeeds(
        "enable",
        "Turns on trusted access for IAM and the root features, and registers the delegated administrator; removes nothing.",
        RunsFrom.MANAGEMENT,
        PurposeName.MANAGEMENT_DEPLOY,
        actions=(*BASELINE_READS, "organizations:DescribeAccount", *(step.action for step in ENABLES)),
        optional=TRAIL_READS,
    ),
    CommandNeeds(
        "disable",
        "Turns root features off, deregisters a delegated administrator, or ends trusted access; never touches member accounts.",
        RunsFrom.MANAGEMENT,
        PurposeName.MANAGEMENT_DEPLOY,
        actions=(*BASELINE_READS, *(step.action for step in DISABLES)),
        optional=TRAIL_READS,
    ),
    CommandNeeds(
        "audit",
        "Opens a root session with the audit task in each account and reads what root credentials there are; changes nothing.",
        RunsFrom.DELEGATE,
        PurposeName.DELEGATE,
        actions=OPENING,
        optional=tuple(dict.fromkeys((*SELECTING, *BASELINE_READS[2:], *POLICY_READS, *OWN_POLICY_READS))),
        in_session=AUDIT_CALLS,
    ),
    CommandNeeds(
        "doctor",
        "Says for each account and task whether a root session would work, and what would have to change; opens none unless asked to probe.",
        RunsFrom.DELEGATE,
        PurposeName.DELEGATE,
        actions=ACCOUNT_READS,
        optional=tuple(
            dict.fromkeys(
                (
                    *TREE_READS,
                    *FEW_READS,
                    "organizations:ListTagsForResource",
                    *BASELINE_READS[2:],
                    *POLICY_READS,
                    *OWN_POLICY_READS,
                    "sts:AssumeRoot",
                )
            )
        ),
        in_session=("iam:GetAccountSummary",),
    ),
    CommandNeeds(
        "who-can",
        "Says who can open root sessions, in which accounts and for which tasks, by which statement, and who is one step away; "
        "makes a credential report, and changes nothing else.",
        RunsFrom.DELEGATE,
        PurposeName.DELEGATE,
        actions=ACCOUNT_READS,
        optional=(
            "iam:GetAccountAuthorizationDetails",
            "iam:GetPolicy",
            "iam:GetPolicyVersion",
            "iam:GenerateCredentialReport",
            "iam:GetCredentialReport",
            *SELECTING,
            *POLICY_READS,
        ),
    ),
    CommandNeeds(
        "remove plan",
        "Audits the chosen accounts and writes down what would be removed; changes nothing.",
        RunsFrom.DELEGATE,
        PurposeName.DELEGATE,
        actions=OPENING,
        optional=SELECTING,
        in_session=AUDIT_CALLS,
    ),
    CommandNeeds(
        "remove apply",
        "Deletes exactly the root credentials a plan lists, and reads again afterwards. Deleted keys cannot be restored.",
        RunsFrom.DELEGATE,
        PurposeName.DELEGATE,
        actions=OPENING,
        optional=(*SELECTING, "kms:Sign"),
        in_session=REMOVAL_CALLS,
    ),
    CommandNeeds(
        "remove",
        "On a terminal: plans, shows the plan, asks, removes and reads again. Deleted keys cannot be restored.",
        RunsFrom.DELEGATE,
        PurposeName.DELEGATE,
        actions=OPENING,
        optional=SELECTING,
        in_session=REMOVAL_CALLS,
    ),
    CommandNeeds(
        "waiver add",
        "Records that root credentials of an account must stay for now, so that audits call them excepted; changes nothing at AWS.",
        RunsFrom.DELEGATE,
        PurposeName.DELEGATE,
        actions=ACCOUNT_READS,
        optional=SELECTING,
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
        actions=OPENING,
        optional=tuple(
            dict.fromkeys(
                (
                    *SELECTING,
                    *BASELINE_READS[2:],
                    *POLICY_READS,
                    *OWN_POLICY_READS,
                    "organizations:UpdatePolicy",
                    "sns:Publish",
                )
            )
        ),
        in_session=(*AUDIT_CALLS, "iam:CreateLoginProfile"),
    ),
    CommandNeeds(
        "recovery list",
        "Lists the exceptions there are and were, and reads what the root users of the open ones hold; changes nothing.",
        RunsFrom.DELEGATE,
        PurposeName.DELEGATE,
        actions=OPENING,
        optional=SELECTING,
        in_session=AUDIT_CALLS,
    ),
    CommandNeeds(
        "recovery adopt",
        "Makes an exception, with an owner and an end, of root credentials that are there; changes nothing at AWS.",
        RunsFrom.DELEGATE,
        PurposeName.DELEGATE,
        actions=OPENING,
        optional=(*SELECTING, "sns:Publish"),
        in_session=AUDIT_CALLS,
    ),
    CommandNeeds(
        "recovery sweep",
        "Closes exceptions past their end, settles what a crash left open, reports strays, and handles accounts that joined.",
        RunsFrom.DELEGATE,
        PurposeName.DELEGATE,
        actions=OPENING,
        optional=(
            *SELECTING,
            "organizations:DescribePolicy",
            "organizations:UpdatePolicy",
            "cloudtrail:LookupEvents",
            "sts:AssumeRole",
            "sns:Publish",
        ),
        in_session=REMOVAL_CALLS,
    ),
    CommandNeeds(
        "recovery close",
        "Removes everything the root user of an exception's account holds, looks again, and ends the exception.",
        RunsFrom.DELEGATE,
        PurposeName.DELEGATE,
        actions=OPENING,
        optional=(
            *SELECTING,
            "organizations:DescribePolicy",
            "organizations:UpdatePolicy",
            "kms:Sign",
            "sns:Publish",
        ),
        in_session=REMOVAL_CALLS,
    ),
    CommandNeeds(
        "session",
        "Opens a root session for one task in one account, and runs a command in it or prints its keys; what is done in it is yours.",
        RunsFrom.DELEGATE,
        PurposeName.DELEGATE,
        actions=OPENING,
        optional=tuple(dict.fromkeys((*SELECTING, *BASELINE_READS[2:], *POLICY_READS, *OWN_POLICY_READS))),
    ),
    CommandNeeds(
        "grant add",
        "Records that an AWS profile may have root sessions for one task in one account, for an hour at most; opens none.",
        RunsFrom.DELEGATE,
        PurposeName.DELEGATE,
        actions=ACCOUNT_READS,
        optional=SELECTING,
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
        actions=OPENING,
        optional=(*SELECTING, *POLICY_READS, "s3:PutObject", "s3:GetObject"),
        in_session=RootTask.S3_UNLOCK.actions,
    ),
    CommandNeeds(
        "unlock queue",
        "Shows a queue's policy and whom it locks out, and deletes, replaces, repairs or restores it as the account's root user.",
        RunsFrom.DELEGATE,
        PurposeName.DELEGATE,
        actions=OPENING,
        optional=(*SELECTING, *POLICY_READS, "s3:PutObject", "s3:GetObject"),
        in_session=("sqs:GetQueueAttributes", "sqs:SetQueueAttributes", "sqs:ListQueues"),
    ),
    *DETECTION,
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
            "ec2:DescribeRegions",
            "cloudformation:DescribeStacks",
            "cloudformation:GetTemplate",
            "cloudformation:DescribeOrganizationsAccess",
            "cloudformation:DescribeStackSet",
            "cloudformation:ListStackInstances",
            "sns:GetTopicAttributes",
        ),
    ),
    *GUARDRAILS,
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
