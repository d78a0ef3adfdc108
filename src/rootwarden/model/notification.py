"""What people are told of exceptions, and what came of telling them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from rootwarden.model.canonical import rfc3339
from rootwarden.model.outcome import Done

if TYPE_CHECKING:
    from datetime import datetime

    from rootwarden.model.ids import AccountId
    from rootwarden.model.outcome import Failed, Unknown
    from rootwarden.model.recovery_exception import RecoveryException


class NotificationKind(StrEnum):
    """What happened."""

    OPENED = "opened"
    """Password recovery was allowed for an account's root user."""
    DUE = "due"
    """An exception ends within the hour."""
    OVERDUE = "overdue"
    """An exception's time is over, and it was not closed."""
    CLOSED = "closed"
    """An exception was closed; what could not be removed is named."""
    STRAY = "stray"
    """Root credentials that neither an exception nor a waiver explains."""
    BREAK_GLASS = "break-glass"
    """The configured limits were passed on purpose."""


@dataclass(frozen=True, slots=True)
class Notification:
    """One message. Nothing in it is a secret: neither credentials nor e-mail addresses."""

    kind: NotificationKind
    organization_id: str
    endpoint: str
    """``aws``, or the URL of a rehearsal."""
    account: AccountId
    at: datetime
    """When it happened or was seen."""
    account_name: str | None = None
    exception_id: str | None = None
    task: str | None = None
    """The root-only task of the exception."""
    owner: str | None = None
    by: str | None = None
    """ARN of whoever did it."""
    until: datetime | None = None
    reason: str | None = None
    ticket: str | None = None
    items: tuple[str, ...] = ()
    """Root credentials that are there: strays, or what a close left. ``KIND`` or ``KIND:IDENTIFIER``."""
    limits: tuple[str, ...] = ()
    """Break-glass: the limits that were passed, each in a few words."""

    @property
    def key(self) -> str:
        """The same for messages that say the same; the ledger tells by it when something was last told."""
        about = [self.kind.value, self.exception_id or self.account]
        if self.kind in {NotificationKind.DUE, NotificationKind.OVERDUE} and self.until:
            about.append(rfc3339(self.until))  # an extended exception is due again
        return "/".join([*about, *sorted(self.items)])


def of_exception(
    kind: NotificationKind,
    exception: RecoveryException,
    *,
    organization_id: str,
    endpoint: str,
    at: datetime,
    account_name: str | None = None,
    by: str | None = None,
    items: tuple[str, ...] = (),
    limits: tuple[str, ...] = (),
) -> Notification:
    """The message about an exception; ``by`` is its opener where nobody else did it."""
    return Notification(
        kind=kind,
        organization_id=organization_id,
        endpoint=endpoint,
        account=exception.account,
        at=at,
        account_name=account_name,
        exception_id=exception.id,
        task=exception.task,
        owner=exception.owner,
        by=by or exception.opener,
        until=exception.until,
        reason=exception.reason,
        ticket=exception.ticket,
        items=items,
        limits=limits,
    )


class Channel(StrEnum):
    """A way to people."""

    SNS = "sns"
    WEBHOOK = "webhook"


@dataclass(frozen=True, slots=True)
class Delivery:
    """What came of sending one message one way."""

    channel: Channel
    target: str
    """The topic's ARN; of a webhook only scheme and host, for its path may be all it takes to post there."""
    outcome: Done | Failed | Unknown
    """Unknown where no answer came in time: it may have arrived."""

    @property
    def done(self) -> bool:
        """Whether it is known to have arrived."""
        return isinstance(self.outcome, Done)
