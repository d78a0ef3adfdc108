"""Telling people what became of exceptions, and of root credentials that nothing explains."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from rootwarden.app.notify import notify
from rootwarden.ledger.notifications import ToldRegister
from rootwarden.ledger.store import entries
from rootwarden.model.notification import Notification, NotificationKind, of_exception

if TYPE_CHECKING:
    from rootwarden.app.recovery_ground import Ground
    from rootwarden.model.organization import Account
    from rootwarden.model.recovery_exception import RecoveryException

_AGAIN: Final = timedelta(hours=24)
"""What goes on being so is told again only then, however often a sweep runs."""


def tell(
    on: Ground,
    kind: NotificationKind,
    exception: RecoveryException,
    *,
    name: str | None = None,
    items: tuple[str, ...] = (),
    limits: tuple[str, ...] = (),
) -> None:
    """Sends one message about an exception. What cannot be delivered is noted, and holds nothing up."""
    said = of_exception(
        kind,
        exception,
        organization_id=on.organization.id,
        endpoint=on.clients.endpoint,
        at=on.app.clock(),
        account_name=name,
        by=on.caller_arn,
        items=items,
        limits=limits,
    )
    notify(on.app, on.clients, on.recorder, said)


class Reminders:
    """Messages that a sweep would repeat each time: each is sent once, and again after a day. Reads the ledger once."""

    def __init__(self, on: Ground) -> None:
        self._on = on
        self._told = ToldRegister()
        for entry in entries(on.recorder.store):
            self._told.take(entry)

    def exception(self, kind: NotificationKind, exception: RecoveryException, *, name: str | None) -> None:
        """About an exception that is due or overdue."""
        on = self._on
        said = of_exception(
            kind,
            exception,
            organization_id=on.organization.id,
            endpoint=on.clients.endpoint,
            at=on.app.clock(),
            account_name=name,
        )
        self._send(said)

    def stray(self, account: Account, items: tuple[str, ...]) -> None:
        """About root credentials that nothing explains."""
        on = self._on
        said = Notification(
            kind=NotificationKind.STRAY,
            organization_id=on.organization.id,
            endpoint=on.clients.endpoint,
            account=account.id,
            at=on.app.clock(),
            account_name=account.name,
            by=on.caller_arn,
            items=items,
        )
        self._send(said)

    def _send(self, said: Notification) -> None:
        last = self._told.last(said)
        if last is None or said.at - last >= _AGAIN:
            notify(self._on.app, self._on.clients, self._on.recorder, said)
