"""The Regions of an account."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from rootwarden.aws.enabled_regions import enabled_regions

if TYPE_CHECKING:
    from typing import Any

    from mypy_boto3_ec2 import EC2Client


class Ec2:
    """Answers as EC2 does where ``AllRegions`` is false: Regions that are enabled, in no order."""

    def describe_regions(self, *, AllRegions: bool) -> dict[str, Any]:  # noqa: N803 - AWS's name
        assert not AllRegions
        return {
            "Regions": [
                {"RegionName": "us-east-1", "OptInStatus": "opt-in-not-required"},
                {"RegionName": "af-south-1"},
            ]
        }


def test_they_come_in_order() -> None:
    assert enabled_regions(cast("EC2Client", Ec2())) == ("af-south-1", "us-east-1")
