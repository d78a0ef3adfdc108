"""The list of services that RCPs apply to, as AWS published it."""

from __future__ import annotations

import pytest

from rootwarden.policy import Request
from rootwarden.policy.rcp_services import AS_OF, PREFIXES, restricted

BUCKET = "arn:aws:s3:::bucket"


def test_the_list_is_dated_and_whole() -> None:
    """62 prefixes on that day, IAM not among them."""
    assert AS_OF.isoformat() == "2026-09-26"
    assert len(PREFIXES) == 62
    assert {"s3", "sqs", "sts", "kms", "secretsmanager"} < PREFIXES
    assert "iam" not in PREFIXES


@pytest.mark.parametrize(
    ("action", "resource", "taking_part"),
    [
        ("s3:GetObject", f"{BUCKET}/key", True),
        ("S3:GETOBJECT", f"{BUCKET}/key", True),
        ("s3:ListAllMyBuckets", BUCKET, False),
        ("s3:GetAccountPublicAccessBlock", "*", False),
        ("kms:RetireGrant", "arn:aws:kms:us-east-1:222222222222:key/k", False),
        ("iam:GetUser", "arn:aws:iam::222222222222:root", False),
        ("sts:AssumeRole", "arn:aws:iam::222222222222:role/ops", True),
        ("sts:GetCallerIdentity", "*", False),
    ],
)
def test_rcps_take_part_in_actions_on_resources(action: str, resource: str, taking_part: bool) -> None:
    """A listed service, a resource, and no exemption."""
    assert restricted(Request(action, resource)) is taking_part
