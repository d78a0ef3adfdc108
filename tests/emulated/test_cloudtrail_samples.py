"""The emulator's records beside AWS's two published samples, member by member.

https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-track-privileged-tasks.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from rootwarden.emulator.builders import MANAGEMENT, SECURITY, account
from rootwarden.emulator.clock import Clock
from rootwarden.emulator.org_file import OrganizationFile, PrincipalSpec

MEMBER = "333333333333"
NOON = datetime(2024, 10, 25, 20, 52, 11, tzinfo=UTC)
UNLOCK = "arn:aws:iam::aws:policy/root-task/S3UnlockBucketPolicy"
ALLOW_ALL: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}

SAMPLES = Path(__file__).parents[1] / "cases" / "cloudtrail"
CALLER_SAMPLE: dict[str, Any] = json.loads((SAMPLES / "aws_sample_caller.json").read_text(encoding="utf-8"))
CALLER_DIFFERS = {
    # The published record is abridged: every real record has these.
    "userAgent": "absent in the sample",
    "requestID": "absent in the sample",
    "eventID": "absent in the sample",
    "readOnly": "absent in the sample",
    "eventType": "absent in the sample",
    "managementEvent": "absent in the sample",
    "recipientAccountId": "absent in the sample",
    "eventCategory": "absent in the sample",
    "tlsDetails": "absent in the sample",
    # A role's id begins with AROA; the sample shows a user's AIDA.
    "userIdentity.principalId": "kind",
    "userIdentity.sessionContext.sessionIssuer.principalId": "kind",
}

MEMBER_SAMPLE: dict[str, Any] = json.loads((SAMPLES / "aws_sample_member.json").read_text(encoding="utf-8"))
MEMBER_DIFFERS = {"userAgent": "absent in the sample"}  # abridged as well

KINDS = (
    (r"\d{12}", "account"),
    (r"ASIA[A-Z0-9]{16}", "session key"),
    (r"AROA[A-Z0-9]{16,17}(:[\w.-]+)?", "role id"),
    (r"AIDA[A-Z0-9]{16,17}(:[\w.-]+)?", "user id"),
    (r"arn:aws:sts::\d{12}:assumed-role/[\w-]+/[\w-]+", "session ARN"),
    (r"arn:aws:iam::\d{12}:role/[\w-]+", "role ARN"),
    (r"arn:aws:iam::\d{12}:root", "root ARN"),
    (r"arn:aws:s3:::[\w-]+", "bucket ARN"),
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "time"),
    (r"[A-Z][a-z]{2} \d{1,2}, \d{4}, \d{1,2}:\d\d:\d\d [AP]M", "time in words"),
    (r"\d{1,3}(\.\d{1,3}){3}", "address"),
    (r"[\w-]+\.s3\.([a-z0-9-]+\.)?amazonaws\.com", "bucket host"),
)
LITERAL = {
    "type", "eventVersion", "eventSource", "eventName", "awsRegion", "mfaAuthenticated", "assumedRoot", "arn", "policy",
    "eventType", "eventCategory", "tlsVersion", "cipherSuite",
}  # fmt: skip


def differences(sample: Any, found: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every member that only one side has, and every value of another kind."""
    if isinstance(sample, dict) and isinstance(found, dict):
        for name in sorted({*sample, *found}):
            inner = f"{path}.{name}" if path else name
            if name not in found:
                yield inner, "absent in the emulator"
            elif name not in sample:
                yield inner, "absent in the sample"
            else:
                yield from differences(sample[name], found[name], inner)
    elif isinstance(sample, list) and isinstance(found, list):
        for number, pair in enumerate(zip(sample, found, strict=True)):
            yield from differences(*pair, f"{path}.{number}")
    elif kind(sample, path) != kind(found, path):
        yield path, "kind"


