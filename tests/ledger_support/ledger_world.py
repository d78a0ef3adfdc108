"""A ledger that several processes can open: its place as text, and a program that writes to it.

Run as ``python ledger_world.py PLACE NAME COUNT`` it appends COUNT entries, and prints each number once it is durable.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

from rootwarden.aws.ledger_bucket import LedgerBucket
from rootwarden.ledger.chain import Identity
from rootwarden.ledger.clock import Clock, utc_now
from rootwarden.ledger.entry import Draft, Kind
from rootwarden.ledger.location import S3Location, SqliteLocation, parse_location
from rootwarden.ledger.s3 import S3Store
from rootwarden.ledger.sqlite import SqliteStore
from rootwarden.ledger.store import Store

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

KEYS_VARIABLE = "LEDGER_TEST_KEYS"
"""Access key id and secret for the emulated S3, in the environment of every process of a test."""
IDENTITY = Identity("o-exampleorg1", "aws")
NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Place:
    """Where a ledger is, and at which endpoint S3 is."""

    location: str
    endpoint_url: str | None = None

    def open(self, identity: Identity = IDENTITY, clock: Clock = utc_now) -> Store:
        location = parse_location(self.location)
        if isinstance(location, SqliteLocation):
            return SqliteStore(location.path, identity, clock=clock)
        return S3Store(self.bucket(), identity, clock=clock)

    def bucket(self) -> LedgerBucket:
        location = parse_location(self.location)
        assert isinstance(location, S3Location)
        return LedgerBucket(s3_client(str(self.endpoint_url)), location)

    @property
    def path(self) -> Path:
        location = parse_location(self.location)
        assert isinstance(location, SqliteLocation)
        return location.path


def s3_client(endpoint_url: str) -> S3Client:
    key_id, secret = os.environ[KEYS_VARIABLE].split()
    client: S3Client = boto3.session.Session().client(
        "s3",
        endpoint_url=endpoint_url,
        region_name="us-east-1",
        aws_access_key_id=key_id,
        aws_secret_access_key=secret,
        config=Config(retries={"mode": "standard", "total_max_attempts": 3}, s3={"addressing_style": "path"}),
    )
    return client


def draft(number: int, kind: Kind = Kind.NOTE, intent: str | None = None, **content: str) -> Draft:
    """An entry with an id of its own."""
    said = {"organization_id": IDENTITY.organization_id, "endpoint": IDENTITY.endpoint, **content}
    return Draft(kind, f"entry-{number:08d}", NOW, said, intent)


def main(place: str, name: str, count: str) -> None:
    store = Place(**json.loads(place)).open()
    for number in range(int(count)):
        entry = store.append(draft(number, operation="test", writer=name))
        sys.stdout.write(f"{entry.number}\n")
        sys.stdout.flush()


def command(place: Place, name: str, count: int) -> list[str]:
    """How to run this program."""
    return [sys.executable, __file__, json.dumps(asdict(place)), name, str(count)]


if __name__ == "__main__":
    main(*sys.argv[1:])
