"""Looking up what was done as root in the accounts of exceptions, while they were open and for a while after."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from rootwarden.aws.trail_events import TrailEvents
from rootwarden.errors import LedgerError, RootwardenError
from rootwarden.ledger.store import entries
from rootwarden.ledger.sweeps import ActivityRegister, record_activity
from rootwarden.operations.recovery.activity import root_events

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from rootwarden.app.recovery_ground import Ground
    from rootwarden.model.ids import AccountId
    from rootwarden.model.recovery_exception import RecoveryException
    from rootwarden.model.sweep import RootEvent

_DELIVERY: Final = timedelta(hours=2)
"""Events have been seen to reach the history more than an hour after the call."""
_OVERLAP: Final = timedelta(hours=2)
"""So what was looked at is looked at again."""
_MOST: Final = 200
"""Events that one note of the ledger holds; the rest comes with the next sweep."""


class Watch:
    """The exceptions whose accounts are looked at."""

    def __init__(self, on: Ground) -> None:
        """Reads the ledger. Raises LedgerError."""
        self._on = on
        self._register = ActivityRegister()
        for entry in entries(on.recorder.store):
            self._register.take(entry)
        settings = on.app.settings.recovery
        self._after = timedelta(hours=settings.watch_hours) + _DELIVERY
        self._role = settings.member_role
        self.unread: list[AccountId] = []
        """The accounts that could not be looked into, though a role to look with is configured."""
        control = on.clients.partition.control_region
        self._regions = tuple(dict.fromkeys((control, on.clients.region, *settings.watch_regions)))

    def look(self) -> Iterator[tuple[RecoveryException, tuple[RootEvent, ...], bool]]:
        """Every exception of which there is something new, and whether some of it was done after the close. Raises LedgerError."""
        now = self._on.app.clock()
        watched = [
            one
            for one in self._on.registers().exceptions
            if one.how != "not_opened" and (one.closed is None or now <= one.closed + self._after)
        ]
        if watched and self._role is None:
            self._on.app.notes.append(
                "what was done as root in accounts with an exception was not looked up: recovery.member_role names no role to look with"
            )
            return
        for one in watched:
            try:
                events = self._events(one, now)
            except LedgerError:
                raise
            except RootwardenError as error:
                self.unread.append(one.account)
                self._on.app.problems.append(
                    f"what was done as root in {one.account} could not be looked up: {error.message}"
                )
                continue
            record_activity(self._on.recorder, one, events, looked_until=now, regions=self._regions)
            if events:
                late = one.closed is not None and any(each.time > one.closed for each in events)
                yield one, events, late

    def _events(self, one: RecoveryException, now: datetime) -> tuple[RootEvent, ...]:
        looked = self._register.looked(one.id)
        start = one.opened if looked.until is None else max(one.opened, looked.until - _OVERLAP)
        clients = self._on.app.member_caller(one.account, role=self._role, profile=None)
        records = [
            record
            for region in self._regions
            for record in TrailEvents(clients.client("cloudtrail", region)).by_user("root", start, now)
        ]
        ours = self._register.keys(one.account)
        return root_events(records, known=looked.event_ids, ours=ours)[:_MOST]
