"""The Regions that are switched on for an account.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeRegions.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rootwarden.aws.error_codes import aws_call

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client


def enabled_regions(client: EC2Client) -> tuple[str, ...]:
    """Their names, in order; those that the account did not opt into are left out. Raises AwsError."""
    with aws_call("ec2:DescribeRegions"):
        answer = client.describe_regions(AllRegions=False)
    return tuple(sorted(one["RegionName"] for one in answer["Regions"]))
