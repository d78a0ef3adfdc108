"""Both stores, each with a place that other processes can open too."""

from __future__ import annotations

import configparser
import json
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "ledger_support"))

from ledger_world import KEYS_VARIABLE, Place, s3_client


@pytest.fixture(scope="session")
def aws_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """S3 and KMS of an emulator in a process of its own, and the keys of its security account for every process of a test."""
    folder = tmp_path_factory.mktemp("emulator")
    command = [
        sys.executable,
        "-m",
        "rootwarden",
        "emulator",
        "start",
        "-o",
        "json",
        "--write-aws-config",
        str(folder),
    ]
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process,
        pytest.MonkeyPatch.context() as patch,
    ):
        try:
            assert process.stdout
            url: str = json.loads(process.stdout.readline())["endpoint_url"]
            profiles = configparser.ConfigParser()
            profiles.read(folder / "credentials")
            keys = profiles["emulator-security"]
            patch.setenv(KEYS_VARIABLE, f"{keys['aws_access_key_id']} {keys['aws_secret_access_key']}")
            yield url
        finally:
            process.terminate()


@pytest.fixture
def s3_place(aws_url: str) -> Place:
    bucket = f"ledger-{uuid.uuid4().hex[:12]}"
    s3_client(aws_url).create_bucket(Bucket=bucket)
    return Place(f"s3://{bucket}/team/records", aws_url)


@pytest.fixture
def sqlite_place(tmp_path: Path) -> Place:
    return Place(f"sqlite:///{tmp_path}/state/ledgers/test.sqlite3")


@pytest.fixture(params=["sqlite", "s3"])
def place(request: pytest.FixtureRequest) -> Place:
    found: Place = request.getfixturevalue(f"{request.param}_place")
    return found
