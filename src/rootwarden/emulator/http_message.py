"""An HTTP request and its answer, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


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
