"""Logs in a bucket: which objects hold what is wanted is known from their keys, so that nothing else is downloaded.

Both layouts are found by themselves, that of an organization trail (``AWSLogs/o-.../ACCOUNT/``) and that of an account's
(``AWSLogs/ACCOUNT/``), from whatever level of them is named; a prefix without either is read whole.
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-find-log-files.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from rootwarden.errors import AwsError, CredentialsExpired, CredentialsRefused
from rootwarden.model.log_reading import LogTrouble
from rootwarden.model.reason import local, reason_of
from rootwarden.operations.detect.log_layout import LOGS, TRAIL, day_folder, days_of, is_log, is_wanted
from rootwarden.operations.detect.log_text import MOST_BYTES
from rootwarden.operations.detect.sift import Catch, Sieve, sift_file
from rootwarden.sessions.fan_out import fan_out

if TYPE_CHECKING:
    from rootwarden.aws.log_bucket import LogBucket, LogObject
    from rootwarden.model.log_reading import LogReading, Wanted

_AT_ONCE: Final = 16
_ACCOUNT: Final = re.compile(r"(?:^|/)AWSLogs/(?:o-[a-z0-9]{10,32}/)?(\d{12})/$")
_ORGANIZATION: Final = re.compile(r"(?:^|/)AWSLogs/o-[a-z0-9]{10,32}/$")
_BELOW_ACCOUNT: Final = re.compile(r"(?:^|/)AWSLogs/(?:o-[a-z0-9]{10,32}/)?\d{12}/")


@dataclass(frozen=True, slots=True)
class _Listed:
    """What lies below one prefix, or why that is not known."""

    objects: tuple[LogObject, ...] = ()
    left_out: int = 0
    trouble: LogTrouble | None = None


def sift_objects(
    bucket: LogBucket, prefix: str, wanted: Wanted, reading: LogReading, catch: Catch
) -> Iterator[Sieve]:
    """What is left of each log below a prefix, as they come. What cannot be listed or read is told.

    Raises AwsError where the prefix itself cannot be listed.
    """
    starts = tuple(_starts(bucket, prefix, wanted))
    count = 0

    def objects() -> Iterator[LogObject]:
        nonlocal count
        for found in fan_out(starts, lambda one: _list(bucket, one, wanted), at_once=_AT_ONCE):
            reading.left_out += found.left_out
            if found.trouble is not None:
                reading.tell(found.trouble.place, found.trouble.reason)
            count += len(found.objects)
            yield from found.objects

    yield from fan_out(objects(), lambda one: _read(bucket, one, wanted, catch), at_once=_AT_ONCE)
    if not count and reading.complete:
        reading.tell(
            _url(bucket, prefix), local("no_logs", "there is no log file below it for what was asked")
        )


def _starts(bucket: LogBucket, prefix: str, wanted: Wanted) -> Iterator[str]:
    """The prefixes to list, one for each account where the layout shows them."""
    if _BELOW_ACCOUNT.search(prefix) and not _ACCOUNT.search(prefix):
        yield prefix
    elif found := _ACCOUNT.search(prefix):
        if not wanted.accounts or found[1] in wanted.accounts:
            yield prefix
    elif prefix.endswith(LOGS) or _ORGANIZATION.search(prefix):
        for inner in bucket.folders(prefix):
            if _ORGANIZATION.search(inner) or _ACCOUNT.search(inner):
                yield from _starts(bucket, inner, wanted)
    else:
        below = bucket.folders(prefix)
        logs = [one for one in below if one.endswith(f"/{LOGS}") or one == LOGS]
        if not logs:
            yield prefix
        for one in logs:
            yield from _starts(bucket, one, wanted)


def _list(bucket: LogBucket, start: str, wanted: Wanted) -> _Listed:
    try:
        if _ACCOUNT.search(start):
            regions = bucket.folders(f"{start}{TRAIL}")
            found = [one for region in regions for one in _between_days(bucket, region, wanted)]
        else:
            found = list(bucket.objects(start))
    except (CredentialsExpired, CredentialsRefused):
        raise
    except AwsError as error:
        return _Listed(trouble=LogTrouble(_url(bucket, start), reason_of(error)))
    kept = tuple(one for one in found if is_log(one.key) and is_wanted(one.key, wanted))
    return _Listed(kept, len(found) - len(kept))


def _between_days(bucket: LogBucket, region: str, wanted: Wanted) -> Iterator[LogObject]:
    """The objects of one Region, from the first day on: keys stand in the order of time."""
    first, last = days_of(wanted.period)
    end = None if last is None else f"{region}{day_folder(last)}~"
    for one in bucket.objects(region, after=None if first is None else f"{region}{day_folder(first)}"):
        if end is not None and one.key > end:
            return
        yield one


def _read(bucket: LogBucket, one: LogObject, wanted: Wanted, catch: Catch) -> Sieve:
    place = _url(bucket, one.key)
    sieve = Sieve(place, wanted.period, catch)
    if one.size > MOST_BYTES:
        sieve.tell(
            local("too_large", f"an object of {one.size:,} bytes: no log file of CloudTrail's is that large")
        )
        return sieve
    try:
        return sift_file(bucket.read(one.key), sieve)
    except (CredentialsExpired, CredentialsRefused):
        raise
    except AwsError as error:
        sieve.tell(reason_of(error))
        return sieve


def _url(bucket: LogBucket, key: str) -> str:
    return f"s3://{bucket.bucket}/{key}"
