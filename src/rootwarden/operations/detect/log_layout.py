"""Where a trail puts its files: which of them are logs, and of which account, Region and day. Pure.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-find-log-files.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from rootwarden.model.ids import AccountId
from rootwarden.operations.detect.sift import LEAD

if TYPE_CHECKING:
    from rootwarden.model.log_reading import Period, Wanted

LOGS: Final = "AWSLogs/"
TRAIL: Final = "CloudTrail/"
_PLACE: Final = re.compile(
    r"(?:^|/)AWSLogs/(?:o-[a-z0-9]{10,32}/)?(?P<account>\d{12})/(?P<kind>[^/]+)"
    r"(?:/(?P<region>[^/]+)/(?P<year>\d{4})/(?P<month>\d\d)/(?P<day>\d\d))?/[^/]*$"
)
_NAME: Final = re.compile(r"\.(?:json|jsonl|ndjson)(?:\.gz)?$", re.IGNORECASE)
_NOT_EVENTS: Final = ("CloudTrail-Digest", "CloudTrail-Insight")
_LATE: Final = timedelta(days=1)
"""A file stands under the day it was delivered on, and events of the evening before may be in it."""


@dataclass(frozen=True, slots=True)
class LogPlace:
    """What the path of a trail's file tells."""

    account: AccountId
    region: str
    day: date


def place_of(path: str) -> LogPlace | None:
    """What a path tells, or None where it is not laid out as a trail's are."""
    found = _PLACE.search(path)
    if found is None or found["day"] is None:
        return None
    try:
        day = date(int(found["year"]), int(found["month"]), int(found["day"]))
    except ValueError:
        return None
    return LogPlace(AccountId(found["account"]), found["region"], day)


def is_log(path: str) -> bool:
    """Whether a path is that of a log: by its name, and in a trail's layout by the folder too (no digests, insights, others)."""
    if not _NAME.search(path) or any(f"{name}/" in path for name in _NOT_EVENTS):
        return False
    found = _PLACE.search(path)
    return found is None or found["kind"] == TRAIL[:-1]


def is_wanted(path: str, wanted: Wanted) -> bool:
    """Whether a log can hold what is wanted, as far as its path tells."""
    place = place_of(path)
    if place is None:
        return True
    first, last = days_of(wanted.period)
    return (
        (not wanted.accounts or place.account in wanted.accounts)
        and (first is None or place.day >= first)
        and (last is None or place.day <= last)
    )


def days_of(period: Period) -> tuple[date | None, date | None]:
    """The first and the last day under which files with events of a period stand."""
    first = (period.since - LEAD).date() if period.since else None
    last = (period.until + _LATE).date() if period.until else None
    return first, last


def day_folder(day: date) -> str:
    """``2026/03/01/``."""
    return f"{day:%Y/%m/%d}/"
