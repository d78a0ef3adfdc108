"""The real AWS CLI and boto3 work against the emulator unmodified, by environment and by profile."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3

from rootwarden.emulator.builders import SECURITY

if TYPE_CHECKING:
    import pytest

    from rootwarden.emulator.server import Emulator

MEMBER = "555555555555"

SCRIPT = """
set -eu
aws organizations enable-aws-service-access --service-principal iam.amazonaws.com
aws iam enable-organizations-root-credentials-management > /dev/null
aws iam enable-organizations-root-sessions > /dev/null
aws organizations register-delegated-administrator \
    --account-id "$DELEGATE" --service-principal iam.amazonaws.com
aws iam list-organizations-features --query EnabledFeatures --output json
keys=$(aws sts assume-root --target-principal "$MEMBER" \
    --task-policy-arn arn=arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials \
    --query 'Credentials.[AccessKeyId,SecretAccessKey,SessionToken]' --output text)
set -- $keys
export AWS_ACCESS_KEY_ID=$1 AWS_SECRET_ACCESS_KEY=$2 AWS_SESSION_TOKEN=$3
aws sts get-caller-identity --query Arn --output json
aws iam get-account-summary --query SummaryMap.AccountPasswordPresent
aws iam list-access-keys --query 'length(AccessKeyMetadata)'
aws iam list-users 2>&1 || true
"""


def test_a_shell_script_enables_everything_and_audits(rootwarden_emulator: Emulator, tmp_path: Path) -> None:
    emulator = rootwarden_emulator
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    own = {"PATH": path, "DELEGATE": SECURITY, "MEMBER": MEMBER}
    environment = {**os.environ, **emulator.environment(), **own}
    found = subprocess.run(
        ["sh", "-c", SCRIPT], env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (found.returncode, found.stderr) == (0, "")
    before, _, denied = found.stdout.partition("\n\n")
    values = [json.loads(part) for part in _documents(before)]
    assert values == [
        ["RootSessions", "RootCredentialsManagement"],
        f"arn:aws:iam::{MEMBER}:root",
        1,
        2,
    ]
    assert "(AccessDenied) when calling the ListUsers operation" in denied
    state = emulator.world.organization
    assert state.trusts("iam.amazonaws.com")
    assert state.is_delegate(SECURITY, "iam.amazonaws.com")


def test_a_profile_with_the_endpoint_is_enough(
    rootwarden_emulator: Emulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    keys = rootwarden_emulator.credential("emulator-security")
    config = tmp_path / "config"
    config.write_text(
        "[profile rehearsal]\n"
        f"endpoint_url = {rootwarden_emulator.endpoint_url}\n"
        "region = eu-west-1\n"
        f"aws_access_key_id = {keys.access_key_id}\n"
        f"aws_secret_access_key = {keys.secret_access_key}\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    session = boto3.Session(profile_name="rehearsal")
    assert session.client("sts").get_caller_identity()["Account"] == SECURITY
    assert session.client("organizations").describe_organization()["Organization"]["Id"].startswith("o-")
    assert session.client("s3").list_buckets()["Buckets"] == []


def _documents(text: str) -> list[str]:
    """The JSON documents of a text, one after the other."""
    found: list[str] = []
    decoder, rest = json.JSONDecoder(), text.strip()
    while rest:
        value: Any
        value, end = decoder.raw_decode(rest)
        found.append(json.dumps(value))
        rest = rest[end:].lstrip()
    return found
