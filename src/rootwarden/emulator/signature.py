"""Signature version 4: what a request says of its signer, and whether the secret key fits.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from urllib.parse import parse_qs, quote

from rootwarden.emulator.answers import AwsAnswer
from rootwarden.emulator.http_message import HttpRequest

ALGORITHM = "AWS4-HMAC-SHA256"
_PART = re.compile(r"(Credential|SignedHeaders|Signature)=([^,\s]+)")
_SCOPE_PARTS = 5


@dataclass(frozen=True, slots=True)
class Signature:
    """The signer's own words; nothing of it is proven."""

    access_key_id: str
    date: str
    """Day of the credential scope, as ``20261124``."""
    region: str
    service: str
    """The service's signing name."""
    signed_headers: tuple[str, ...]
    digest: str
    token: str | None
    presigned: bool = False


def read_signature(request: HttpRequest) -> Signature | None:
    """The signature of a request, from its header or a presigned address; None where it carries none.

    Raises AwsAnswer for one that cannot be read.
    """
    header = request.headers.get("authorization")
    if header is not None:
        if not header.startswith(ALGORITHM):
            raise AwsAnswer(
                "IncompleteSignature", f"Authorization header requires the {ALGORITHM} algorithm."
            )
        return _signature(dict(_PART.findall(header)), request.headers.get("x-amz-security-token"))
    query = {name: values[0] for name, values in parse_qs(request.query).items()}
    if "X-Amz-Credential" not in query:
        return None
    parts = {part: query.get(f"X-Amz-{part}", "") for part in ("Credential", "SignedHeaders", "Signature")}
    return _signature(parts, query.get("X-Amz-Security-Token"), presigned=True)


def _signature(parts: dict[str, str], token: str | None, *, presigned: bool = False) -> Signature:
    missing = [name for name in ("Credential", "Signature", "SignedHeaders") if not parts.get(name)]
    if missing:
        text = " ".join(f"Authorization header requires '{name}' parameter." for name in missing)
        raise AwsAnswer("IncompleteSignature", text)
    scope = parts["Credential"].split("/")
    if len(scope) != _SCOPE_PARTS or not all(scope):
        raise AwsAnswer("IncompleteSignature", "Credential must have exactly 5 slash-delimited elements.")
    return Signature(
        access_key_id=scope[0],
        date=scope[1],
        region=scope[2],
        service=scope[3],
        signed_headers=tuple(parts["SignedHeaders"].lower().split(";")),
        digest=parts["Signature"],
        token=token,
        presigned=presigned,
    )


def is_signed_with(request: HttpRequest, signature: Signature, secret: str) -> bool:
    """Whether the secret key made the signature. The time of signing is not looked at: the emulator's clock is settable."""
    scope = f"{signature.date}/{signature.region}/{signature.service}/aws4_request"
    canonical = hashlib.sha256(_canonical(request, signature).encode()).hexdigest()
    text = "\n".join((ALGORITHM, _time(request, signature), scope, canonical))
    key = f"AWS4{secret}".encode()
    for part in (*scope.split("/"), text):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.compare_digest(key.hex().encode(), signature.digest.encode())


def _time(request: HttpRequest, signature: Signature) -> str:
    if signature.presigned:
        return parse_qs(request.query).get("X-Amz-Date", [""])[0]
    return request.headers.get("x-amz-date", "")


def _canonical(request: HttpRequest, signature: Signature) -> str:
    pairs = sorted(pair.partition("=")[::2] for pair in request.query.split("&") if pair)
    query = "&".join(f"{name}={value}" for name, value in pairs if name != "X-Amz-Signature")
    headers = "".join(
        f"{name}:{' '.join(request.headers.get(name, '').split())}\n" for name in signature.signed_headers
    )
    # S3 alone takes the path as it is sent; everybody else encodes it once more.
    path = request.path if signature.service == "s3" else quote(request.path, safe="/~")
    return "\n".join(
        (
            request.method,
            path or "/",
            query,
            headers,
            ";".join(signature.signed_headers),
            _body_hash(request, signature),
        )
    )


def _body_hash(request: HttpRequest, signature: Signature) -> str:
    if signature.presigned and signature.service == "s3":
        return "UNSIGNED-PAYLOAD"
    said = request.headers.get("x-amz-content-sha256")
    return said or hashlib.sha256(request.body).hexdigest()
