"""How a notification reads: a subject, a text for people and a document for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from rootwarden.model.canonical import plain, rfc3339
from rootwarden.model.notification import NotificationKind
from rootwarden.reports.safe_text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rootwarden.model.notification import Delivery, Notification

_AWS: Final = "aws"
_SUBJECT_LENGTH: Final = 99
"""SNS takes fewer than 100 characters of ASCII. https://docs.aws.amazon.com/sns/latest/api/API_Publish.html"""

_HEADLINES: Final = {
    NotificationKind.OPENED: "Root sign-in allowed",
    NotificationKind.DUE: "Root sign-in ends within the hour",
    NotificationKind.OVERDUE: "Root sign-in OVERDUE",
    NotificationKind.CLOSED: "Root sign-in closed",
    NotificationKind.STRAY: "Unexplained root credentials",
    NotificationKind.BREAK_GLASS: "BREAK-GLASS: limits of root sign-in passed",
}


def subject_of(one: Notification) -> str:
    """One line of ASCII, short enough for SNS."""
    line = f"{_rehearsal(one)}{_headline(one)}: {_account(one)}"
    ascii_only = printable(line).encode("ascii", "replace").decode()
    return ascii_only if len(ascii_only) <= _SUBJECT_LENGTH else f"{ascii_only[: _SUBJECT_LENGTH - 3]}..."


def text_of(one: Notification) -> str:
    """The whole message for people."""
    return "\n".join(printable(line) for line in _lines(one))


def document_of(one: Notification) -> dict[str, Any]:
    """The whole message for programs. ``text`` is what chats show of a webhook's document."""
    said = {
        "kind": one.kind,
        "organization_id": one.organization_id,
        "endpoint": one.endpoint,
        "account": {"id": one.account, "name": one.account_name},
        "at": one.at,
        "exception_id": one.exception_id,
        "task": one.task,
        "owner": one.owner,
        "by": one.by,
        "until": one.until,
        "reason": one.reason,
        "ticket": one.ticket,
        "items": one.items,
        "limits": one.limits,
    }
    document: dict[str, Any] = plain(said)
    return {"schema": "rootwarden/notification/1", "text": text_of(one), **document}


def delivery_document(one: Delivery) -> dict[str, Any]:
    """What came of one delivery, for the document of a command."""
    reason = getattr(one.outcome, "reason", None)
    return {
        "channel": one.channel.value,
        "target": one.target,
        "outcome": type(one.outcome).__name__.lower(),
        "reason": reason.as_json() if reason else None,
    }


def _lines(one: Notification) -> Iterator[str]:
    if one.endpoint != _AWS:
        yield f"REHEARSAL at {one.endpoint}: this is not AWS."
    yield f"{_headline(one)}: {_account(one)}"
    for name, value in (
        ("Task", one.task),
        ("Owner", one.owner),
        ("By", one.by),
        ("Until", rfc3339(one.until) if one.until and one.kind is not NotificationKind.STRAY else None),
        ("Reason", one.reason),
        ("Ticket", one.ticket),
        ("Limits passed", "; ".join(one.limits)),
        ("There is", ", ".join(one.items)),
        ("Exception", one.exception_id),
        ("Organization", one.organization_id),
        ("At", rfc3339(one.at)),
    ):
        if value:
            yield f"{name}: {value}"
    advice = _advice(one)
    if advice:
        yield advice


def _advice(one: Notification) -> str:
    name = one.exception_id or one.account
    match one.kind:
        case NotificationKind.DUE | NotificationKind.OVERDUE:
            return f"Close it when the work is done: rootwarden recovery close {name}"
        case NotificationKind.CLOSED if one.items:
            return f"Remove what is left: rootwarden remove plan --account {one.account} --out FILE"
        case NotificationKind.STRAY:
            return (
                f"Remove them (rootwarden remove plan --account {one.account} --out FILE), or say who answers for them "
                f"(rootwarden recovery adopt {one.account}, rootwarden waiver add {one.account})."
            )
        case _:
            return ""


def _headline(one: Notification) -> str:
    if one.kind is NotificationKind.CLOSED and one.items:
        return "Root sign-in closed, with credentials LEFT"
    return _HEADLINES[one.kind]


def _account(one: Notification) -> str:
    return f"{one.account_name} ({one.account})" if one.account_name else one.account


def _rehearsal(one: Notification) -> str:
    return "" if one.endpoint == _AWS else "[rehearsal] "
