"""Notes on what people were told, and when it was last said. Specified in docs/ledger.md."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Final

from rootwarden.ledger.entry import Entry, Kind
from rootwarden.ledger.secret_guard import without_secrets

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rootwarden.ledger.canonical import Json
    from rootwarden.ledger.recorder import Recorder
    from rootwarden.model.notification import Delivery, Notification

NOTIFIED: Final = "notification"
"""The operation of the notes."""


def record_notification(
    recorder: Recorder, notification: Notification, deliveries: Iterable[Delivery]
) -> Entry:
    """Records what came of telling. Raises LedgerError."""
    return recorder.note(
        operation=NOTIFIED,
        accounts=(notification.account,),
        details={
            "kind": notification.kind.value,
            "about": notification.key,
            **({"exception_id": notification.exception_id} if notification.exception_id else {}),
            "deliveries": [_delivery(one) for one in deliveries],
        },
    )


class ToldRegister:
    """When something was last told, rebuilt from the entries; what was tried in vain was not told."""

    def __init__(self) -> None:
        self._told: dict[str, datetime] = {}

    def take(self, entry: Entry) -> None:
        """Takes the next entry of the ledger. A note this version does not understand tells nothing, so it is told again."""
        details = entry.content.get("details")
        if entry.kind is not Kind.NOTE or entry.content.get("operation") != NOTIFIED:
            return
        if not isinstance(details, Mapping):
            return
        about, deliveries = details.get("about"), details.get("deliveries")
        if not isinstance(about, str) or not isinstance(deliveries, (list, tuple)):
            return
        if any(isinstance(one, Mapping) and one.get("outcome") == "done" for one in deliveries):
            self._told[about] = entry.time

    def last(self, notification: Notification) -> datetime | None:
        """When the same was last told; None where it never was."""
        return self._told.get(notification.key)


def _delivery(one: Delivery) -> dict[str, Json]:
    reason = getattr(one.outcome, "reason", None)
    said: dict[str, Json] = {
        "channel": one.channel.value,
        "target": one.target,
        "outcome": type(one.outcome).__name__.lower(),
    }
    if reason is not None:
        said["reason"] = {
            key: without_secrets(value) for key, value in reason.as_json().items() if value is not None
        }
    return said
