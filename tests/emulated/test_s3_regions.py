"""Buckets and their Regions: the list, its pages, and the way to a bucket that is elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config

from rootwarden.emulator.builders import MANAGEMENT, account
from rootwarden.emulator.org_file import OrganizationFile
from rootwarden.model.tasks import RootTask

if TYPE_CHECKING:
    from rootwarden.emulator.server import Emulator

MEMBER = "444444444444"
OWNER = f"emulator-{MEMBER}"
HOME = {"far": "eu-west-1", "near": "us-east-1", "nearer": "us-east-1", "south": "sa-east-1"}
DENIED = (
    '{"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":"*","Action":"s3:*",'
    '"Resource":["arn:aws:s3:::far","arn:aws:s3:::far/*"]}}'
)


@pytest.fixture
def emulator(rootwarden_organization: Any, client_of: Any) -> Emulator:
    started: Emulator = rootwarden_organization(
        OrganizationFile(
            management_account=account(MANAGEMENT, "Company"),
            accounts=(account(MEMBER, "Member"),),
            trusted_services=("iam.amazonaws.com",),
            root_features=("RootSessions",),
        )
    )
    for name, region in sorted(HOME.items(), reverse=True):
        s3 = client_of(started, "s3", OWNER, region=region)
        where = {"CreateBucketConfiguration": {"LocationConstraint": region}}
        s3.create_bucket(Bucket=name, **({} if region == "us-east-1" else where))
    return started


def without_redirects(emulator: Emulator, region: str, **more: Any) -> Any:
    """A client that shows the redirect instead of following it."""
    keys = emulator.credential(OWNER)
    make: Any = boto3.client
    client = make(
        "s3",
        region_name=region,
        aws_access_key_id=keys.access_key_id,
        aws_secret_access_key=keys.secret_access_key,
        **({"endpoint_url": emulator.endpoint_url} | more),
    )

    def pretend(context: Any, **_: Any) -> None:
        context["s3_redirect"]["redirected"] = True

    client.meta.events.register("before-call.s3", pretend)
    return client


def names(answer: Any) -> list[str]:
    return [one["Name"] for one in answer["Buckets"]]


def test_the_list_has_every_region_and_names_them_when_asked_with_a_parameter(
    emulator: Emulator, client_of: Any
) -> None:
    s3 = client_of(emulator, "s3", OWNER)
    plain = s3.list_buckets()
    assert names(plain) == sorted(HOME)
    assert not any("BucketRegion" in one for one in plain["Buckets"])
    shown = s3.list_buckets(MaxBuckets=1000)["Buckets"]
    assert {one["Name"]: one["BucketRegion"] for one in shown} == HOME


def test_the_list_comes_in_pages(emulator: Emulator, client_of: Any) -> None:
    s3 = client_of(emulator, "s3", OWNER)
    first = s3.list_buckets(MaxBuckets=3)
    assert names(first) == ["far", "near", "nearer"]
    last = s3.list_buckets(MaxBuckets=3, ContinuationToken=first["ContinuationToken"])
    assert (names(last), "ContinuationToken" in last) == (["south"], False)
    pages = s3.get_paginator("list_buckets").paginate(PaginationConfig={"PageSize": 1})
    assert [one["Name"] for page in pages for one in page["Buckets"]] == sorted(HOME)


def test_the_list_is_filtered(emulator: Emulator, client_of: Any, refusal_of: Any) -> None:
    s3 = client_of(emulator, "s3", OWNER)
    found = s3.list_buckets(Prefix="near", MaxBuckets=1)
    assert (names(found), found["Prefix"]) == (["near"], "near")
    assert names(s3.list_buckets(BucketRegion="us-east-1")) == ["near", "nearer"]
    assert refusal_of(s3.list_buckets, BucketRegion="eu-west-1")[::2] == ("InvalidArgument", 400)
    assert refusal_of(s3.list_buckets, ContinuationToken="?")[::2] == ("InvalidArgument", 400)
    assert refusal_of(s3.list_buckets, MaxBuckets=10001)[::2] == ("InvalidArgument", 400)


def test_a_client_elsewhere_is_shown_the_way(emulator: Emulator, client_of: Any) -> None:
    for region in ("us-east-1", "sa-east-1"):
        s3 = client_of(emulator, "s3", OWNER, region=region)
        s3.put_object(Bucket="far", Key=region, Body=b"text")
        assert s3.get_object(Bucket="far", Key=region)["Body"].read() == b"text"
        assert s3.head_bucket(Bucket="far")["BucketRegion"] == "eu-west-1"
    home = client_of(emulator, "s3", OWNER, region="eu-west-1")
    assert [one["Key"] for one in home.list_objects_v2(Bucket="far")["Contents"]] == [
        "sa-east-1",
        "us-east-1",
    ]


def test_a_root_session_follows_it_too(emulator: Emulator, client_of: Any, root_session_of: Any) -> None:
    home = client_of(emulator, "s3", OWNER, region="eu-west-1")
    home.put_bucket_policy(Bucket="far", Policy=DENIED)
    root = root_session_of(emulator, MEMBER, RootTask.S3_UNLOCK, "s3", region="us-east-1")
    root.delete_bucket_policy(Bucket="far", ExpectedBucketOwner=MEMBER)
    assert "Contents" not in home.list_objects_v2(Bucket="far")


def test_the_redirect_itself(emulator: Emulator) -> None:
    s3 = without_redirects(emulator, "us-east-1")
    with pytest.raises(s3.exceptions.ClientError) as caught:
        s3.get_bucket_policy(Bucket="far")
    answer = caught.value.response
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 301
    assert answer["ResponseMetadata"]["HTTPHeaders"]["x-amz-bucket-region"] == "eu-west-1"
    assert answer["Error"] == {
        "Code": "PermanentRedirect",
        "Message": "The bucket you are attempting to access must be addressed using the specified endpoint. "
        "Please send all future requests to this endpoint.",
        "Endpoint": "far.s3.eu-west-1.amazonaws.com",
        "Bucket": "far",
    }


@pytest.mark.parametrize("host", ["s3.eu-west-1.amazonaws.com", "s3.amazonaws.com"])
def test_a_signature_for_another_region_at_the_right_door(emulator: Emulator, host: str) -> None:
    s3 = without_redirects(
        emulator,
        "us-west-2",
        endpoint_url=f"http://{host}",
        config=Config(
            proxies={"http": emulator.endpoint_url},
            s3={"addressing_style": "virtual"},
            signature_version="s3v4",
        ),
    )
    with pytest.raises(s3.exceptions.ClientError) as caught:
        s3.get_bucket_policy(Bucket="far")
    answer = caught.value.response
    text = "The authorization header is malformed; the region 'us-west-2' is wrong; expecting 'eu-west-1'"
    assert answer["Error"] == {
        "Code": "AuthorizationHeaderMalformed",
        "Message": text,
        "Region": "eu-west-1",
    }
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 400


def test_the_first_region_says_where_a_bucket_is(emulator: Emulator, client_of: Any) -> None:
    s3 = client_of(emulator, "s3", OWNER)
    assert s3.get_bucket_location(Bucket="far")["LocationConstraint"] == "eu-west-1"
    assert s3.get_bucket_location(Bucket="near")["LocationConstraint"] is None
