"""A fake AWS that knows centralized root access: for rehearsals, demonstrations and tests.

with running(small()) as emulator:
    iam = boto3.client("iam", endpoint_url=emulator.endpoint_url, ...)

The names below are loaded when they are first used; moto only when an emulator starts.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rootwarden.emulator.builders import account, large, locked_bucket, locked_queue, small
    from rootwarden.emulator.clock import Clock
    from rootwarden.emulator.keyring import Credential
    from rootwarden.emulator.org_file import FaultSpec, OrganizationFile
    from rootwarden.emulator.server import Emulator, running

__all__ = [
    "Clock",
    "Credential",
    "Emulator",
    "FaultSpec",
    "OrganizationFile",
    "account",
    "large",
    "locked_bucket",
    "locked_queue",
    "running",
    "small",
]

_HOMES = {
    "Clock": "clock",
    "Credential": "keyring",
    "Emulator": "server",
    "FaultSpec": "org_file",
    "OrganizationFile": "org_file",
    "account": "builders",
    "large": "builders",
    "locked_bucket": "builders",
    "locked_queue": "builders",
    "running": "server",
    "small": "builders",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
