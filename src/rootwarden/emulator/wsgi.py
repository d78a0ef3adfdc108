"""Our request as moto and werkzeug take it."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote_to_bytes

from moto.core.request import Request

from rootwarden.emulator.http_message import HttpRequest

_OWN_NAMES = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}


def environment(request: HttpRequest, extra: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The WSGI environment of a request, with headers of ours added."""
    headers = {**request.headers, **(extra or {}), "content-length": str(len(request.body))}
    host, _, port = request.host.rpartition(":")
    address = request.path + (f"?{request.query}" if request.query else "")
    return {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(request.path).decode("latin-1"),
        "QUERY_STRING": request.query,
        "REQUEST_URI": address,
        "RAW_URI": address,
        "SERVER_NAME": host or request.host or "127.0.0.1",
        "SERVER_PORT": port if port.isdigit() else "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        **{_wsgi_name(name): value for name, value in headers.items()},
    }


def _wsgi_name(header: str) -> str:
    return _OWN_NAMES.get(header) or "HTTP_" + header.upper().replace("-", "_")


def as_moto_request(request: HttpRequest) -> Any:
    """The request as moto's routing takes it."""
    return Request(environment(request))
