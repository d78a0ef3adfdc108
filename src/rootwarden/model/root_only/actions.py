"""The IAM actions a signed-in root user needs for a task: what an SCP may deny, so that signing in would be useless.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

ENROLLING: Final = ("iam:CreateVirtualMFADevice", "iam:EnableMFADevice")
"""AWS asks a root user that signs in for an MFA device, so that no task gets by without."""

_OF_TASK: Final[Mapping[str, tuple[str, ...]]] = {
    "restore-iam-permissions": (
        "iam:ListUsers",
        "iam:ListRoles",
        "iam:AttachUserPolicy",
        "iam:AttachRolePolicy",
        "iam:PutUserPolicy",
        "iam:PutRolePolicy",
    ),
    "s3-mfa-delete": ("iam:CreateAccessKey", "iam:DeleteAccessKey", "s3:PutBucketVersioning"),
    "root-access-key": ("iam:CreateAccessKey",),
    "root-password": ("iam:ChangePassword",),
    "reserved-instance-seller": ("ec2:CreateReservedInstancesListing",),
    "billing-iam-access": ("billing:UpdateIAMAccessPreference",),
    "billing-root-settings": ("billing:UpdateBillingPreferences", "payments:UpdatePaymentPreferences"),
    "tax-invoices": ("invoicing:GetInvoicePDF",),
    "govcloud-root-key": ("support:CreateCase",),
}
"""Of the others AWS documents none."""


def signed_in_actions(task: str) -> tuple[str, ...]:
    """The actions by which it is judged whether a root user that signs in could do a task."""
    return (*ENROLLING, *_OF_TASK.get(task, ()))
