"""What a row of the table of permissions holds, and the IAM actions that several commands share."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from rootwarden.model.purpose import PurposeName
from rootwarden.model.setup import StepKind
from rootwarden.model.tasks import RootTask


class RunsFrom(StrEnum):
    """The account a command runs from."""

    NOWHERE = "no account: it does not call AWS"
    MANAGEMENT = "the management account"
    DEPLOYER = (
        "the management account for SCPs and the delegation; the account a stack belongs into for a stack"
    )
    DELEGATE = "the IAM delegated administrator (the management account works too, and is advised against)"
    LEDGER = "anywhere: a file needs no AWS; a bucket, or no --ledger, needs a caller of the organization"
    LOGS = "anywhere: files need no AWS; a bucket and Athena need the account that reads them, --live the delegated administrator"
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


BASELINE_READS = (
    "sts:GetCallerIdentity",
    "organizations:DescribeOrganization",
    "organizations:ListAWSServiceAccessForOrganization",
    "organizations:ListDelegatedAdministrators",
    "iam:ListOrganizationsFeatures",
)
TRAIL_READS = ("cloudtrail:DescribeTrails", "cloudtrail:GetTrailStatus", "cloudtrail:GetEventSelectors")
ACCOUNT_READS = ("sts:GetCallerIdentity", "organizations:DescribeOrganization", "organizations:ListAccounts")
TREE_READS = (
    "organizations:ListRoots",
    "organizations:ListOrganizationalUnitsForParent",
    "organizations:ListAccountsForParent",
)
OPENING = (*ACCOUNT_READS, "sts:AssumeRoot")
FEW_READS = (
    "organizations:DescribeAccount",
    "organizations:DescribeOrganizationalUnit",
    "organizations:ListParents",
)
SELECTING = (
    *TREE_READS,
    *FEW_READS,
    "organizations:ListTagsForResource",
    "organizations:ListDelegatedAdministrators",
)
POLICY_READS = (
    "organizations:ListPoliciesForTarget",
    "organizations:ListPolicies",
    "organizations:ListTargetsForPolicy",
    "organizations:DescribePolicy",
)
POLICY_CHANGES = (
    "organizations:CreatePolicy",
    "organizations:UpdatePolicy",
    "organizations:DeletePolicy",
    "organizations:AttachPolicy",
    "organizations:DetachPolicy",
)
RESOURCE_POLICY_CALLS = (
    "organizations:DescribeResourcePolicy",
    "organizations:PutResourcePolicy",
    "organizations:DeleteResourcePolicy",
)
DEPLOYING = (
    "sts:GetCallerIdentity",
    "organizations:DescribeOrganization",
    "organizations:ListRoots",
    "organizations:ListOrganizationalUnitsForParent",
    *POLICY_READS,
    *POLICY_CHANGES,
)
STACK_CALLS = tuple(
    f"cloudformation:{action}"
    for action in (
        "DescribeStacks",
        "DescribeStackEvents",
        "GetTemplate",
        "CreateChangeSet",
        "DescribeChangeSet",
        "ExecuteChangeSet",
        "DeleteChangeSet",
        "DeleteStack",
    )
)
STACK_ROLE_CALLS = tuple(
    f"iam:{action}"
    for action in (
        "GetRole",
        "ListAttachedRolePolicies",
        "ListRolePolicies",
        "CreateRole",
        "DeleteRole",
        "UpdateRole",
        "UpdateRoleDescription",
        "UpdateAssumeRolePolicy",
        "AttachRolePolicy",
        "DetachRolePolicy",
        "PutRolePermissionsBoundary",
        "DeleteRolePermissionsBoundary",
    )
)
STACK_POLICY_CALLS = tuple(
    f"iam:{action}"
    for action in (
        "GetPolicy",
        "GetPolicyVersion",
        "ListPolicyVersions",
        "ListEntitiesForPolicy",
        "CreatePolicy",
        "CreatePolicyVersion",
        "DeletePolicyVersion",
        "DeletePolicy",
    )
)
"""What CloudFormation does to IAM with the permissions of whoever executes the change set."""
ALERT_READS = (
    "ec2:DescribeRegions",
    "events:ListRules",
    "events:ListTargetsByRule",
    "sns:GetTopicAttributes",
)
ALERT_RULE_CALLS = tuple(
    f"events:{action}"
    for action in (
        "DescribeRule",
        "ListTargetsByRule",
        "ListTagsForResource",
        "PutRule",
        "PutTargets",
        "RemoveTargets",
        "DeleteRule",
    )
)
ALERT_TOPIC_CALLS = tuple(
    f"sns:{action}"
    for action in (
        "GetTopicAttributes",
        "GetDataProtectionPolicy",
        "ListSubscriptionsByTopic",
        "ListTagsForResource",
        "CreateTopic",
        "SetTopicAttributes",
        "Subscribe",
        "DeleteTopic",
    )
)
ALERT_BUS_CALLS = tuple(
    f"events:{action}"
    for action in (
        "DescribeEventBus",
        "ListTagsForResource",
        "CreateEventBus",
        "UpdateEventBus",
        "DeleteEventBus",
        "PutPermission",
        "RemovePermission",
    )
)
ALERT_ROLE_CALLS = tuple(
    f"iam:{action}"
    for action in (
        "GetRole",
        "GetRolePolicy",
        "ListAttachedRolePolicies",
        "ListRolePolicies",
        "CreateRole",
        "PutRolePolicy",
        "PassRole",
        "UpdateRole",
        "UpdateRoleDescription",
        "UpdateAssumeRolePolicy",
        "DeleteRolePolicy",
        "DeleteRole",
    )
)
"""Of the role that passes events on to a central bus, where there is one."""
ALERT_KEY_CALLS = (
    *(
        f"kms:{action}"
        for action in (
            "CreateKey",
            "DescribeKey",
            "GetKeyPolicy",
            "GetKeyRotationStatus",
            "ListResourceTags",
            "PutKeyPolicy",
            "UpdateKeyDescription",
            "EnableKeyRotation",
            "ScheduleKeyDeletion",
        )
    ),
    "sns:GetSubscriptionAttributes",
    "sns:SetSubscriptionAttributes",
    "sns:Unsubscribe",
)
"""What CloudFormation does to keys and subscriptions, which policies cannot tell from others by their names."""
STACK_SET_CALLS = tuple(
    f"cloudformation:{action}"
    for action in (
        "DescribeStackSet",
        "ListStackInstances",
        "DescribeStackSetOperation",
        "CreateStackSet",
        "UpdateStackSet",
        "CreateStackInstances",
        "DeleteStackInstances",
        "DeleteStackSet",
    )
)
STACK_SET_ACCESS_CALLS = (
    "cloudformation:DescribeOrganizationsAccess",
    "cloudformation:ActivateOrganizationsAccess",
    "organizations:ListAWSServiceAccessForOrganization",
    "organizations:EnableAWSServiceAccess",
    "iam:CreateServiceLinkedRole",
)
ALERT_CALLS = tuple(
    dict.fromkeys(
        (
            *ALERT_READS,
            *TRAIL_READS,
            *ALERT_RULE_CALLS,
            *ALERT_TOPIC_CALLS,
            *ALERT_BUS_CALLS,
            *ALERT_ROLE_CALLS,
            *ALERT_KEY_CALLS,
            *STACK_SET_ACCESS_CALLS,
            *STACK_SET_CALLS,
        )
    )
)
"""What alerts need besides: to be looked at, made by CloudFormation, and brought to member accounts by a StackSet."""
LEDGER_IN_S3 = ("s3:ListBucket", "s3:GetBucketObjectLockConfiguration", "s3:GetObject", "s3:PutObject")
"""What every command that records needs where the ledger is a bucket."""
LEDGER_SIGNING = ("kms:Sign", "kms:GetPublicKey")
OWN_POLICY_READS = (
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
AUDIT_CALLS = tuple(action for action in RootTask.AUDIT.actions)
DELETE_CALLS = tuple(action for action in RootTask.DELETE.actions if action != "iam:DeleteVirtualMFADevice")
REMOVAL_CALLS = tuple(dict.fromkeys((*DELETE_CALLS, *AUDIT_CALLS)))

ENABLES = (
    StepKind.ENABLE_TRUSTED_ACCESS,
    StepKind.ENABLE_ROOT_CREDENTIALS_MANAGEMENT,
    StepKind.ENABLE_ROOT_SESSIONS,
    StepKind.REGISTER_DELEGATE,
)
DISABLES = (
    StepKind.DISABLE_ROOT_SESSIONS,
    StepKind.DISABLE_ROOT_CREDENTIALS_MANAGEMENT,
    StepKind.DEREGISTER_DELEGATE,
    StepKind.DISABLE_TRUSTED_ACCESS,
)
