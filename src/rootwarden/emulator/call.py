"""One API call, decoded and authenticated."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rootwarden.emulator.keyring import Principal

if TYPE_CHECKING:
    from rootwarden.emulator.world import World


@dataclass(frozen=True, slots=True)
class Call:
    """What a service handler gets. ``params`` are the operation's input members, as botocore names them."""

    service: str
    """botocore's service name: ``sts``, ``iam``, ``organizations`` ..."""
    operation: str
    params: Mapping[str, Any]
    caller: Principal
    access_key_id: str
    region: str
    """Region of the request's signature."""
    protocol: str
    """The service's protocol: ``query``, ``json``, ``rest-xml`` ..."""
    host: str
    """Host header: a loopback address, or AWS's own name where the client goes through a proxy."""
    request_id: str
    source_address: str = "127.0.0.1"
    """Where the request came from."""

    @property
    def action(self) -> str:
        """The IAM action, such as ``sts:AssumeRoot``."""
        return f"{self.service}:{self.operation}"


Handler = Callable[["World", Call], Mapping[str, Any]]
"""Answers a call with the operation's output members, or raises AwsAnswer."""

Resource = Callable[["World", Call], str]
"""The ARN an action is judged on, ``*`` where the action has no resource type."""
