"""HTTP/1.1 as far as AWS's SDKs speak it: requests with a length, answers in one piece."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

_REASONS: Final = {200: "OK", 400: "Bad Request", 403: "Forbidden", 404: "Not Found", 502: "Bad Gateway"}


class Request(NamedTuple):
    """One request; the names of headers are in lower case."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back. ``code`` is AWS's error code, or empty where the call went well."""

    body: bytes
    content_type: str = "text/xml"
    status: int = 200
    code: str = ""


def taken_from(buffer: bytearray) -> Request | None:
    """Takes the first whole request out of a buffer; None while it is not whole."""
    end = buffer.find(b"\r\n\r\n")
    if end < 0:
        return None
    first, *lines = buffer[:end].decode("latin-1").split("\r\n")
    headers = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    whole = end + 4 + int(headers.get("content-length", 0))
    if len(buffer) < whole:
        return None
    body = bytes(buffer[end + 4 : whole])
    del buffer[:whole]
    method, target, _ = first.split(" ", 2)
    return Request(method, target, headers, body)


def to_bytes(answer: Answer, request_id: str) -> bytes:
    """The answer as it is sent."""
    reason = _REASONS.get(answer.status, "Error")
    head = (
        f"HTTP/1.1 {answer.status} {reason}\r\nx-amzn-RequestId: {request_id}\r\nContent-Type: {answer.content_type}\r\n"
        f"Content-Length: {len(answer.body)}\r\nDate: Thu, 01 Oct 2026 12:00:00 GMT\r\n\r\n"
    )
    return head.encode() + answer.body
