"""What is known of every root session: what its tasks cannot do without, and the condition keys its requests never have.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from __future__ import annotations

from typing import Final

from rootwarden.model.tasks import RootTask

ESSENTIAL: Final = {
    RootTask.AUDIT: frozenset({"iam:GetAccountSummary"}),
    RootTask.DELETE: frozenset(RootTask.DELETE.actions)
    - {"iam:GetUser", "iam:GetAccessKeyLastUsed", "iam:DeleteVirtualMFADevice"},
    RootTask.CREATE_PASSWORD: frozenset({"iam:CreateLoginProfile"}),
    RootTask.S3_UNLOCK: frozenset({"s3:GetBucketPolicy", "s3:DeleteBucketPolicy"}),
    RootTask.SQS_UNLOCK: frozenset({"sqs:GetQueueAttributes", "sqs:SetQueueAttributes"}),
}
"""The actions a task cannot do without: audit its summary, delete what it lists and deletes, unlocking a look and the removal."""

WITHOUT_RESOURCE: Final = frozenset({"iam:GetAccountSummary", "s3:ListAllMyBuckets", "sqs:ListQueues"})
NEVER: Final = frozenset(
    {
        "aws:username",
        "aws:federatedprovider",
        "aws:principalservicename",
        "aws:principalservicenameslist",
        "aws:tagkeys",
        "sts:taskpolicyarn",
    }
)
"""Keys that the request of a root session does not have."""
NEVER_BEGIN: Final = ("aws:principaltag/", "aws:requesttag/", "aws:calledvia")
