"""Log files of trails, read back through S3."""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from rootwarden.emulator.builders import MANAGEMENT, SECURITY, account
from rootwarden.emulator.clock import Clock
from rootwarden.emulator.org_file import OrganizationFile

MEMBER = "333333333333"
OUTSIDE = "444444444444"
BUCKET = "organization-cloudtrail"
NOON = datetime(2026, 10, 20, 12, 3, 30, tzinfo=UTC)
KEY = re.compile(
    r"AWSLogs/(?:(?P<organization>o-[a-z0-9]+)/)?(?P<account>\d{12})/CloudTrail/(?P<region>[a-z0-9-]+)/"
    r"(?P<day>\d{4}/\d\d/\d\d)/(?P=account)_CloudTrail_(?P=region)_(?P<minute>\d{8}T\d{4}Z)_[A-Za-z0-9]{16}\.json\.gz"
)


def organization(*trails: dict[str, Any], **options: Any) -> OrganizationFile:
    return OrganizationFile.model_validate(
        {
            "management_account": account(MANAGEMENT, "Company"),
            "accounts": (account(SECURITY, "Log Archive"), account(MEMBER, "Member")),
            "standalone_accounts": (account(OUTSIDE, "Outside"),),
            "trails": [{"account": MANAGEMENT, **trail} for trail in trails or ({},)],
            **options,
        }
    )


def log_files(client: Any, bucket: str = BUCKET) -> dict[str, list[dict[str, Any]]]:
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket)
    keys = [found["Key"] for page in pages for found in page.get("Contents", ())]
    bodies = {key: client.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys}
    return {key: json.loads(gzip.decompress(body))["Records"] for key, body in bodies.items()}


def events(files: dict[str, list[dict[str, Any]]]) -> Counter[str]:
    return Counter(record["eventID"] for records in files.values() for record in records)


@pytest.fixture
def start(rootwarden_organization: Any) -> Any:
    return lambda file, clock=None: rootwarden_organization(file, clock=clock or Clock(NOON, frozen=True))


def test_an_organization_trail_writes_files_by_account_region_and_day(
    start: Any, client_of: Any, records_of: Any
) -> None:
    emulator = start(organization())
    for profile, region in ((MANAGEMENT, "us-east-1"), (MEMBER, "eu-west-1"), (MEMBER, "us-east-1")):
        client_of(emulator, "sts", f"emulator-{profile}", region=region).get_caller_identity()
    files = log_files(client_of(emulator, "s3"))
    found = {match["account"] + " " + match["region"]: match for match in map(KEY.fullmatch, files) if match}
    assert len(found) == len(files) == 3
    assert sorted(found) == [f"{MANAGEMENT} us-east-1", f"{MEMBER} eu-west-1", f"{MEMBER} us-east-1"]
    for match in found.values():
        assert match["organization"] == "o-emulated01"
        assert (match["day"], match["minute"]) == ("2026/10/20", "20261020T1203Z")
        (record,) = files[match.string]
        assert record in records_of(emulator, match["account"], match["region"])


def test_files_say_what_they_are(start: Any, client_of: Any) -> None:
    emulator = start(organization())
    client_of(emulator, "sts").get_caller_identity()
    s3 = client_of(emulator, "s3")
    (listed,) = s3.list_objects_v2(Bucket=BUCKET)["Contents"]
    answer = s3.get_object(Bucket=BUCKET, Key=listed["Key"])
    assert (answer["ContentType"], answer["ContentEncoding"]) == ("application/json", "gzip")
    assert listed["LastModified"] == NOON
    assert not s3.list_objects_v2(
        Bucket=BUCKET, Prefix="AWSLogs/o-emulated01/111111111111/CloudTrail-Digest"
    )["KeyCount"]


def test_an_accounts_own_trail_covers_itself_without_the_organization(start: Any, client_of: Any) -> None:
    own = {"account": OUTSIDE, "organization": False, "bucket": "own-trail", "home_region": "eu-west-1"}
    emulator = start(organization(own))
    for profile in (MEMBER, OUTSIDE):
        client_of(emulator, "sts", f"emulator-{profile}").get_caller_identity()
    s3 = client_of(emulator, "s3", f"emulator-{OUTSIDE}", region="eu-west-1")
    (key,) = log_files(s3, "own-trail")
    assert key.startswith(f"AWSLogs/{OUTSIDE}/CloudTrail/us-east-1/2026/10/20/")
    assert s3.get_bucket_location(Bucket="own-trail")["LocationConstraint"] == "eu-west-1"


