"""The door for records: which of them matter, and each of those as an ``Event`` without secrets.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html and
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC
from typing import Any, Final

from rootwarden.detection.members import Members
from rootwarden.detection.parameters import details_of, login_of
from rootwarden.detection.watched import WATCHED
from rootwarden.errors import MalformedRecord
from rootwarden.model.detection_event import Event
from rootwarden.model.ids import AccountId, account_of_root_arn, is_account_id

__all__ = ["Event", "is_candidate", "read_event"]

_FAILURE: Final = "Failure"


def is_candidate(record: Mapping[str, Any]) -> bool:
    """Whether a record is about root, as cheap as can be. What is no record it lets through, for ``read_event`` to refuse."""
    try:
        return record["userIdentity"]["type"] == "Root" or record["eventName"] in WATCHED
    except (KeyError, TypeError):
        return _may_matter(record)


def _may_matter(record: Any) -> bool:
    """The slow road: envelopes, identities without a type, and what is no record."""
    if not isinstance(record, Mapping):
        return True
    if "eventName" not in record:
        inner = record.get("detail")
        return is_candidate(inner) if isinstance(inner, Mapping) and "detail" not in inner else True
    name, identity = record["eventName"], record.get("userIdentity")
    if not isinstance(name, str) or name in WATCHED:
        return True
    if isinstance(identity, Mapping):
        return identity.get("type") == "Root"  # of some services' own events the identity has no type
    return record.get("eventCategory") != "Insight"  # an Insights event is of nobody


def read_event(record: Mapping[str, Any]) -> Event:
    """The event of a record, bare or in EventBridge's envelope. Raises MalformedRecord, which names the place and no value.

    ``requestParameters`` and the like may be JSON text, as Athena gives them, and booleans may be text, as LookupEvents does.
    """
    said = Members(record)
    if "eventName" not in record and "detail" in record:
        said = said.inner("detail", required=True)
    identity = said.inner("userIdentity", required=True)
    request, response = said.loose("requestParameters"), said.loose("responseElements")
    found = _common(said, identity)
    name = found["name"]
    if name == "AssumeRoot":
        found |= _assume_root(request, response)
    login = login_of(name, response)
    event = Event(
        **found,
        failed=bool(found["error_code"] or found["error_message"] or login == _FAILURE),
        details=details_of(name, found["source"], said, request, response),
    )
    return event if event.id else replace(event, id=_digest(event))


def _common(said: Members, identity: Members) -> dict[str, Any]:
    context = identity.inner("sessionContext")
    attributes, issuer = context.inner("attributes"), context.inner("sessionIssuer")
    own = identity.text("accountId")
    own = AccountId(own) if own is not None and is_account_id(own) else None  # "anonymous", say
    account = _recipient(said) or own
    if account is None:
        raise MalformedRecord("it names no account", path="recipientAccountId")
    extra = said.loose("additionalEventData")
    return {
        "id": said.text("eventID") or "",
        "account": account,
        "time": said.time("eventTime", required=True),
        "source": said.text("eventSource", required=True),
        "name": said.text("eventName", required=True),
        "region": said.text("awsRegion") or "",
        "address": said.text("sourceIPAddress") or "",
        "user_agent": said.text("userAgent") or "",
        "event_type": said.text("eventType") or "",
        "read_only": said.flag("readOnly") or False,
        "identity_type": identity.text("type") or "",
        "identity_account": own,
        "arn": identity.text("arn"),
        "issuer_arn": issuer.text("arn"),
        "access_key_id": identity.text("accessKeyId"),
        "session_began": attributes.time("creationDate"),
        "mfa": _either(extra.flag("MFAUsed"), attributes.flag("mfaAuthenticated")),
        # AWS's guide, its reference and records in the field each have it in another place.
        "assumed_root": any(place.flag("assumedRoot") for place in (context, attributes, identity)),
        "from_console": said.flag("sessionCredentialFromConsole") or False,
        "invoked_by": identity.text("invokedBy"),
        "error_code": said.text("errorCode"),
        "error_message": said.text("errorMessage"),
        "request_id": said.text("requestID"),
        "shared_id": said.text("sharedEventID"),
    }


def _assume_root(request: Members, response: Members) -> dict[str, Any]:
    policy = request.inner("taskPolicyArn").text("arn")
    return {
        "target": _target(request.text("targetPrincipal")),
        "task_policy": policy.rpartition("/")[2] if policy else None,
        "issued_key_id": response.inner("credentials").text("accessKeyId"),
    }


def _target(principal: str | None) -> AccountId | None:
    """AssumeRoot takes an account id or the ARN of its root user; what else was tried, AWS refused."""
    if principal is None:
        return None
    return AccountId(principal) if is_account_id(principal) else account_of_root_arn(principal)


def _recipient(said: Members) -> AccountId | None:
    text = said.text("recipientAccountId")
    if text is None:
        return None
    if not is_account_id(text):
        raise MalformedRecord("it is no account id", path=said.path("recipientAccountId"))
    return AccountId(text)


def _either(first: bool | None, second: bool | None) -> bool | None:
    return second if first is None else first


def _digest(event: Event) -> str:
    """Stands for an id: the same record has the same."""
    parts = (
        event.account,
        event.time.astimezone(UTC).isoformat(),
        event.source,
        event.name,
        event.region,
        event.address,
        event.arn,
        event.access_key_id,
        event.target,
        event.issued_key_id,
        event.request_id,
        event.error_code,
        event.details,
    )
    return "sha256-" + hashlib.sha256(repr(parts).encode()).hexdigest()[:32]
