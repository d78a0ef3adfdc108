"""Clients for a running emulator."""

from __future__ import annotations

import functools
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from rootwarden.model.tasks import RootTask

if TYPE_CHECKING:
    from rootwarden.emulator.keyring import Credential
    from rootwarden.emulator.server import Emulator

ClientOf = Callable[..., Any]
"""``client_of(emulator, "sts", "emulator-management", region="us-east-1")``: a real boto3 client, without retries."""

RootSessionOf = Callable[..., Any]
"""``root_session_of(emulator, account, RootTask.AUDIT, "iam")``: a client with the keys of a root session."""


@functools.cache
def _session() -> boto3.Session:
    return boto3.Session()


@pytest.fixture(scope="session")
def client_of() -> ClientOf:
    """Makes clients from a profile of the emulator or from keys; the loaded service models are shared."""

    def make(
        emulator: Emulator,
        service: str,
        profile: str | Credential = "emulator-management",
        *,
        region: str = "us-east-1",
        read_timeout: float = 60,
    ) -> Any:
        credential = emulator.credential(profile) if isinstance(profile, str) else profile
        client: Callable[..., Any] = _session().client
        return client(
            service,
            region_name=region,
            endpoint_url=emulator.endpoint_url,
            aws_access_key_id=credential.access_key_id,
            aws_secret_access_key=credential.secret_access_key,
            aws_session_token=credential.token,
            config=Config(retries={"total_max_attempts": 1}, read_timeout=read_timeout),
        )

    return make


@pytest.fixture(scope="session")
def root_session_of(client_of: ClientOf) -> RootSessionOf:
    """Makes clients for a root session, which the management account opens unless a profile is given."""

    def make(
        emulator: Emulator,
        account: str,
        task: RootTask,
        service: str = "iam",
        *,
        profile: str = "emulator-management",
        region: str = "us-east-1",
    ) -> Any:
        partition = emulator.world.organization.partition
        keys = client_of(emulator, "sts", profile).assume_root(
            TargetPrincipal=account, TaskPolicyArn={"arn": task.policy_arn(partition)}
        )["Credentials"]
        client: Callable[..., Any] = _session().client
        return client(
            service,
            region_name=region,
            endpoint_url=emulator.endpoint_url,
            aws_access_key_id=keys["AccessKeyId"],
            aws_secret_access_key=keys["SecretAccessKey"],
            aws_session_token=keys["SessionToken"],
            config=Config(retries={"total_max_attempts": 1}),
        )

    return make


@pytest.fixture(scope="session")
def refusal_of() -> Callable[..., tuple[str, str, int]]:
    """Code, text and HTTP status with which a call is refused."""

    def refused(call: Any, **params: Any) -> tuple[str, str, int]:
        with pytest.raises(ClientError) as caught:
            call(**params)
        answer: Any = caught.value.response
        return (
            answer["Error"]["Code"],
            answer["Error"]["Message"],
            answer["ResponseMetadata"]["HTTPStatusCode"],
        )

    return refused


@pytest.fixture(scope="session")
def client_with() -> ClientOf:
    """Makes clients with keys that a call gave out: ``client_with(emulator, "s3", keys, region="eu-west-1")``."""

    def make(emulator: Emulator, service: str, keys: Any, *, region: str = "us-east-1") -> Any:
        client: Callable[..., Any] = _session().client
        return client(
            service,
            region_name=region,
            endpoint_url=emulator.endpoint_url,
            aws_access_key_id=keys["AccessKeyId"],
            aws_secret_access_key=keys["SecretAccessKey"],
            aws_session_token=keys["SessionToken"],
            config=Config(retries={"total_max_attempts": 1}),
        )

    return make


RecordsOf = Callable[..., list[dict[str, Any]]]
"""``records_of(emulator, account, region="us-east-1", EventName="AssumeRoot")``: CloudTrail's records, newest first."""


@pytest.fixture(scope="session")
def records_of(client_of: ClientOf) -> RecordsOf:
    """Reads the records of one account and Region as its administrator; the reading itself is left out."""

    def read(
        emulator: Emulator, account: str, region: str = "us-east-1", **attribute: str
    ) -> list[dict[str, Any]]:
        client = client_of(emulator, "cloudtrail", f"emulator-{account}", region=region)
        wanted = [{"AttributeKey": key, "AttributeValue": value} for key, value in attribute.items()]
        pages = client.get_paginator("lookup_events").paginate(LookupAttributes=wanted)
        found = (json.loads(event["CloudTrailEvent"]) for page in pages for event in page["Events"])
        return [record for record in found if record["eventName"] != "LookupEvents"]

    return read


StartEmulator = Callable[..., tuple["subprocess.Popen[str]", dict[str, Any]]]
"""``emulator_process("--port", "0")``: the process of ``rootwarden emulator start``, and the document it printed."""

EMULATOR_COMMAND = (sys.executable, "-m", "rootwarden", "emulator", "start")


@pytest.fixture
def emulator_process(tmp_path: Path) -> Iterator[StartEmulator]:
    """Starts emulators as processes of their own, with their profiles in ``tmp_path/aws``; they end with the test."""
    with ExitStack() as processes:

        def start(*options: str) -> tuple[subprocess.Popen[str], dict[str, Any]]:
            command = [*EMULATOR_COMMAND, "-o", "json", "--write-aws-config", str(tmp_path / "aws"), *options]
            process = processes.enter_context(
                subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            )
            processes.callback(process.kill)
            assert process.stdout
            return process, json.loads(process.stdout.readline())

        yield start
