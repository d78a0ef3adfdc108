"""What CloudTrail's records say of people in the account. Pure.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from rootwarden.model.management import Activity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def root_activity(records: Iterable[Mapping[str, Any]]) -> tuple[Activity, ...]:
    """What the root user did, by call, the latest first; without what AWS did in its name."""
    found = _Counts()
    for record in records:
        identity = _identity(record)
        by_aws = "invokedBy" in identity or record.get("eventType") == "AwsServiceEvent"
        if identity.get("type") == "Root" and not by_aws:
            found.add(record, "root", str(record.get("eventName")))
    return found.all()


def human_activity(records: Iterable[Mapping[str, Any]]) -> tuple[Activity, ...]:
    """Who signed in to the console besides the root user, the latest first; failed attempts do not count."""
    found = _Counts()
    for record in records:
        identity = _identity(record)
        answer = record.get("responseElements")
        succeeded = isinstance(answer, dict) and answer.get("ConsoleLogin") == "Success"
        if succeeded and identity.get("type") != "Root":
            found.add(record, _who(identity), "ConsoleLogin")
    return found.all()


class _Counts:
    def __init__(self) -> None:
        self._seen: set[str] = set()
        self._times: dict[tuple[str, str], list[datetime]] = {}

    def add(self, record: Mapping[str, Any], who: str, what: str) -> None:
        """Counts a record once, though two Regions may show it."""
        event_id = str(record.get("eventID"))
        when = _time(record.get("eventTime"))
        if when is not None and event_id not in self._seen:
            self._seen.add(event_id)
            self._times.setdefault((who, what), []).append(when)

    def all(self) -> tuple[Activity, ...]:
        """Everything counted, the latest first."""
        found = [Activity(who, what, len(times), max(times)) for (who, what), times in self._times.items()]
        return tuple(sorted(found, key=lambda one: (one.last, one.who, one.what), reverse=True))


def _identity(record: Mapping[str, Any]) -> Mapping[str, Any]:
    identity = record.get("userIdentity")
    return identity if isinstance(identity, dict) else {}


def _who(identity: Mapping[str, Any]) -> str:
    """A user's name, or role and session: ``AWSReservedSSO_Admin_0123/alice@example.com``."""
    name = identity.get("userName")
    arn = str(identity.get("arn", ""))
    resource = arn.split(":", 5)[-1]
    return str(name) if name else resource.partition("/")[2] or resource or "somebody"


def _time(text: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text)).astimezone(UTC)
    except ValueError:
        return None
