"""CloudTrail's event history: ninety days of one account and Region.

https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from rootwarden.aws.pages import pages

if TYPE_CHECKING:
    from datetime import datetime

    from mypy_boto3_cloudtrail import CloudTrailClient


class TrailEvents:
    """Looks events up, with one attribute a call as AWS allows. All calls raise AwsError."""

    def __init__(self, client: CloudTrailClient) -> None:
        self._client = client

    def named(self, name: str, start: datetime, end: datetime) -> Iterator[Mapping[str, Any]]:
        """The records of calls of one name between two times."""
        return self._look_up("EventName", name, start, end)

    def by_access_key(self, key_id: str, start: datetime, end: datetime) -> Iterator[Mapping[str, Any]]:
        """The records of what was called with one access key, such as a root session's."""
        return self._look_up("AccessKeyId", key_id, start, end)

    def by_user(self, name: str, start: datetime, end: datetime) -> Iterator[Mapping[str, Any]]:
        """The records of one user name; the root user's is ``root``."""
        return self._look_up("Username", name, start, end)

    def _look_up(
        self, attribute: str, value: str, start: datetime, end: datetime
    ) -> Iterator[Mapping[str, Any]]:
        found = pages(
            self._client,
            "lookup_events",
            "cloudtrail:LookupEvents",
            LookupAttributes=[{"AttributeKey": attribute, "AttributeValue": value}],
            StartTime=start,
            EndTime=end,
        )
        for page in found:
            for event in page["Events"]:
                record: Any = json.loads(event["CloudTrailEvent"])
                yield record
