"""What RCPs apply to: a list of AWS's that grows, kept as data.

https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html#rcp-supported-services
"""

from __future__ import annotations

from datetime import date
from typing import Final

from rootwarden.policy.request import Request

AS_OF: Final = date(2026, 9, 26)
"""The day the list was read."""

PREFIXES: Final = frozenset(
    [
        "aoss",
        "appconfig",
        "appstream",
        "autoscaling",
        "autoscaling-plans",
        "budgets",
        "clouddirectory",
        "cloudfront",
        "cloudsearch",
        "cloudtrail-data",
        "codeartifact",
        "codebuild",
        "codecommit",
        "codepipeline",
        "cognito-identity",
        "cognito-idp",
        "comprehend",
        "comprehendmedical",
        "compute-optimizer",
        "cost-optimization-hub",
        "dax",
        "dsql",
        "dynamodb",
        "ecr",
        "ecr-public",
        "events",
        "firehose",
        "fis",
        "fms",
        "gamelift",
        "health",
        "inspector-scan",
        "kendra",
        "kinesisvideo",
        "kms",
        "logs",
        "memorydb",
        "networkmonitor",
        "notifications",
        "opensearch",
        "pca-connector-ad",
        "personalize",
        "polly",
        "pricing",
        "resource-groups",
        "rolesanywhere",
        "s3",
        "secretsmanager",
        "servicediscovery",
        "signin",
        "sqs",
        "sts",
        "support",
        "swf",
        "textract",
        "timestream-influxdb",
        "transcribe",
        "transfer",
        "translate",
        "wafv2",
        "workspaces",
        "xray",
    ]
)
"""Service prefixes of actions that RCPs can restrict. IAM is not among them."""

NOT_RESTRICTED: Final = frozenset(
    {
        "kms:retiregrant",  # AWS names it as exempt
        # These have no resource type in the Service Authorization Reference, so no resource's RCPs apply.
        "s3:createjob",
        "s3:listallmybuckets",
        "s3:listjobs",
        "sqs:listqueues",
        "sts:decodeauthorizationmessage",
        "sts:getaccesskeyinfo",
        "sts:getcalleridentity",
        "sts:getservicebearertoken",
        "sts:getsessiontoken",
    }
)
"""Actions of those services that RCPs do not restrict, in lower case."""

UNCONFIRMED: Final = frozenset({"sts:assumeroot"})
"""Actions that RCPs restrict by the written rule, which nobody has been seen to confirm."""


def restricted(request: Request) -> bool:
    """Whether RCPs of the resource owner's account take part: a listed service, and an action on a resource."""
    action = request.action_folded
    return request.resource != "*" and action not in NOT_RESTRICTED and action.split(":", 1)[0] in PREFIXES
