"""Clients for a running emulator."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config

if TYPE_CHECKING:
    from rootwarden.emulator.server import Emulator

ClientOf = Callable[..., Any]
"""``client_of(emulator, "sts", "emulator-management", region="us-east-1")``: a real boto3 client, without retries."""


@functools.cache
def _session() -> boto3.Session:
    return boto3.Session()


@pytest.fixture(scope="session")
def client_of() -> ClientOf:
    """Makes clients from a profile of the emulator; the loaded service models are shared."""

    def make(
        emulator: Emulator, service: str, profile: str = "emulator-management", *, region: str = "us-east-1"
    ) -> Any:
        credential = emulator.credential(profile)
        client: Callable[..., Any] = _session().client
        return client(
            service,
            region_name=region,
            endpoint_url=emulator.endpoint_url,
            aws_access_key_id=credential.access_key_id,
            aws_secret_access_key=credential.secret_access_key,
            aws_session_token=credential.token,
            config=Config(retries={"total_max_attempts": 1}),
        )

    return make
