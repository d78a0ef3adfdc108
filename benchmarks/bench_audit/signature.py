"""Signature version 4, for POST requests to ``/`` without a query: all that the SDKs send to these services.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import hashlib
import hmac
from typing import NamedTuple

from bench_audit.wire import Request


class Signed(NamedTuple):
    """What a request says of its signer."""

    access_key_id: str
    scope: str
    """Date, Region, service and ``aws4_request``."""
    headers: str
    digest: str


def read(request: Request) -> Signed | None:
    """The signature of a request; None where it has none."""
    algorithm, _, rest = request.headers.get("authorization", "").partition(" ")
    parts = dict(part.strip().split("=", 1) for part in rest.split(",") if "=" in part)
    if algorithm != "AWS4-HMAC-SHA256" or not {"Credential", "SignedHeaders", "Signature"} <= parts.keys():
        return None
    access_key_id, _, scope = parts["Credential"].partition("/")
    return Signed(access_key_id, scope, parts["SignedHeaders"], parts["Signature"])


def fits(request: Request, signed: Signed, secret: str) -> bool:
    """Whether the secret key made the signature."""
    names = signed.headers.split(";")
    headers = "".join(f"{name}:{request.headers.get(name, '')}\n" for name in names)
    body = hashlib.sha256(request.body).hexdigest()
    canonical = f"{request.method}\n{request.target}\n\n{headers}\n{signed.headers}\n{body}".encode()
    digest = hashlib.sha256(canonical).hexdigest()
    text = f"AWS4-HMAC-SHA256\n{request.headers.get('x-amz-date', '')}\n{signed.scope}\n{digest}"
    key = f"AWS4{secret}".encode()
    for part in (*signed.scope.split("/"), text):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.compare_digest(key.hex(), signed.digest)
