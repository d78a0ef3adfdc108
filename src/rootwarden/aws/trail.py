"""CloudTrail trails: without one that records management events nothing is kept and alerts stay silent.

https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rootwarden.aws.error_codes import aws_call

if TYPE_CHECKING:
    from mypy_boto3_cloudtrail import CloudTrailClient


@dataclass(frozen=True, slots=True)
class Trail:
    """One trail as DescribeTrails shows it."""

    arn: str
    home_region: str
    is_organization_trail: bool
    is_multi_region: bool
    log_group_arn: str | None = None
    """The log group of CloudWatch Logs it delivers to."""


class Trails:
    """Reads trails. All calls raise AwsError."""

    def __init__(self, client: CloudTrailClient) -> None:
        self._client = client

    def describe(self) -> tuple[Trail, ...]:
        """The trails that record this account, organization trails owned by the management account included."""
        with aws_call("cloudtrail:DescribeTrails"):
            found = self._client.describe_trails(includeShadowTrails=True)["trailList"]
        return tuple(
            Trail(
                arn=one["TrailARN"],
                home_region=one.get("HomeRegion", ""),
                is_organization_trail=one.get("IsOrganizationTrail", False),
                is_multi_region=one.get("IsMultiRegionTrail", False),
                log_group_arn=one.get("CloudWatchLogsLogGroupArn"),
            )
            for one in found
        )

    def is_logging(self, arn: str) -> bool:
        """Whether a trail is switched on."""
        with aws_call("cloudtrail:GetTrailStatus"):
            return self._client.get_trail_status(Name=arn)["IsLogging"]

    def records_management_events(self, arn: str) -> bool:
        """Whether a trail records management events, reading and writing ones."""
        with aws_call("cloudtrail:GetEventSelectors"):
            answer: Any = self._client.get_event_selectors(TrailName=arn)
        if any(
            one.get("IncludeManagementEvents") and one.get("ReadWriteType", "All") == "All"
            for one in answer.get("EventSelectors", [])
        ):
            return True
        return any(_is_management(one["FieldSelectors"]) for one in answer.get("AdvancedEventSelectors", []))


def _is_management(fields: Any) -> bool:
    wanted = any(f["Field"] == "eventCategory" and "Management" in f.get("Equals", []) for f in fields)
    narrowed = any(f["Field"] == "readOnly" for f in fields)
    return wanted and not narrowed
