"""Tasks of identity and of single services for which somebody has to sign in as the root user."""

from __future__ import annotations

from typing import Final

from rootwarden.model.root_only.procedures import RECOVERY_EVENTS, in_member, recovery
from rootwarden.model.root_only_task import RootOnlyTask, Step, Way

_IAM_GUIDE = "https://docs.aws.amazon.com/IAM/latest/UserGuide"
_ITS_OWN = (
    "Sign in as its root user with the password and MFA device it keeps; there is nothing to open or close."
)

TASKS: Final = (
    RootOnlyTask(
        name="restore-iam-permissions",
        title="Give IAM permissions back when the last administrator is locked out",
        way=Way.RECOVERY,
        steps=recovery(
            "restore-iam-permissions",
            Step(
                "In the IAM console, mend the policy, the trust policy or the permissions boundary that locks the administrator "
                "out. Change no more than that: everything done now is done as root.",
            ),
            Step("Have the administrator sign in and confirm that it works, before you sign out."),
        ),
        page=f"{_IAM_GUIDE}/access_policies_manage-edit.html",
        procedure_events=RECOVERY_EVENTS,
        task_events=in_member(
            "iam",
            "AttachRolePolicy",
            "AttachUserPolicy",
            "DetachRolePolicy",
            "DetachUserPolicy",
            "PutRolePolicy",
            "PutUserPolicy",
            "DeleteRolePolicy",
            "DeleteUserPolicy",
            "CreatePolicyVersion",
            "UpdateAssumeRolePolicy",
            "DeleteRolePermissionsBoundary",
            "DeleteUserPermissionsBoundary",
        ),
        management_account=_ITS_OWN,
        consider="A role that still has power in the account saves the sign-in: OrganizationAccountAccessRole (from the management "
        "account, where the account was created in the organization), AWSControlTowerExecution, or a permission set of IAM "
        "Identity Center. If an SCP locks the administrator out, change the SCP: it binds the root user as well.",
        events_note="Those of what was mended; userIdentity.type is Root.",
    ),
    RootOnlyTask(
        name="s3-mfa-delete",
        title="Turn MFA delete of an S3 bucket on or off",
        way=Way.RECOVERY,
        steps=recovery(
            "s3-mfa-delete",
            Step(
                "The console does not offer it, so create an access key for the root user, and keep it off every disk that is "
                "backed up.",
            ),
            Step(
                "Change the bucket's versioning, with the serial number of the root user's MFA device and its code of the moment.",
                "aws s3api put-bucket-versioning --bucket BUCKET --versioning-configuration Status=Enabled,MFADelete=Enabled "
                "--mfa 'arn:{partition}:iam::{account}:mfa/root-account-mfa-device CODE'",
            ),
            Step(
                "Delete the access key at once. Permanent deletes and further changes of versioning need the root user and a "
                "device again, so they need this task again.",
            ),
        ),
        page="https://docs.aws.amazon.com/AmazonS3/latest/userguide/MultiFactorAuthenticationDelete.html",
        procedure_events=RECOVERY_EVENTS,
        task_events=(
            *in_member("iam", "CreateAccessKey"),
            *in_member("s3", "PutBucketVersioning"),
        ),
        management_account=_ITS_OWN,
        consider="S3 Object Lock, or an SCP that denies s3:DeleteObjectVersion and s3:PutBucketVersioning, protects versions "
        "without a root user.",
        events_note="PutBucketVersioning in the bucket's Region.",
    ),
    RootOnlyTask(
        name="reserved-instance-seller",
        title="Register as a seller in the Reserved Instance Marketplace",
        way=Way.RECOVERY,
        steps=recovery(
            "reserved-instance-seller",
            Step(
                "Register the account as a seller, with a bank account, in the Reserved Instance Marketplace."
            ),
            Step("Let an IAM role list the Reserved Instances afterwards: that needs no root user."),
        ),
        page="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ri-market-general.html",
        procedure_events=RECOVERY_EVENTS,
        task_events=(),
        management_account=_ITS_OWN,
        consider="Reserved Instances of one account serve the others through consolidated billing, so one seller account may do.",
        events_note="AWS documents no record of the registration.",
    ),
    RootOnlyTask(
        name="mturk-link",
        title="Link the account to an Amazon Mechanical Turk requester account",
        way=Way.RECOVERY,
        steps=recovery(
            "mturk-link",
            Step(
                "Sign in as the requester at https://requester.mturk.com/developer, choose to link an AWS account, and confirm the "
                "account {account} as its root user.",
            ),
            Step("Use an IAM user or role for the MTurk API afterwards."),
        ),
        page="https://docs.aws.amazon.com/AWSMechTurk/latest/AWSMechanicalTurkGettingStartedGuide/SetUp.html#accountlinking",
        procedure_events=RECOVERY_EVENTS,
        task_events=(),
        management_account=_ITS_OWN,
        consider="An account of its own for MTurk keeps this away from accounts that hold anything else.",
        events_note="AWS documents no record of the linking.",
    ),
    RootOnlyTask(
        name="root-access-key",
        title="Create an access key for the root user",
        way=Way.RECOVERY,
        steps=recovery(
            "root-access-key",
            Step("Create the key under Security credentials in the console. Its secret is shown once."),
            Step("Do what it was for, and delete the key: nothing should ever depend on it."),
            hours=1,
        ),
        page=f"{_IAM_GUIDE}/id_root-user_manage_add-key.html",
        procedure_events=RECOVERY_EVENTS,
        task_events=in_member("iam", "CreateAccessKey", "DeleteAccessKey"),
        management_account="Do not: a root key of the management account can do everything in it, and no SCP binds it.",
        consider="Hardly anything needs it; AWS advises against it. A role, or a root session, does what the key would.",
    ),
    RootOnlyTask(
        name="root-password",
        title="Sign in as the root user for what is not in this catalogue",
        way=Way.RECOVERY,
        steps=recovery(
            "root-password",
            Step("Do what has to be done, and write down what that was: only the ticket will tell."),
        ),
        page=f"{_IAM_GUIDE}/reset-root-password.html",
        procedure_events=RECOVERY_EVENTS,
        task_events=in_member("signin", "PasswordUpdated"),
        management_account=_ITS_OWN,
        consider="'rootwarden tasks' lists what needs no sign-in any more; older guides still ask for one.",
        events_note="PasswordUpdated where a password is changed while signed in; whatever else is done leaves its own records.",
    ),
)
