"""Date operators: ISO 8601 as the W3C profiles it, or seconds since 1970; compared to the millisecond.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_Date
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

from rootwarden.policy.conditions.ordered import ordered_operators

# Four digits alone could be a year or seconds, so they are neither.
_SECONDS = re.compile(r"(?P<seconds>[0-9]{5,15})(\.(?P<fraction>[0-9]{1,9}))?")
_ISO = re.compile(
    r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})(-(?P<day>[0-9]{2})"
    r"(T(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2})(:(?P<second>[0-9]{2})(\.(?P<fraction>[0-9]{1,9}))?)?"
    r"(?P<zone>Z|[+-][0-9]{2}:?[0-9]{2}))?)?"
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _milliseconds(text: str) -> int | None:
    """Milliseconds since 1970, or None where the text is no date."""
    seconds = _SECONDS.fullmatch(text)
    if seconds:
        return int(seconds["seconds"]) * 1000 + _thousandths(seconds["fraction"])
    iso = _ISO.fullmatch(text)
    if not iso:
        return None
    numbers = [int(iso[name] or least) for name, least in _PARTS]
    try:
        moment = datetime(*numbers, tzinfo=_zone(iso["zone"]))  # type: ignore[arg-type,misc] # six numbers
        return (moment - _EPOCH) // timedelta(milliseconds=1) + _thousandths(iso["fraction"])
    except (ValueError, OverflowError):
        return None


_PARTS = (("year", 1), ("month", 1), ("day", 1), ("hour", 0), ("minute", 0), ("second", 0))


def _thousandths(fraction: str | None) -> int:
    return int((fraction or "").ljust(3, "0")[:3])


def _zone(text: str | None) -> timezone:
    if text is None or text == "Z":
        return UTC
    minutes = int(text[1:3]) * 60 + int(text[-2:])
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))


DATE_OPERATORS: Final = ordered_operators(
    "Date", _milliseconds, "a date with time zone or seconds since 1970"
)
