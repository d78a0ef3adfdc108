"""Where a ledger is: what ``--ledger`` says, or the default file."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from rootwarden.errors import BadInput
from rootwarden.ledger.chain import Identity

_ORGANIZATION_ID: Final = re.compile(r"o-[a-z0-9]{10,32}")
_BUCKET: Final = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_ADVICE: Final = "Write sqlite:///PATH (four slashes for an absolute path) or s3://BUCKET/PREFIX."


@dataclass(frozen=True, slots=True)
class SqliteLocation:
    """A file on this machine."""

    path: Path

    def __str__(self) -> str:
        return f"sqlite:///{self.path}"


@dataclass(frozen=True, slots=True)
class S3Location:
    """A prefix of a bucket. ``prefix`` has no slash at either end and may be empty."""

    bucket: str
    prefix: str

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.prefix}"


Location = SqliteLocation | S3Location


def parse_location(text: str) -> Location:
    """What ``--ledger`` names. Raises BadInput for anything but the two forms."""
    if text.startswith("sqlite:///"):
        path = text.removeprefix("sqlite:///")
        if not path or "\0" in path or path.endswith("/"):
            raise BadInput(f"{text!r} names no file", advice=_ADVICE)
        return SqliteLocation(Path(path).expanduser())
    if text.startswith("s3://"):
        bucket, _, prefix = text.removeprefix("s3://").partition("/")
        prefix = prefix.strip("/")
        if not _BUCKET.fullmatch(bucket):
            raise BadInput(f"{bucket!r} is not the name of a bucket", advice=_ADVICE)
        if len(prefix) > 200 or not prefix.isascii() or (prefix and not prefix.isprintable()):  # noqa: PLR2004 - keys have 1024
            raise BadInput(
                f"{prefix!r} cannot be a prefix", advice="Use up to 200 printable ASCII characters."
            )
        return S3Location(bucket, prefix)
    raise BadInput(f"{text!r} is not a place for a ledger", advice=_ADVICE)


def default_path(identity: Identity, state_dir: Path) -> Path:
    """The file of one organization and endpoint in the platform's state folder.

    Raises BadInput for an organization id that is none, since it becomes part of a file name.
    """
    if not _ORGANIZATION_ID.fullmatch(identity.organization_id):
        raise BadInput(
            f"{identity.organization_id!r} is not an organization id", advice="It looks like o-a1b2c3d4e5."
        )
    return state_dir / "ledgers" / f"{identity.organization_id}-{_slug(identity.endpoint)}.sqlite3"


def _slug(endpoint: str) -> str:
    """``aws``, or the host of the URL with some of its hash, since two URLs may share a host."""
    if endpoint == "aws":
        return endpoint
    host = re.sub(r"[^a-z0-9.-]", "-", (urlsplit(endpoint).hostname or "endpoint").lower())[:60]
    return f"{host}-{hashlib.sha256(endpoint.encode()).hexdigest()[:12]}"
