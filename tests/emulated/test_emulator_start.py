"""``rootwarden emulator start`` as a process: what it prints, how it ends, and what it refuses."""

from __future__ import annotations

import configparser
import ipaddress
import json
import os
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
import botocore.session
import pytest

from rootwarden.model.tasks import RootTask

COMMAND = (sys.executable, "-m", "rootwarden", "emulator", "start")
BASE32 = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
"""The characters of AWS's own access key ids."""
SERVICES = ("account", "cloudtrail", "ec2", "iam", "organizations", "s3", "sqs", "sts")


def refused(*options: str) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of a start that does not come about."""
    child = subprocess.run([*COMMAND, *options], capture_output=True, text=True, check=False, timeout=120)
    return child.returncode, child.stdout, child.stderr


def sections(path: Path) -> configparser.ConfigParser:
    found = configparser.ConfigParser()
    found.read(path, encoding="utf-8")
    return found


def test_the_document_says_where_it_is_and_who_one_can_be(emulator_process: Any) -> None:
    _, document = emulator_process()
    assert list(document) == [
        "schema",
        "endpoint_url",
        "region",
        "organization_id",
        "management_account_id",
        "security_account_id",
        "profiles",
        "control",
    ]
    assert document["organization_id"] == "o-exampleorg1"
    assert (document["management_account_id"], document["security_account_id"]) == (
        "111111111111",
        "222222222222",
    )
    assert document["region"] == "us-east-1"
    assert document["profiles"][:3] == ["emulator-management", "emulator-security", "emulator-111111111111"]
    assert len(document["profiles"]) == 2 + 12


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_a_signal_ends_it(emulator_process: Any, number: signal.Signals, code: int) -> None:
    process, document = emulator_process()
    process.send_signal(number)
    rest, said = process.communicate(timeout=60)
    assert (process.returncode, rest, said) == (code, "", "")
    address = urlsplit(document["endpoint_url"])
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((address.hostname, address.port))


def test_no_profile_leads_to_aws(
    emulator_process: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, document = emulator_process()
    config, credentials = (sections(tmp_path / "aws" / name) for name in ("config", "credentials"))
    assert config.sections() == [f"profile {name}" for name in document["profiles"]]
    assert credentials.sections() == document["profiles"]
    assert ipaddress.ip_address(urlsplit(document["endpoint_url"]).hostname or "").is_loopback
    for name in document["profiles"]:
        assert config[f"profile {name}"]["endpoint_url"] == document["endpoint_url"]
        assert not set(credentials[name]["aws_access_key_id"]) <= BASE32
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "aws" / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "aws" / "credentials"))
    session = botocore.session.Session(profile="emulator-management")
    for service in SERVICES:
        assert session.create_client(service).meta.endpoint_url == document["endpoint_url"]


def test_the_keys_of_a_root_session_lead_nowhere_either(
    emulator_process: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    emulator_process()
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "aws" / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "aws" / "credentials"))
    session = boto3.Session(profile_name="emulator-management")
    session.client("organizations").enable_aws_service_access(ServicePrincipal="iam.amazonaws.com")
    session.client("iam").enable_organizations_root_credentials_management()
    keys = session.client("sts").assume_root(
        TargetPrincipal="555555555555", TaskPolicyArn={"arn": RootTask.AUDIT.policy_arn("aws")}
    )["Credentials"]
    assert not set(keys["AccessKeyId"]) <= BASE32


def test_only_the_user_may_read_what_it_writes(emulator_process: Any, tmp_path: Path) -> None:
    emulator_process()
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "aws").iterdir()}
    assert modes == {"config": 0o600, "credentials": 0o600}


def test_a_port_in_use_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        options = ("--port", str(port), "--write-aws-config", str(tmp_path / "aws"))
        code, printed, said = refused(*options)
        assert (code, printed) == (2, "")
        assert said == f"error: port {port} is in use\nadvice: Give another port, or 0 for a free one.\n"
        code, printed, _ = refused("-o", "json", *options)
    assert code == 2
    error = json.loads(printed)["error"]
    assert (error["message"], error["exit_code"]) == (f"port {port} is in use", 2)
    assert not (tmp_path / "aws").exists()


@pytest.mark.parametrize("port", ["70000", "-1", "65536"])
def test_what_is_no_port_is_refused(port: str) -> None:
    code, printed, said = refused("--port", port)
    assert (code, printed) == (2, "")
    assert said == f"error: {port} is no port\nadvice: Give 0 to 65535; 0 takes a free one.\n"


def test_a_port_that_is_no_number_is_refused() -> None:
    code, printed, said = refused("--port", "many")
    assert (code, printed) == (2, "")
    assert said.startswith("error: Invalid value for '--port': ")


def test_an_organization_that_is_nowhere_is_refused(tmp_path: Path) -> None:
    code, printed, said = refused("--org", "smal")
    assert (code, printed) == (2, "")
    assert said.startswith("error: --org 'smal' is neither small nor large nor a file\nadvice: ")
    code, _, said = refused("--org", str(tmp_path))
    assert code == 2
    assert said.startswith("error: ")
    assert "Traceback" not in said


def test_an_organization_file_with_mistakes_is_refused_with_each_of_them(tmp_path: Path) -> None:
    file = tmp_path / "organization.json"
    accounts = [{"id": "12", "name": "Short"}, {"id": "222222222222", "name": "Odd", "stat": "ACTIVE"}]
    document = {"management_account": {"id": "111111111111", "name": "Company"}, "accounts": accounts}
    file.write_text(json.dumps(document), encoding="utf-8")
    code, printed, said = refused("--org", str(file), "--write-aws-config", str(tmp_path / "aws"))
    assert (code, printed) == (2, "")
    assert "accounts[0].id" in said
    assert "accounts[1].stat" in said
    assert "Traceback" not in said
    assert not (tmp_path / "aws").exists()


def test_the_users_own_configuration_stays_as_it_is(tmp_path: Path) -> None:
    own = Path(os.environ["HOME"]) / ".aws"
    own.mkdir()
    (own / "config").write_text("[default]\nregion = eu-west-1\n", encoding="utf-8")
    code, _, said = refused("--write-aws-config", str(own))
    assert code == 2
    assert "was not written by the emulator, so it stays as it is" in said
    assert [path.name for path in own.iterdir()] == ["config"]
    assert (own / "config").read_text(encoding="utf-8") == "[default]\nregion = eu-west-1\n"
