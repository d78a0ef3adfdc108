"""Reading a bucket that is large, or that may be read in part only."""

from __future__ import annotations

import gzip
import io
import json
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from rootwarden.app.detect_sources import CATCH
from rootwarden.aws.log_bucket import LogBucket, LogObject
from rootwarden.errors import AccessDenied, CredentialsExpired
from rootwarden.model.ids import AccountId
from rootwarden.model.log_reading import LogReading, Period, Wanted
from rootwarden.operations.detect.log_objects import sift_objects

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from rootwarden.errors import AwsError

ORGANIZATION = "AWSLogs/o-a1b2c3d4e5/"
ACCOUNTS = tuple(AccountId(f"{number:012}") for number in range(1, 6))
REGIONS = ("eu-central-1", "us-east-1")
DAYS = tuple(date(2026, 1, 1) + timedelta(days=number) for number in range(60))


def key(account: str, region: str, day: date) -> str:
    return f"{ORGANIZATION}{account}/CloudTrail/{region}/{day:%Y/%m/%d}/{account}_x.json.gz"


class Kept(LogBucket):
    """A bucket in memory, which counts what it is asked for."""

    def __init__(self, keys: list[str], denied: tuple[str, ...] = (), code: str = "AccessDenied") -> None:
        self.bucket = "logs"
        self._keys = sorted(keys)
        self._denied = denied
        self._code = code
        self.seen = 0
        """Objects that were listed."""
        self.downloads: list[str] = []

    def folders(self, prefix: str) -> tuple[str, ...]:
        self._check(prefix)
        below = (one[len(prefix) :].partition("/") for one in self._keys if one.startswith(prefix))
        return tuple(sorted({f"{prefix}{name}/" for name, slash, _ in below if slash}))

    def objects(self, prefix: str, *, after: str | None = None) -> Iterator[LogObject]:
        self._check(prefix)
        for one in self._keys:
            if one.startswith(prefix) and (after is None or one > after):
                self.seen += 1
                yield LogObject(one, 100)

    def read(self, key: str) -> BinaryIO:
        self._check(key)
        self.downloads.append(key)
        record = {
            "eventName": "A",
            "eventSource": "b",
            "eventID": key,
            "userIdentity": {"type": "AssumedRole"},
        }
        return io.BytesIO(gzip.compress(json.dumps({"Records": [record]}).encode()))

    def _check(self, place: str) -> None:
        if any(one in place for one in self._denied):
            kinds: dict[str, type[AwsError]] = {
                "AccessDenied": AccessDenied,
                "ExpiredToken": CredentialsExpired,
            }
            raise kinds[self._code](
                f"s3: {self._code}", code=self._code, text="No.", operation="s3:ListBucket"
            )


def everything() -> list[str]:
    return [key(account, region, day) for account in ACCOUNTS for region in REGIONS for day in DAYS]


def read(bucket: Kept, wanted: Wanted) -> tuple[int, LogReading, list[Any]]:
    reading = LogReading()
    sieves = list(sift_objects(bucket, "", wanted, reading, CATCH))
    troubles = [*reading.troubles, *(each for one in sieves for each in one.troubles)]
    return sum(one.records for one in sieves), reading, [(one.place, one.reason.code) for one in troubles]


def test_days_before_and_after_are_not_even_listed() -> None:
    bucket = Kept(everything())
    period = Period(datetime(2026, 2, 1, 2, tzinfo=UTC), datetime(2026, 2, 2, tzinfo=UTC))
    records, _, troubles = read(bucket, Wanted(period))
    days = 3  # the last one because AWS delivers late
    assert (records, troubles) == (len(ACCOUNTS) * len(REGIONS) * days, [])
    assert bucket.seen == len(ACCOUNTS) * len(REGIONS) * (days + 1)


def test_other_accounts_are_not_listed() -> None:
    bucket = Kept(everything())
    read(bucket, Wanted(accounts=frozenset(ACCOUNTS[:1])))
    assert {one.split("/")[2] for one in bucket.downloads} == {ACCOUNTS[0]}
    assert bucket.seen == len(REGIONS) * len(DAYS)


def test_an_account_that_may_not_be_listed_is_named_and_the_others_are_read() -> None:
    bucket = Kept(everything(), denied=(f"{ACCOUNTS[2]}/",))
    records, reading, troubles = read(bucket, Wanted())
    assert troubles == [(f"s3://logs/{ORGANIZATION}{ACCOUNTS[2]}/", "AccessDenied")]
    assert records == (len(ACCOUNTS) - 1) * len(REGIONS) * len(DAYS)
    assert not reading.complete


def test_a_place_that_may_not_be_listed_at_all_is_an_error() -> None:
    with pytest.raises(AccessDenied):
        read(Kept(everything(), denied=("",)), Wanted())


def test_credentials_that_are_over_end_it() -> None:
    with pytest.raises(CredentialsExpired):
        read(Kept(everything(), denied=("us-east-1/2026/01/05",), code="ExpiredToken"), Wanted())


def test_an_object_larger_than_any_log_is_not_downloaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rootwarden.operations.detect.log_objects.MOST_BYTES", 99)
    bucket = Kept([key(ACCOUNTS[0], REGIONS[0], DAYS[0])])
    _, _, troubles = read(bucket, Wanted())
    assert [code for _, code in troubles] == ["too_large"]
    assert bucket.downloads == []
