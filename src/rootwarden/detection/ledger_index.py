"""Which run of the ledger a session, or a call, belongs to."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from rootwarden.detection.correlate import LONGEST
from rootwarden.detection.tasks import task_of
from rootwarden.model.detection import Evidence
from rootwarden.model.ids import account_of_arn

if TYPE_CHECKING:
    from datetime import datetime

    from rootwarden.model.detection_event import Event
    from rootwarden.model.detection_known import Known, LedgerRun
    from rootwarden.model.ids import AccountId

CLOCKS_DIFFER: Final = timedelta(minutes=2)
"""How far the operator's clock, which the ledger goes by, may be from AWS's."""
_SETUP: Final = frozenset({"enable", "disable"})
"""The commands that change trusted access, the features and the delegate."""
_LONGEST_RUN: Final = timedelta(days=2)
"""No run goes on for longer; an account that is audited every day has many."""
_UNFINISHED: Final = timedelta(hours=1)
"""How long a run without an outcome counts as under way."""


class LedgerIndex:
    """The runs, found by key, by request and by what they were about."""

    def __init__(self, known: Known) -> None:
        self.was_read = known.ledger_read
        """Whether there was a ledger at all."""
        self._by_key: dict[str, LedgerRun] = {}
        self._by_request: dict[str, LedgerRun] = {}
        self._keys: dict[str, Counter[AccountId]] = {}
        self._changes: list[LedgerRun] = []
        self._by_account: dict[AccountId, list[LedgerRun]] = defaultdict(list)
        for run in sorted(known.runs, key=lambda one: (one.began, one.id)):
            self._by_key.update(dict.fromkeys(run.access_keys, run))
            self._by_request.update(dict.fromkeys(run.request_ids, run))
            if run.operation in _SETUP:
                self._changes.append(run)
            if run.tasks:
                for account in run.accounts:
                    self._by_account[account].append(run)

    def of_key(self, key: str | None, account: AccountId) -> LedgerRun | None:
        """The run that recorded a key of a root session in this account."""
        run = self._by_key.get(key) if key is not None else None
        return run if run is not None and run.access_keys.get(key or "") == account else None

    def of_member(self, event: Event) -> LedgerRun | None:
        """The run whose session an event of root was made in, by the session's key."""
        run = self.of_key(event.access_key_id, event.account)
        return run if run is not None and _is_within(run, event.time - LONGEST, event.time) else None

    def of_request(self, event: Event) -> LedgerRun | None:
        """The run that recorded the id of this request."""
        return self._by_request.get(event.request_id) if event.request_id is not None else None

    def has_every_key(self, run: LedgerRun, account: AccountId) -> bool:
        """Whether a run recorded as many keys for an account as it has tasks: then a further session there is not its own."""
        if run.id not in self._keys:
            self._keys[run.id] = Counter(run.access_keys.values())
        return self._keys[run.id][account] >= len(run.tasks)

    def of_change(self, event: Event) -> LedgerRun | None:
        """The run that made a change of the organization: by the request, else by caller and time."""
        found = self.of_request(event)
        if found is not None:
            return found
        fitting = (
            run
            for run in self._changes
            if run.caller == event.arn and _is_within(run, event.time, event.time)
        )
        return next(fitting, None)

    def of_opening(self, event: Event, account: AccountId) -> tuple[LedgerRun, Evidence] | None:
        """The run behind an AssumeRoot for an account, refused or not; by what the ledger has, best first."""
        run = self.of_key(event.issued_key_id, account)
        if run is not None:
            return run, Evidence.LEDGER_KEY
        run = self.of_request(event)
        if run is not None and account in run.accounts:
            return run, Evidence.LEDGER_REQUEST
        there = self._by_account.get(account, [])
        first = bisect_left(there, event.time - _LONGEST_RUN, key=_began)
        last = bisect_right(there, event.time + CLOCKS_DIFFER, key=_began)
        fitting = (run for run in reversed(there[first:last]) if _is_of(run, event))
        run = next(fitting, None)
        return None if run is None else (run, Evidence.LEDGER_WINDOW)


def _began(run: LedgerRun) -> datetime:
    return run.began


def _is_of(run: LedgerRun, event: Event) -> bool:
    task = task_of(event.task_policy)
    return _may_be_caller(run, event) and task in run.tasks and _is_within(run, event.time, event.time)


def _may_be_caller(run: LedgerRun, event: Event) -> bool:
    """Whether the run's caller made the call; a record of the member account's own names the caller's account only."""
    if event.arn is None:
        return event.identity_account == account_of_arn(run.caller)
    return event.arn == run.caller


def _is_within(run: LedgerRun, earliest: datetime, latest: datetime) -> bool:
    """Whether some moment between the two lies within the run."""
    ended = run.ended if run.ended is not None else run.began + _UNFINISHED
    return earliest <= ended + CLOCKS_DIFFER and run.began - CLOCKS_DIFFER <= latest
