"""Whose endpoint a URL is."""

from __future__ import annotations

import itertools

import boto3
import pytest
from botocore.config import Config
from botocore.session import Session as BotocoreSession

from rootwarden.aws.clients import CallerChoice, CallerClients
from rootwarden.aws.endpoints import AWS, endpoint_identity
from rootwarden.aws.partitions import partition_of
from rootwarden.errors import BadInput, EndpointRefused

SUFFIXES = ("amazonaws.com", "api.aws")


@pytest.mark.parametrize(
    ("url", "service"),
    [
        ("https://sts.eu-central-1.amazonaws.com", "sts"),
        ("https://iam.amazonaws.com", "iam"),
        ("https://iam.us-gov.amazonaws.com", "iam"),
        ("https://sts-fips.us-east-1.amazonaws.com", "sts"),
        ("https://iam-fips.amazonaws.com", "iam"),
        ("https://iam.global.api.aws", "iam"),
        ("https://sts.eu-central-1.api.aws", "sts"),
        ("https://vpce-0abc-xyz.sts.eu-central-1.vpce.amazonaws.com", "sts"),
        ("https://STS.EU-CENTRAL-1.AMAZONAWS.COM", "sts"),
    ],
)
def test_aws_own_names(url: str, service: str) -> None:
    assert endpoint_identity(url, service, SUFFIXES, ()) == AWS


@pytest.mark.parametrize(
    "host",
    [
        "x.execute-api.eu-central-1.amazonaws.com",
        "sts.execute-api.eu-central-1.amazonaws.com",
        "bucket.s3.amazonaws.com",
        "sts.s3.amazonaws.com",
        "sts.s3-eu-west-1.amazonaws.com",
        "sts.s3.eu-west-1.amazonaws.com",
        "sts.s3-website-us-east-1.amazonaws.com",
        "sts-1234.eu-central-1.elb.amazonaws.com",
        "sts.elb.amazonaws.com",
        "ec2-1-2-3-4.compute-1.amazonaws.com",
        "vpce-0abc.vpce-svc-0123.eu-central-1.vpce.amazonaws.com",
        "vpce-0abc.iam.eu-central-1.vpce.amazonaws.com",
        "sts.eu-central-1.amazonaws.com.example.com",
        "stsXeu-central-1.amazonaws.com",
        "iam.amazonaws.com",  # another service's
        "amazonaws.com",
        "sts.example.com",
    ],
)
def test_names_anybody_can_have(host: str) -> None:
    """Load balancers, API gateways, buckets and endpoint services live under AWS's suffix, and are not AWS."""
    with pytest.raises(EndpointRefused):
        endpoint_identity(f"https://{host}", "sts", SUFFIXES, ())


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:4566", "http://localhost:4566/", "https://[::1]:1", "http://127.8.9.10:80"]
)
def test_this_machine(url: str) -> None:
    assert endpoint_identity(url, "sts", SUFFIXES, ()) == url.rstrip("/")


@pytest.mark.parametrize(
    "url", ["http://0.0.0.0:1", "http://127.0.0.1.example.com", "http://localhost.example.com:1"]
)
def test_what_only_looks_like_this_machine(url: str) -> None:
    with pytest.raises(EndpointRefused):
        endpoint_identity(url, "sts", SUFFIXES, ())


def test_a_host_the_configuration_allows() -> None:
    """With TLS only, and only that host."""
    allowed = ("vpce.example.com",)
    assert (
        endpoint_identity("https://vpce.example.com", "sts", SUFFIXES, allowed) == "https://vpce.example.com"
    )
    for url in ("http://vpce.example.com", "https://x.vpce.example.com", "https://example.com"):
        with pytest.raises(EndpointRefused):
            endpoint_identity(url, "sts", SUFFIXES, allowed)


@pytest.mark.parametrize(
    "url", ["", "sts", "file:///etc/passwd", "http://", "http://[::1", "http://127.0.0.1:x"]
)
def test_no_url_at_all(url: str) -> None:
    with pytest.raises(BadInput):
        endpoint_identity(url, "sts", SUFFIXES, ())


