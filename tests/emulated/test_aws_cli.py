"""The AWS CLI, unmodified, works against an emulator in a process of its own."""

from __future__ import annotations

import configparser
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).with_name("aws_cli_enablement.sh")
DELEGATE = "222222222222"
MEMBER = "555555555555"
OUTPUT = """\
== the management account enables central root access
RootCredentialsManagement
RootCredentialsManagement	RootSessions
== the delegated administrator reads
o-exampleorg1	RootCredentialsManagement,RootSessions
222222222222	Security Tooling	ACTIVE
12
== and audits 555555555555 as its root user
555555555555	arn:aws:iam::555555555555:root
1	1	1	1
555555555555	arn:aws:iam::555555555555:root	None
AKIA0155555555555500	Active
AKIA0155555555555501	Inactive
== which is all that the session may do

An error occurred (AccessDenied) when calling the ListUsers operation: \
User: arn:aws:iam::555555555555:root is not authorized to perform: iam:ListUsers \
on resource: arn:aws:iam::555555555555:user/ with an explicit deny in a session policy
"""


def keys(folder: Path, profile: str) -> str:
    """The id and the secret of a profile's keys."""
    found = configparser.ConfigParser()
    found.read(folder / "credentials", encoding="utf-8")
    return " ".join(found[profile][name] for name in ("aws_access_key_id", "aws_secret_access_key"))


def by_profile(folder: Path, document: dict[str, Any]) -> dict[str, str]:
    return {
        "AWS_CONFIG_FILE": str(folder / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(folder / "credentials"),
    }


def by_endpoint(folder: Path, document: dict[str, Any]) -> dict[str, str]:
    return {
        "AWS_ENDPOINT_URL": document["endpoint_url"],
        "AWS_DEFAULT_REGION": document["region"],
        "MANAGEMENT_KEYS": keys(folder, "emulator-management"),
        "SECURITY_KEYS": keys(folder, "emulator-security"),
    }


@pytest.mark.parametrize(("mode", "variables"), [("profile", by_profile), ("endpoint", by_endpoint)])
def test_a_shell_script_enables_root_access_and_opens_a_session(
    mode: str, variables: Any, emulator_process: Any, tmp_path: Path
) -> None:
    _, document = emulator_process()
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"PATH": path} | variables(tmp_path / "aws", document)
    child = subprocess.run(
        ["sh", str(SCRIPT), mode, DELEGATE, MEMBER],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    assert child.stderr == ""
    assert child.stdout == OUTPUT
    assert child.returncode == 0
