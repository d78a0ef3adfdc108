"""The HTTP side: a threaded server on the loopback address, with connections that stay open."""

from __future__ import annotations

import logging
import socket
import socketserver
import struct
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler
from io import BufferedIOBase
from typing import Any
from urllib.parse import urlsplit

from rootwarden.emulator.http_message import ConnectionLost, HttpRequest, HttpResponse

LOOPBACK = "127.0.0.1"
_LARGEST_BODY = 512 * 1024 * 1024
_PATIENCE_SECONDS = 5.0

logger = logging.getLogger(__name__)
logger.addHandler(logging.NullHandler())


class _BadBody(Exception):
    """The body's length cannot be told, or is beyond what the emulator takes."""


def _machine_time() -> datetime:
    return datetime.now(UTC)


class HttpFront(socketserver.ThreadingMixIn, socketserver.TCPServer):
    """One thread per connection."""

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 1024

    def __init__(
        self,
        port: int,
        answer: Callable[[HttpRequest], HttpResponse],
        now: Callable[[], datetime] = _machine_time,
    ) -> None:
        self.answer = answer
        self.now = now
        """The time of the Date header."""
        self._open: set[Any] = set()
        self._changed = threading.Condition()
        super().__init__((LOOPBACK, port), _Handler)
        self._thread = threading.Thread(
            target=self.serve_forever, kwargs={"poll_interval": 0.01}, name="rootwarden-emulator", daemon=True
        )
        self._thread.start()

    @property
    def port(self) -> int:
        """The port in use."""
        return int(self.socket.getsockname()[1])

    def get_request(self) -> tuple[Any, Any]:
        """Accepts a connection and remembers it."""
        connection, address = super().get_request()
        with self._changed:
            self._open.add(connection)
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        """Closes a connection and forgets it."""
        super().shutdown_request(request)
        with self._changed:
            self._open.discard(request)
            self._changed.notify_all()

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - socketserver's signature
        """A client that goes away is no news, and nothing goes to standard error."""
        logger.debug("connection ended: %r", sys.exception())

    def stop(self) -> None:
        """Ends the server and every connection, and waits for them."""
        self.shutdown()
        self._thread.join(_PATIENCE_SECONDS)
        self.server_close()
        with self._changed:
            for connection in self._open:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:  # the client was faster
                    continue
            self._changed.wait_for(lambda: not self._open, _PATIENCE_SECONDS)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "rootwarden-emulator"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = -1
    server: HttpFront

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's signature
        """Says nothing."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("do_"):  # every method goes one way
            return self._serve
        raise AttributeError(name)

    def handle_expect_100(self) -> bool:
        """Tells a client at once that it may send its body: S3 clients wait a second for that with every object."""
        super().handle_expect_100()
        self.wfile.flush()
        return True

    def _serve(self) -> None:
        try:
            request = self._request()
        except _BadBody as error:
            self.close_connection = True
            self.send_error(400, str(error))
            return
        try:
            response = self.server.answer(request)
        except ConnectionLost:
            self._reset()
        else:
            self._send(response)

    def _reset(self) -> None:
        """Closes the connection the hard way: the client sees a reset, not an end."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def _request(self) -> HttpRequest:
        headers: dict[str, str] = {}
        for name, value in self.headers.items():
            key = name.lower()
            headers[key] = f"{headers[key]},{value}" if key in headers else value
        target = self.path
        if not target.startswith("/"):  # a client that takes us for its proxy sends the full address
            parts = urlsplit(target)
            headers["host"] = parts.netloc or headers.get("host", "")
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        path, _, query = target.partition("?")
        body = self._body(headers)
        headers.pop("transfer-encoding", None)
        return HttpRequest(self.command, path, query, headers, body, self.client_address[0])

    def _body(self, headers: dict[str, str]) -> bytes:
        if "chunked" in headers.get("transfer-encoding", "").lower():
            return _unchunked(self.rfile)
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > _LARGEST_BODY:
            raise _BadBody("Bad Content-Length")
        return _read(self.rfile, int(length))

    def _send(self, response: HttpResponse) -> None:
        self.send_response_only(response.status)
        self.send_header("Date", format_datetime(self.server.now(), usegmt=True))
        sized = False
        for name, value in response.headers:
            self.send_header(name, str(value))
            sized = sized or name.lower() == "content-length"
        if not sized:
            self.send_header("Content-Length", str(len(response.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(response.body)


def _unchunked(stream: BufferedIOBase) -> bytes:
    parts: list[bytes] = []
    total = 0
    while True:
        try:
            size = int(stream.readline(100).split(b";")[0].strip(), 16)
        except ValueError as error:
            raise _BadBody("Bad chunk size") from error
        total += size
        if size < 0 or total > _LARGEST_BODY:
            raise _BadBody("Bad chunk size")
        if size == 0:
            while stream.readline(65536).strip():  # trailers
                continue
            return b"".join(parts)
        parts.append(_read(stream, size))
        stream.readline(100)


def _read(stream: BufferedIOBase, length: int) -> bytes:
    body = stream.read(length)
    if len(body) < length:
        raise _BadBody("The body ends early")
    return body