def test_the_global_sts_endpoint_is_refused() -> None:
    """It would take the call, and answer InvalidAction."""
    with pytest.raises(EndpointRefused, match="global STS endpoint"):
        endpoint_identity("https://sts.amazonaws.com", "sts", SUFFIXES, ())


@pytest.mark.parametrize("service", ["sts", "iam", "organizations", "cloudtrail", "s3", "kms"])
@pytest.mark.parametrize(
    ("region", "variant"),
    [
        *itertools.product(["eu-central-1", "us-gov-west-1", "cn-north-1"], ["plain", "fips", "dualstack"]),
        ("us-iso-east-1", "plain"),
    ],
)
def test_every_name_botocore_makes_is_aws_s_own(region: str, service: str, variant: str) -> None:
    session = boto3.Session(region_name=region)
    config = Config(use_fips_endpoint=variant == "fips", use_dualstack_endpoint=variant == "dualstack")
    url = session.client(
        service, aws_access_key_id="a", aws_secret_access_key="b", config=config
    ).meta.endpoint_url
    suffixes = partition_of(BotocoreSession(), region).dns_suffixes
    assert endpoint_identity(url, service, suffixes, ()) == AWS


def clients(monkeypatch: pytest.MonkeyPatch, region: str = "us-east-1", **settings: str) -> CallerClients:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIA0000000000000000")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    return CallerClients(CallerChoice(region=region), version="0")


@pytest.mark.parametrize("region", ["us-east-1", "us-west-2", "ap-southeast-1", "eu-central-1"])
def test_sts_is_regional_whatever_the_legacy_settings(monkeypatch: pytest.MonkeyPatch, region: str) -> None:
    """The global endpoint does not answer AssumeRoot."""
    made = clients(monkeypatch, region, AWS_STS_REGIONAL_ENDPOINTS="legacy")
    assert made.client("sts").meta.endpoint_url == f"https://sts.{region}.amazonaws.com"
    assert made.endpoint == AWS


@pytest.mark.parametrize(
    ("region", "partition", "suffix", "control"),
    [
        ("eu-central-1", "aws", "amazonaws.com", "us-east-1"),
        ("us-gov-east-1", "aws-us-gov", "amazonaws.com", "us-gov-west-1"),
        ("cn-northwest-1", "aws-cn", "amazonaws.com.cn", "cn-north-1"),
    ],
)
def test_partitions_come_from_botocore(
    monkeypatch: pytest.MonkeyPatch, region: str, partition: str, suffix: str, control: str
) -> None:
    made = clients(monkeypatch, region).partition
    assert (made.name, made.dns_suffixes[0], made.control_region) == (partition, suffix, control)


def test_the_order_of_regions(monkeypatch: pytest.MonkeyPatch) -> None:
    """The option, AWS_REGION, AWS_DEFAULT_REGION, and what the configuration falls back to: as the AWS CLI does."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIA0000000000000000")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")

    def region(**choice: str) -> str:
        return CallerClients(CallerChoice(**choice), version="0").region  # type: ignore[arg-type] # texts only

    assert region(fallback_region="eu-west-3") == "eu-west-3"
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-2")
    assert region(fallback_region="eu-west-3") == "eu-west-2"
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    assert region() == "eu-west-1"
    assert region(region="eu-central-1") == "eu-central-1"


def test_root_sessions_use_the_caller_s_endpoints(monkeypatch: pytest.MonkeyPatch) -> None:
    """A private endpoint of the caller's is root's too."""
    private = {
        f"AWS_ENDPOINT_URL_{service.upper()}": f"https://vpce-0a.{service}.us-east-1.vpce.amazonaws.com"
        for service in ("sts", "iam", "organizations", "cloudtrail")
    }
    made = clients(monkeypatch, **private)
    assert made.endpoint == AWS
    assert made.root_client("iam").meta.endpoint_url == private["AWS_ENDPOINT_URL_IAM"]
    assert made.client("iam") is not made.root_client("iam")
    assert "AKIA0000000000000000" not in repr(made)
