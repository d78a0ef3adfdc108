"""CloudTrail's events of a removal: which belong to it, and what of them may be kept. Pure.

An AssumeRoot event holds the session's token in its responseElements.
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from rootwarden.ledger.secret_guard import without_secrets
from rootwarden.model.evidence import Completion, ExpectedCall, NotLooked, TrailEvent

REMOVED: Final = "[removed]"
_SECRET: Final = re.compile(r"(?i)(session_?token|secret_?access_?key|password|secret|token)")


def scrubbed(value: Any) -> Any:
    """The same without anything that could be used, or looks as if."""
    if isinstance(value, Mapping):
        return {key: _scrubbed_member(str(key), each) for key, each in value.items()}
    if isinstance(value, list):
        return [scrubbed(each) for each in value]
    return without_secrets(value) if isinstance(value, str) else value


def _scrubbed_member(key: str, value: Any) -> Any:
    if _SECRET.fullmatch(key) and isinstance(value, str):
        return REMOVED
    return scrubbed(value)


def event_of(account: str, record: Mapping[str, Any]) -> TrailEvent:
    """The event a record of an account's history becomes."""
    return TrailEvent(
        account=account,
        event_id=str(record.get("eventID", "")),
        request_id=str(record.get("requestID", "")),
        time=str(record.get("eventTime", "")),
        record=scrubbed(record),
    )


def opens_one_of(record: Mapping[str, Any], request_ids: Iterable[str], key_ids: Iterable[str]) -> bool:
    """Whether an AssumeRoot record is that of one of our sessions."""
    elements = record.get("responseElements")
    credentials = elements.get("credentials") if isinstance(elements, Mapping) else None
    key_id = credentials.get("accessKeyId") if isinstance(credentials, Mapping) else None
    return record.get("requestID") in set(request_ids) or key_id in set(key_ids)


def completion(
    expected: Iterable[ExpectedCall], events: Iterable[TrailEvent], not_looked: Iterable[NotLooked]
) -> Completion:
    """The events in the order of their times, each once, and the calls that none of them is about."""
    kept = {one.event_id: one for one in events}
    seen = {one.request_id for one in kept.values()}
    return Completion(
        events=tuple(sorted(kept.values(), key=lambda one: (one.time, one.event_id))),
        missing=tuple(one for one in expected if one.request_id not in seen),
        not_looked=tuple(not_looked),
    )
