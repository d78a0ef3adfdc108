"""What CloudTrail's history of an account shows of its root user, without our own sessions and what AWS does itself. Pure.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from rootwarden.model.sweep import RootEvent

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Set as AbstractSet

_SIGN_IN: Final = "signin.amazonaws.com"
"""Older records of what is done in the console carry it as ``invokedBy``: that is a person all the same."""


def root_events(
    records: Iterable[Mapping[str, Any]], *, known: AbstractSet[str], ours: AbstractSet[str]
) -> tuple[RootEvent, ...]:
    """What was done as root and changes something, or signs in, in the order of its time, each once.

    ``known`` are the ids of events told before, ``ours`` the key ids of our own root sessions. Reads are left out: a console makes
    hundreds of them by itself.
    """
    found: dict[str, RootEvent] = {}
    for record in reversed(tuple(records)):  # AWS gives the newest first
        one = _event(record)
        if one.id not in known and _is_a_persons(record, ours):
            found[one.id] = one
    return tuple(sorted(found.values(), key=lambda one: one.time))


def _is_a_persons(record: Mapping[str, Any], ours: AbstractSet[str]) -> bool:
    identity = record.get("userIdentity")
    if not isinstance(identity, Mapping) or identity.get("type") != "Root":
        return False
    invoked_by = identity.get("invokedBy")
    if invoked_by not in {None, _SIGN_IN} or record.get("eventType") == "AwsServiceEvent":
        return False
    if record.get("sourceIPAddress") == "AWS Internal" or identity.get("accessKeyId") in ours:
        return False
    return record.get("readOnly") not in {True, "true"} or record.get("eventSource") == _SIGN_IN


def _event(record: Mapping[str, Any]) -> RootEvent:
    error = record.get("errorCode") or record.get("errorMessage")
    return RootEvent(
        id=str(record.get("eventID", "")),
        time=_time(str(record.get("eventTime", ""))),
        name=str(record.get("eventName", "")),
        source=str(record.get("eventSource", "")),
        region=str(record.get("awsRegion", "")),
        address=str(record.get("sourceIPAddress", "")),
        error=str(error) if error else None,
    )


def _time(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