@pytest.mark.parametrize(
    ("trail", "recorded"),
    [
        ({}, {"GetCallerIdentity", "CreateUser"}),
        ({"management_events": "ReadOnly"}, {"GetCallerIdentity"}),
        ({"management_events": "WriteOnly"}, {"CreateUser"}),
        ({"management_events": "None"}, set()),
        ({"logging": False}, set()),
        ({"multi_region": False}, {"CreateUser"}),
        ({"multi_region": False, "home_region": "eu-west-1"}, {"GetCallerIdentity"}),
    ],
)
def test_a_trail_records_what_it_is_set_to(
    trail: dict[str, Any], recorded: set[str], start: Any, client_of: Any, records_of: Any
) -> None:
    emulator = start(organization(trail))
    client_of(emulator, "sts", f"emulator-{MEMBER}", region="eu-west-1").get_caller_identity()
    client_of(emulator, "iam", f"emulator-{MEMBER}").create_user(UserName="alice")
    region = trail.get("home_region", "us-east-1")
    files = log_files(client_of(emulator, "s3", region=region))
    assert {record["eventName"] for records in files.values() for record in records} == recorded
    assert [record["eventName"] for record in records_of(emulator, MEMBER)] == ["CreateUser"]


def test_files_come_after_the_delay(start: Any, client_of: Any) -> None:
    clock = Clock(NOON, frozen=True)
    emulator = start(organization(records={"delivery_delay_seconds": 240}), clock)
    client_of(emulator, "sts").get_caller_identity()
    s3 = client_of(emulator, "s3")
    assert log_files(s3) == {}
    clock.advance(timedelta(seconds=239))
    assert log_files(s3) == {}
    clock.advance(timedelta(seconds=2))
    (key,) = log_files(s3)
    assert "20261020T1207Z" in key
    clock.advance(timedelta(hours=1))
    assert list(log_files(s3)) == [key]


def test_nothing_is_written_twice_unless_asked_for(start: Any, client_of: Any) -> None:
    emulator = start(organization())
    s3 = client_of(emulator, "s3")
    for _ in range(20):
        client_of(emulator, "sts").get_caller_identity()
        s3.list_objects_v2(Bucket=BUCKET)
    assert set(events(log_files(s3)).values()) == {1}
    assert len(events(log_files(s3))) == 20


def test_some_events_come_twice_and_none_is_lost(start: Any, client_of: Any) -> None:
    emulator = start(organization(records={"duplicate_share": 0.3, "seed": 7}))
    s3, sts = client_of(emulator, "s3"), client_of(emulator, "sts")
    for number in range(60):
        sts.get_caller_identity()
        if number % 20 == 0:
            log_files(s3)
    counted = events(log_files(s3))
    assert len(counted) == 60
    assert set(counted.values()) == {1, 2}


def test_the_log_archive_can_own_the_bucket(start: Any, client_of: Any) -> None:
    emulator = start(organization())
    with emulator.world.lock:
        trails, emulator.world.trails = emulator.world.trails, ()
    archive = client_of(emulator, "s3", f"emulator-{SECURITY}")
    archive.create_bucket(Bucket=BUCKET)
    with emulator.world.lock:
        emulator.world.trails = trails
    client_of(emulator, "sts").get_caller_identity()
    assert [bucket["Name"] for bucket in archive.list_buckets()["Buckets"]] == [BUCKET]
    assert sum(f"/{MANAGEMENT}/" in key for key in log_files(archive)) == 1
    assert client_of(emulator, "s3").list_buckets()["Buckets"] == []


def test_a_bucket_that_was_deleted_gets_nothing(start: Any, client_of: Any) -> None:
    emulator = start(organization())
    s3 = client_of(emulator, "s3")
    s3.delete_bucket(Bucket=BUCKET)
    client_of(emulator, "sts").get_caller_identity()
    assert s3.list_buckets()["Buckets"] == []
    s3.create_bucket(Bucket=BUCKET)
    names = {record["eventName"] for records in log_files(s3).values() for record in records}
    assert "GetCallerIdentity" not in names
    assert "CreateBucket" in names


def test_old_files_go_where_there_are_too_many(start: Any, client_of: Any) -> None:
    emulator = start(organization(records={"keep_files": 3}))
    s3, sts = client_of(emulator, "s3"), client_of(emulator, "sts")
    for _ in range(10):
        sts.get_caller_identity()
        s3.list_objects_v2(Bucket=BUCKET)
    assert len(log_files(s3)) == 3


def test_reading_log_files_makes_no_more_of_them(start: Any, client_of: Any) -> None:
    emulator = start(organization())
    s3 = client_of(emulator, "s3")
    client_of(emulator, "sts").get_caller_identity()
    assert log_files(s3) == log_files(s3) != {}
