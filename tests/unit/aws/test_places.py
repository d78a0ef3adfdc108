"""Another program is sent where the caller's own calls go."""

from __future__ import annotations

from pathlib import Path

import pytest

from rootwarden.aws.clients import CallerChoice, CallerClients

REGION = {
    "AWS_REGION": "eu-central-1",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_STS_REGIONAL_ENDPOINTS": "regional",
}
VPC = "https://vpce-0123-abc.sts.eu-central-1.vpce.amazonaws.com"


def places(monkeypatch: pytest.MonkeyPatch, folder: Path, profile: str, **variables: str) -> dict[str, str]:
    """Those of a profile with these lines."""
    config = folder / "config"
    config.write_text(f"[profile here]\nregion = eu-central-1\n{profile}", encoding="utf-8")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return dict(CallerClients(CallerChoice("here"), version="1").places())


@pytest.mark.parametrize(
    ("profile", "variables", "more"),
    [
        ("", {}, {}),
        ("sts_regional_endpoints = legacy\n", {}, {}),
        ("use_fips_endpoint = true\n", {}, {"AWS_USE_FIPS_ENDPOINT": "true"}),
        ("use_dualstack_endpoint = true\n", {}, {"AWS_USE_DUALSTACK_ENDPOINT": "true"}),
        ("ca_bundle = /etc/own.pem\n", {}, {"AWS_CA_BUNDLE": "/etc/own.pem"}),
        ("", {"AWS_ENDPOINT_URL_STS": VPC}, {"AWS_ENDPOINT_URL_STS": VPC}),
        (
            f"services = own\n[services own]\nsts =\n  endpoint_url = {VPC}\n",
            {},
            {"AWS_ENDPOINT_URL_STS": VPC},
        ),
        ("endpoint_url = http://127.0.0.1:9\n", {}, {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}),
    ],
    ids=[
        "plain",
        "legacy",
        "fips",
        "dual stack",
        "certificates",
        "vpc by variable",
        "vpc by profile",
        "loopback",
    ],
)
def test_where_the_callers_calls_go(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    profile: str,
    variables: dict[str, str],
    more: dict[str, str],
) -> None:
    assert places(monkeypatch, tmp_path, profile, **variables) == {**REGION, **more}


def test_in_another_partition(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Right there too, and the partition's own endpoints need no variable."""
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    clients = CallerClients(CallerChoice(region="cn-north-1"), version="1")
    assert dict(clients.places()) == {
        "AWS_REGION": "cn-north-1",
        "AWS_DEFAULT_REGION": "cn-north-1",
        "AWS_STS_REGIONAL_ENDPOINTS": "regional",
    }
    assert clients.client("sts").meta.endpoint_url == "https://sts.cn-north-1.amazonaws.com.cn"