def kind(value: Any, path: str) -> Any:
    """What a value is: literally itself where the name says so, else what it looks like."""
    if not isinstance(value, str):
        return value
    for pattern, name in KINDS:
        if re.fullmatch(pattern, value):
            return name
    return value if path.rpartition(".")[2] in LITERAL else "text"


@pytest.fixture
def recorded(
    rootwarden_organization: Any, client_of: Any, client_with: Any, records_of: Any
) -> list[dict[str, Any]]:
    """The records of a root session that deletes a bucket policy: the caller's and the member's."""
    clock = Clock(NOON, frozen=True)
    emulator = rootwarden_organization(
        OrganizationFile(
            management_account=account(MANAGEMENT, "Company"),
            accounts=(account(SECURITY, "Security"), account(MEMBER, "Member")),
            trusted_services=("iam.amazonaws.com",),
            root_features=("RootSessions",),
            principals=(PrincipalSpec(account=MANAGEMENT, name="JohnDoe", policies=(ALLOW_ALL,)),),
        ),
        clock=clock,
    )
    owner = client_of(emulator, "s3", f"emulator-{MEMBER}", region="us-west-2")
    owner.create_bucket(
        Bucket="resource-policy-john", CreateBucketConfiguration={"LocationConstraint": "us-west-2"}
    )
    denied = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": "arn:aws:s3:::resource-policy-john",
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": denied})
    owner.put_bucket_policy(Bucket="resource-policy-john", Policy=policy)
    sts = client_of(emulator, "sts", f"emulator-{MANAGEMENT}-JohnDoe", region="us-west-2")
    keys = sts.assume_root(TargetPrincipal=MEMBER, TaskPolicyArn={"arn": UNLOCK})["Credentials"]
    clock.advance(timedelta(seconds=96))
    session = client_with(emulator, "s3", keys, region="us-west-2")
    session.delete_bucket_policy(Bucket="resource-policy-john")
    return [
        records_of(emulator, MANAGEMENT, "us-west-2", EventName="AssumeRoot")[0],
        records_of(emulator, MEMBER, "us-west-2", EventName="DeleteBucketPolicy")[0],
    ]


def test_the_callers_record_is_shaped_as_the_sample(recorded: list[dict[str, Any]]) -> None:
    assert dict(differences(CALLER_SAMPLE, recorded[0])) == CALLER_DIFFERS


def test_the_members_record_is_shaped_as_the_sample(recorded: list[dict[str, Any]]) -> None:
    assert dict(differences(MEMBER_SAMPLE, recorded[1])) == MEMBER_DIFFERS


def test_times_and_keys_hang_together_as_in_the_samples(recorded: list[dict[str, Any]]) -> None:
    caller, member = recorded
    issued = caller["responseElements"]["credentials"]
    session = member["userIdentity"]
    assert caller["eventTime"] == "2024-10-25T20:52:11Z"
    assert issued["expiration"] == "Oct 25, 2024, 9:07:11 PM"
    assert session["accessKeyId"] == issued["accessKeyId"]
    assert session["sessionContext"]["attributes"]["creationDate"] == caller["eventTime"]
    assert member["eventTime"] == "2024-10-25T20:53:47Z"
    assert (caller["recipientAccountId"], member["recipientAccountId"]) == (MANAGEMENT, MEMBER)


@pytest.mark.parametrize(
    ("sample", "found", "expected"),
    [
        ({"a": 1}, {"a": 1, "b": 2}, {"b": "absent in the sample"}),
        ({"a": {"b": "111111111111"}}, {"a": {"b": "Joe"}}, {"a.b": "kind"}),
        ({"readOnly": False}, {"readOnly": "false"}, {"readOnly": "kind"}),
        ({"eventName": "AssumeRoot"}, {"eventName": "AssumeRole"}, {"eventName": "kind"}),
        ({"a": None}, {}, {"a": "absent in the emulator"}),
    ],
)
def test_differences_are_seen(sample: Any, found: Any, expected: dict[str, str]) -> None:
    assert dict(differences(sample, found)) == expected
