"""What open exceptions explain: the steps of their procedure, and the events of the task they were opened for.

The catalogue of root-only tasks lists both. Creating a key is no step of the procedure: only a task that lists it has it explained.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from functools import cache
from typing import TYPE_CHECKING, Final

from rootwarden.detection.ledger_index import CLOCKS_DIFFER
from rootwarden.detection.parameters import is_about_root, is_about_root_device
from rootwarden.detection.watched import SIGN_IN
from rootwarden.model.root_only.procedures import CREDENTIALS_REMOVED, RECOVERY_EVENTS
from rootwarden.model.root_only_task import RecordedIn, TrailEvent
from rootwarden.model.root_only_tasks import ROOT_ONLY_TASKS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rootwarden.model.detection_event import Event
    from rootwarden.model.ids import AccountId
    from rootwarden.model.recovery_exception import RecoveryException


_ABOUT_USERS: Final = frozenset(
    {
        "CreateLoginProfile",
        "DeleteLoginProfile",
        "CreateAccessKey",
        "DeleteAccessKey",
        "DeleteSigningCertificate",
    }
)
_ABOUT_DEVICES: Final = frozenset({"DeactivateMFADevice", "EnableMFADevice"})
"""Events that may be about root or about a user."""
_REMOVED: Final = frozenset(CREDENTIALS_REMOVED)
_SECOND_FACTOR: Final = (SIGN_IN, "CheckMfa")
"""Part of signing in, which the catalogue does not list."""


class Cover(Enum):
    """How an exception stands to an event of its account."""

    TASK = auto()
    """An event of the declared task."""
    PROCEDURE = auto()
    """A step of recovery."""
    REMOVAL = auto()
    """A step of taking it back."""
    READ = auto()
    """A read, of which a console makes hundreds by itself."""
    BEYOND = auto()
    """None of these."""


@dataclass(frozen=True, slots=True)
class Covered:
    """An exception that was in force, and how it stands to an event."""

    exception: RecoveryException
    cover: Cover

    def explains(self, *, by_key: bool) -> bool:
        """Whether the event is one the exception was opened for; ``by_key`` where it was signed with a long-term key of root.

        Only tasks that cannot be done otherwise have a key, for the task and to be deleted in the end. A console reads by itself, a key
        because somebody told it to.
        """
        if not by_key:
            return self.cover is not Cover.BEYOND
        return self.cover in {Cover.TASK, Cover.REMOVAL} and _needs_key(self.exception.task)


class Exceptions:
    """The exceptions by account and time."""

    def __init__(self, exceptions: Iterable[RecoveryException]) -> None:
        self.all = tuple(sorted(exceptions, key=lambda one: (one.opened, one.id)))
        self._by_account: dict[AccountId, list[RecoveryException]] = defaultdict(list)
        for one in self.all:
            self._by_account[one.account].append(one)

    def covering(self, event: Event) -> Covered | None:
        """The exception in force when and where the event happened; one that explains it before one that does not."""
        found = [Covered(one, _cover(one, event)) for one in self.in_force(event.account, event.time)]
        return min(found, key=lambda one: one.cover.value, default=None)

    def in_force(self, account: AccountId, when: datetime) -> tuple[RecoveryException, ...]:
        """Those of an account that were open at a moment."""
        return tuple(
            one
            for one in self._by_account.get(account, ())
            if one.opened - CLOCKS_DIFFER <= when < end_of(one)
        )

    def ended_before(
        self, account: AccountId, when: datetime, *, open_at: datetime
    ) -> RecoveryException | None:
        """One that was open at the earlier moment and over at the later."""
        return next((one for one in self.in_force(account, open_at) if end_of(one) <= when), None)


def end_of(exception: RecoveryException) -> datetime:
    """The moment from which it explains nothing: its close, or the end of its time."""
    return exception.until if exception.closed is None else min(exception.closed, exception.until)


def _cover(exception: RecoveryException, event: Event) -> Cover:
    procedure, own = _events_of(exception.task)
    if _is_about_a_user(event):
        return Cover.BEYOND
    if _is_among(event, own):
        return Cover.TASK
    if _is_among(event, _REMOVED):
        return Cover.REMOVAL
    if _is_among(event, procedure) or (event.source, event.name) == _SECOND_FACTOR:
        return Cover.PROCEDURE
    return Cover.READ if event.read_only else Cover.BEYOND


def _is_about_a_user(event: Event) -> bool:
    if event.name in _ABOUT_DEVICES:
        return not is_about_root_device(event)
    return event.name in _ABOUT_USERS and not is_about_root(event)


@cache
def _events_of(task: str) -> tuple[frozenset[TrailEvent], frozenset[TrailEvent]]:
    """The events of the procedure and of the task, in the member account. A name newer than this program has its procedure still."""
    found = ROOT_ONLY_TASKS.get(task)
    procedure, own = (RECOVERY_EVENTS, ()) if found is None else (found.procedure_events, found.task_events)
    return frozenset(_in_member(procedure)), frozenset(_in_member(own))


def _needs_key(task: str) -> bool:
    return any(one.name == "CreateAccessKey" for one in _events_of(task)[1])


def _in_member(events: Iterable[TrailEvent]) -> Iterable[TrailEvent]:
    return (one for one in events if one.recorded_in is RecordedIn.MEMBER)


def _is_among(event: Event, listed: frozenset[TrailEvent]) -> bool:
    """By source and name; by the name alone where AWS's records carry different sources."""
    exact = TrailEvent(event.source, event.name, RecordedIn.MEMBER)
    return exact in listed or TrailEvent(None, event.name, RecordedIn.MEMBER) in listed
