"""What moto answers behind the emulator's door: other services, each account its own, under the same rules."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.request import urlopen

import boto3
import pytest
from botocore.config import Config

from rootwarden.emulator.builders import MANAGEMENT, account
from rootwarden.emulator.org_file import OrganizationFile, PrincipalSpec

if TYPE_CHECKING:
    from rootwarden.emulator.server import Emulator

Refusal = Callable[..., tuple[str, str, int]]

MEMBER, OTHER = "444444444444", "555555555555"


@pytest.fixture
def emulator(rootwarden_organization: Any) -> Emulator:
    one_bucket: Any = {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Action": ["s3:ListBucket", "s3:GetObject"],
            "Resource": ["arn:aws:s3:::reports", "arn:aws:s3:::reports/public/*"],
        },
    }
    organization = OrganizationFile(
        management_account=account(MANAGEMENT, "Company"),
        accounts=(account(MEMBER, "Member"), account(OTHER, "Other")),
        principals=(PrincipalSpec(account=MEMBER, name="reader", policies=(one_bucket,)),),
    )
    started: Emulator = rootwarden_organization(organization)
    return started


def test_buckets_and_objects(emulator: Emulator, client_of: Any) -> None:
    s3 = client_of(emulator, "s3", f"emulator-{MEMBER}")
    s3.create_bucket(Bucket="reports")
    key = "a b/ü+€.txt"
    s3.put_object(Bucket="reports", Key=key, Body=b"text", Metadata={"owner": "me"})
    found = s3.get_object(Bucket="reports", Key=key)
    assert (found["Body"].read(), found["Metadata"]) == (b"text", {"owner": "me"})
    assert s3.head_object(Bucket="reports", Key=key)["ContentLength"] == 4
    assert [one["Key"] for one in s3.list_objects_v2(Bucket="reports")["Contents"]] == [key]
    assert client_of(emulator, "s3", f"emulator-{OTHER}").list_buckets()["Buckets"] == []


def test_presigned_addresses(emulator: Emulator, client_of: Any) -> None:
    s3 = client_of(emulator, "s3", f"emulator-{MEMBER}")
    s3.create_bucket(Bucket="reports")
    s3.put_object(Bucket="reports", Key="x", Body=b"text")
    keys = emulator.credential(f"emulator-{MEMBER}")
    signer: Any = boto3.client(
        "s3",
        region_name="us-east-1",
        endpoint_url=emulator.endpoint_url,
        aws_access_key_id=keys.access_key_id,
        aws_secret_access_key=keys.secret_access_key,
        config=Config(signature_version="s3v4"),
    )
    address = signer.generate_presigned_url("get_object", Params={"Bucket": "reports", "Key": "x"})
    with urlopen(address) as answer:  # noqa: S310 - the emulator's address
        assert answer.read() == b"text"


def test_identity_policies_hold_there_too(emulator: Emulator, client_of: Any, refusal_of: Refusal) -> None:
    owner = client_of(emulator, "s3", f"emulator-{MEMBER}")
    owner.create_bucket(Bucket="reports")
    for key in ("public/a", "private/b"):
        owner.put_object(Bucket="reports", Key=key, Body=b"text")
    reader = client_of(emulator, "s3", f"emulator-{MEMBER}-reader")
    assert reader.get_object(Bucket="reports", Key="public/a")["Body"].read() == b"text"
    assert reader.list_objects_v2(Bucket="reports")["KeyCount"] == 2
    code, text, status = refusal_of(reader.get_object, Bucket="reports", Key="private/b")
    assert (code, status) == ("AccessDenied", 403)
    assert 's3:GetObject on resource: "arn:aws:s3:::reports/private/b" because no identity-based' in text
    assert refusal_of(reader.list_buckets)[1].endswith("allows the s3:ListAllMyBuckets action")


def test_queues_belong_to_their_account_and_region(
    emulator: Emulator, client_of: Any, refusal_of: Refusal
) -> None:
    profile = f"emulator-{MEMBER}"
    url = client_of(emulator, "sqs", profile, region="eu-west-1").create_queue(QueueName="jobs")["QueueUrl"]
    assert "QueueUrls" not in client_of(emulator, "sqs", profile).list_queues()
    stranger = client_of(emulator, "sqs", f"emulator-{OTHER}", region="eu-west-1")
    stranger.create_queue(QueueName="jobs")
    assert refusal_of(stranger.set_queue_attributes, QueueUrl=url, Attributes={"Policy": ""})[0].startswith(
        "AccessDenied"
    )


def test_users_of_an_account(emulator: Emulator, client_of: Any) -> None:
    iam = client_of(emulator, "iam", f"emulator-{MEMBER}")
    iam.create_user(UserName="alice")
    names = ("Administrator", "alice")
    assert [user["Arn"] for user in iam.list_users()["Users"]] == [
        f"arn:aws:iam::{MEMBER}:user/{name}" for name in names
    ]
    others = client_of(emulator, "iam", f"emulator-{OTHER}").list_users()["Users"]
    assert [user["UserName"] for user in others] == ["Administrator"]


def test_keys_and_functions(emulator: Emulator, client_of: Any) -> None:
    key = client_of(emulator, "kms").create_key()["KeyMetadata"]
    assert key["AWSAccountId"] == MANAGEMENT
    assert client_of(emulator, "events").list_rules()["Rules"] == []


def test_what_nobody_has_is_said_plainly(emulator: Emulator, client_of: Any, refusal_of: Refusal) -> None:
    code, text, status = refusal_of(
        client_of(emulator, "iam").generate_organizations_access_report, EntityPath="o-emulated01/r-ab12"
    )
    assert (code, status) == ("InvalidAction", 400)
    assert text == "Neither the emulator nor moto has iam:GenerateOrganizationsAccessReport."
    assert refusal_of(client_of(emulator, "account").get_contact_information)[::2] == ("InvalidAction", 400)


def test_the_next_emulator_starts_empty(rootwarden_organization: Any, client_of: Any) -> None:
    first = rootwarden_organization()
    client_of(first, "s3").create_bucket(Bucket="left-over")
    first.close()
    left = client_of(rootwarden_organization(), "s3").list_buckets()["Buckets"]
    assert [bucket["Name"] for bucket in left] == ["organization-cloudtrail"]  # the trail's own
