"""Events of root, gathered into the sessions they were made in."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from rootwarden.detection.correlate import Openings
from rootwarden.detection.watched import RECOVERY, SIGN_IN
from rootwarden.model.detection import Evidence, SessionKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rootwarden.detection.ledger_index import LedgerIndex
    from rootwarden.model.detection_event import Event
    from rootwarden.model.ids import AccountId

_LONG_TERM: Final = "AKIA"
_LONGEST_CONSOLE: Final = timedelta(hours=12)
"""How long a console session lasts. Whether its keys, and with them creationDate, change meanwhile AWS does not say; unconfirmed."""
_SIGNED_IN_BY: Final = timedelta(minutes=1)
"""How far a console session's creationDate may be from its ConsoleLogin. AWS does not say; unconfirmed."""


@dataclass(slots=True)
class Gathered:
    """A session while its events come together."""

    id: str
    kind: SessionKind
    account: AccountId
    began: datetime
    opening: Event | None = None
    events: list[Event] = field(default_factory=list)
    evidence: set[Evidence] = field(default_factory=set)
    is_ambiguous: bool = False
    """Whether it may belong to several AssumeRoots, which cannot be told apart."""


class Gathering:
    """All sessions, and which event belongs to which."""

    def __init__(self, events: Iterable[Event], ledger: LedgerIndex) -> None:
        """Takes the events in the order of time, each once."""
        taken = tuple(events)
        self._ledger = ledger
        self._openings = Openings(taken)
        self._sessions: dict[tuple[object, ...], Gathered] = {}
        self._of_event: dict[tuple[str, AccountId], Gathered] = {}
        self._names: set[str] = set()
        self._sign_ins: dict[AccountId, list[Event]] = defaultdict(list)
        for opening in self._openings.all:
            self._open(opening)
        for event in taken:
            if is_sign_in(event) and not event.failed:
                self._sign_ins[event.account].append(event)
                self._put(self._console(event.account, event.time, event), event)
        for event in taken:
            if _acts(event):
                self._put(self._session_of(event), event)

    @property
    def sessions(self) -> tuple[Gathered, ...]:
        """In the order they began."""
        return tuple(sorted(self._sessions.values(), key=lambda one: (one.began, one.id)))

    def of(self, event: Event) -> Gathered | None:
        """The session an event was made in, or that it opened."""
        return self._of_event.get((event.id, event.account))

    def _put(self, session: Gathered, event: Event) -> None:
        if event is not session.opening:
            session.events.append(event)
        self._of_event[(event.id, event.account)] = session

    def _open(self, opening: Event) -> None:
        account = opening.target or opening.account
        name = opening.issued_key_id or _made_id(account, opening.time, opening.id)
        session = Gathered(name, SessionKind.ASSUME_ROOT, account, opening.time, opening)
        self._names.add(name)
        if opening.assumed_root:
            session.evidence.add(Evidence.ASSUMED_ROOT)
        self._sessions[("opening", opening.id)] = session
        self._of_event[(opening.id, opening.account)] = session

    def _session_of(self, event: Event) -> Gathered:
        found = self._openings.of(event)
        if len(found) == 1:
            opening, evidence = found[0]
            session = self._sessions[("opening", opening.id)]
            session.evidence.update(evidence)
            session.account = event.account  # where AssumeRoot did not say it
            return session
        if found:
            session = self._named(SessionKind.UNKNOWN, event)
            session.is_ambiguous = True
            return session
        if event.assumed_root or self._is_in_ledger(event):
            return self._named(SessionKind.ASSUME_ROOT, event)
        return self._of_person(event)

    def _of_person(self, event: Event) -> Gathered:
        sign_in = self._sign_in_of(event)
        if sign_in is not None:
            return self._console(event.account, sign_in.time, sign_in)
        if _is_from_console(event):
            return self._console(event.account, event.session_began or event.time, None)
        is_long_term = (event.access_key_id or "").startswith(_LONG_TERM)
        return self._named(SessionKind.ACCESS_KEY if is_long_term else SessionKind.UNKNOWN, event)

    def _is_in_ledger(self, event: Event) -> bool:
        """Whether the ledger has the key of a session whose AssumeRoot was not seen; one that was seen and does not fit decides."""
        return not self._openings.issued(event.access_key_id) and self._ledger.of_member(event) is not None

    def _sign_in_of(self, event: Event) -> Event | None:
        """The sign-in that the event's session began with: the nearest in time, or of a console's keys the last one before."""
        began = event.session_began
        if began is None or (event.access_key_id or "").startswith(_LONG_TERM):
            return None
        there = self._sign_ins.get(event.account, [])
        place = bisect_right(there, began, key=lambda one: one.time)
        near = there[max(place - 1, 0) : place + 1]
        found = min(near, key=lambda one: abs(one.time - began), default=None)
        if found is not None and abs(found.time - began) <= _SIGNED_IN_BY:
            return found
        last = there[place - 1] if place else None
        is_its = last is not None and _is_from_console(event) and began - last.time <= _LONGEST_CONSOLE
        return last if is_its else None

    def _console(self, account: AccountId, began: datetime, sign_in: Event | None) -> Gathered:
        key = ("console", account, began)
        if key not in self._sessions:
            name = _made_id(account, began, "console")
            self._sessions[key] = Gathered(name, SessionKind.CONSOLE, account, began, sign_in)
        return self._sessions[key]

    def _named(self, kind: SessionKind, event: Event) -> Gathered:
        """A session that goes by its key, or by the time it began."""
        began = event.session_began or event.time
        key = (kind, event.account, event.access_key_id or began)
        if key not in self._sessions:
            name = event.access_key_id
            if name is None or name in self._names:
                name = _made_id(event.account, began, f"{kind} {event.access_key_id}")
            self._names.add(name)
            self._sessions[key] = Gathered(name, kind, event.account, began)
        session = self._sessions[key]
        if event.assumed_root:
            session.evidence.add(Evidence.ASSUMED_ROOT)
        return session


def is_sign_in(event: Event) -> bool:
    """Whether it is a sign-in of the root user, successful or not."""
    return event.is_root and event.name == "ConsoleLogin" and event.source == SIGN_IN


def is_recovery(event: Event) -> bool:
    """Whether it is a step of password recovery, which is always the root user's."""
    return event.name in RECOVERY


def _acts(event: Event) -> bool:
    """Whether root called something, with keys of some kind."""
    aside = event.is_assume_root or event.source == SIGN_IN or is_recovery(event) or is_by_service(event)
    return event.is_root and not aside


def is_by_service(event: Event) -> bool:
    """Whether a service of AWS made the call in root's name.

    Older records of what a person does in the console carry ``invokedBy`` signin.amazonaws.com: that is a person all the same.
    """
    if event.event_type == "AwsServiceEvent":
        return True
    if event.invoked_by == SIGN_IN:
        return False
    return event.invoked_by is not None or event.address == "AWS Internal"


def _is_from_console(event: Event) -> bool:
    return event.from_console or event.invoked_by == SIGN_IN


def _made_id(account: str, began: datetime, what: str) -> str:
    text = f"{account} {began.astimezone(UTC).isoformat()} {what}"
    return "session-" + hashlib.sha256(text.encode()).hexdigest()[:16]


def account_of(event: Event) -> AccountId:
    """The account whose root user an event is about."""
    return event.target or event.account
