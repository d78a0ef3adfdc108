"""An HTTP request and its answer, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


class ConnectionLost(Exception):
    """Raised where the client is to get no answer: the server then resets the connection."""


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One request, its body read in full."""

    method: str
    path: str
    """As it was sent: percent-encoded."""
    query: str
    headers: Mapping[str, str]
    """By name in lower case."""
    body: bytes = b""
    source_address: str = "127.0.0.1"
    """Where it came from."""

    @property
    def host(self) -> str:
        """The Host header, or that of the full address a proxy is sent."""
        return self.headers.get("host", "")


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """One answer."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
