"""Buckets and queues of an organization file are there at the start, locked or not."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from rootwarden.emulator.aws_config import write_aws_config
from rootwarden.emulator.builders import MANAGEMENT, account, locked_bucket, locked_queue, small
from rootwarden.emulator.org_file import OrganizationFile
from rootwarden.emulator.resource_specs import BucketSpec, QueueSpec
from rootwarden.model.tasks import RootTask

NOW = datetime(2026, 10, 20, 12, tzinfo=UTC)
SHOP = "444444444444"
HOME = "eu-central-1"


@pytest.fixture
def file() -> OrganizationFile:
    """The small organization with root sessions on."""
    changes = {"trusted_services": ("iam.amazonaws.com",), "root_features": ("RootSessions",)}
    return small(NOW).model_copy(update=changes)


def test_the_small_company_is_locked_out_of_a_bucket_and_a_queue(
    rootwarden_organization: Any,
    client_of: Any,
    root_session_of: Any,
    refusal_of: Any,
    file: OrganizationFile,
) -> None:
    emulator = rootwarden_organization(file)
    s3, sqs = (client_of(emulator, service, f"emulator-{SHOP}", region=HOME) for service in ("s3", "sqs"))
    listed = s3.list_buckets(MaxBuckets=10)["Buckets"]
    assert [(one["Name"], one["BucketRegion"]) for one in listed] == [
        ("example-corp-shop-images", HOME),
        ("example-corp-shop-orders", HOME),
    ]
    assert listed[0]["CreationDate"] == NOW - timedelta(days=1400)
    urls = {url.rpartition("/")[2]: url for url in sqs.list_queues()["QueueUrls"]}
    assert list(urls) == ["shop-mails", "shop-orders"]
    locked = {"Bucket": "example-corp-shop-orders"}
    assert "Contents" not in s3.list_objects_v2(Bucket="example-corp-shop-images")
    assert refusal_of(s3.list_objects_v2, **locked)[0] == "AccessDenied"
    assert "Messages" not in sqs.receive_message(QueueUrl=urls["shop-mails"])
    assert refusal_of(sqs.receive_message, QueueUrl=urls["shop-orders"])[0] == "AccessDenied"
    root_session_of(emulator, SHOP, RootTask.S3_UNLOCK, "s3").delete_bucket_policy(**locked)
    root = root_session_of(emulator, SHOP, RootTask.SQS_UNLOCK, "sqs", region=HOME)
    root.set_queue_attributes(QueueUrl=urls["shop-orders"], Attributes={"Policy": ""})
    assert "Contents" not in s3.list_objects_v2(**locked)
    found = sqs.get_queue_attributes(QueueUrl=urls["shop-orders"], AttributeNames=["All"])["Attributes"]
    assert ("Policy" in found, found["VisibilityTimeout"]) == (False, "120")


def test_builders_and_fields(rootwarden_organization: Any, client_of: Any) -> None:
    emulator = rootwarden_organization(
        OrganizationFile(
            partition="aws-us-gov",
            management_account=account(
                MANAGEMENT, "Company", buckets=(BucketSpec(name="plain", region="us-gov-west-1"),)
            ),
            accounts=(
                account(
                    SHOP,
                    "Shop",
                    buckets=(locked_bucket("shut", "us-gov-east-1", partition="aws-us-gov"),),
                    queues=(
                        QueueSpec(name="line.fifo", region="us-gov-east-1", visibility_timeout=5),
                        locked_queue(region="us-gov-east-1"),
                    ),
                ),
            ),
        )
    )
    with emulator.world.lock:
        root = emulator.world.profiles[f"emulator-{SHOP}"]
    s3 = client_of(emulator, "s3", region="us-gov-west-1")
    assert [one["Name"] for one in s3.list_buckets()["Buckets"]] == ["plain"]
    sqs = client_of(emulator, "sqs", root, region="us-gov-east-1")
    urls = sqs.list_queues()["QueueUrls"]
    assert [url.rpartition("/")[2] for url in urls] == ["line.fifo", "locked-queue"]
    found = sqs.get_queue_attributes(QueueUrl=urls[0], AttributeNames=["All"])["Attributes"]
    assert (found["FifoQueue"], found["VisibilityTimeout"]) == ("true", "5")
    assert found["QueueArn"] == f"arn:aws-us-gov:sqs:us-gov-east-1:{SHOP}:line.fifo"
    shut = locked_bucket("shut", partition="aws-us-gov").policy
    assert shut is not None
    assert "arn:aws-us-gov:s3:::shut/*" in json.dumps(shut)


@pytest.mark.skipif(shutil.which("aws") is None, reason="the AWS CLI is not installed")
def test_the_aws_cli_unlocks_both(
    rootwarden_organization: Any, file: OrganizationFile, tmp_path: Path
) -> None:
    emulator = rootwarden_organization(file)
    written = write_aws_config(
        tmp_path / "aws", emulator.world.profiles, endpoint_url=emulator.endpoint_url, region="us-east-1"
    )
    clean = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}

    def aws(*command: str, **more: str) -> Any:
        done = subprocess.run(
            # Version 1 of the CLI has an address of its own for SQS, which only the option changes.
            ["aws", "--output", "json", "--endpoint-url", emulator.endpoint_url, *command],
            env=clean | ({} if more else written.environment) | more,
            capture_output=True,
            text=True,
            check=False,
        )
        return json.loads(done.stdout or "null") if done.returncode == 0 else done.stderr

    shop = ("--profile", f"emulator-{SHOP}", "--region", HOME)

    def session(task: RootTask) -> dict[str, str]:
        management = ("--profile", "emulator-management", "sts", "assume-root")
        task_policy = f"arn={task.policy_arn('aws')}"
        keys = aws(*management, "--target-principal", SHOP, "--task-policy-arn", task_policy)["Credentials"]
        return {
            "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
            "AWS_SESSION_TOKEN": keys["SessionToken"],
        }

    bucket = ("--bucket", "example-corp-shop-orders")
    assert "explicit deny in a resource-based policy" in aws(*shop, "s3api", "get-bucket-policy", *bucket)
    keys = session(RootTask.S3_UNLOCK)
    # From another Region: the CLI follows the redirect.
    aws(
        "--region",
        "us-east-1",
        "s3api",
        "delete-bucket-policy",
        *bucket,
        "--expected-bucket-owner",
        SHOP,
        **keys,
    )
    assert "NoSuchBucketPolicy" in aws(*shop, "s3api", "get-bucket-policy", *bucket)
    keys = session(RootTask.SQS_UNLOCK)
    found = aws("--region", HOME, "sqs", "get-queue-url", "--queue-name", "shop-orders", **keys)
    queue = ("--queue-url", found["QueueUrl"])
    aws("--region", HOME, "sqs", "set-queue-attributes", *queue, "--attributes", '{"Policy": ""}', **keys)
    left = aws(*shop, "sqs", "get-queue-attributes", *queue, "--attribute-names", "All")["Attributes"]
    assert ("Policy" in left, left["VisibilityTimeout"]) == (False, "120")
