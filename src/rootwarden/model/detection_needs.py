"""What the commands of detection need: their rows of the table of permissions."""

from __future__ import annotations

from typing import Final

from rootwarden.model.command_needs import CommandNeeds, RunsFrom
from rootwarden.model.purpose import PurposeName

DETECTION: Final = (
    CommandNeeds(
        "detect run",
        "Reads CloudTrail and says of every root event whether it is explained, and by what; changes nothing.",
        RunsFrom.LOGS,
        PurposeName.LOG_READ,
        optional=(
            "sts:GetCallerIdentity",
            "organizations:DescribeOrganization",
            "organizations:ListAccounts",
            "organizations:ListDelegatedAdministrators",
            "s3:ListBucket",
            "s3:GetObject",
            "kms:Decrypt",
            "cloudtrail:LookupEvents",
            "ec2:DescribeRegions",
            "sts:AssumeRole",
            "athena:StartQueryExecution",
            "athena:GetQueryExecution",
            "athena:GetQueryResults",
            "athena:StopQueryExecution",
            "glue:GetTable",
            "glue:GetDatabase",
            "s3:GetBucketLocation",
            "s3:PutObject",
        ),
    ),
    CommandNeeds(
        "detect rules",
        "Lists the rules of detection: what each finds, how severe it is, why it matters and what to do next.",
        RunsFrom.NOWHERE,
    ),
    CommandNeeds(
        "detect athena",
        "Prints the table over an organization's trail for Athena, or the query for the events that detection judges.",
        RunsFrom.ANY,
        PurposeName.MANAGEMENT_READ,
        optional=(
            "organizations:DescribeOrganization",
            "organizations:ListAccounts",
            "ec2:DescribeRegions",
        ),
    ),
)
