"""Opening root sessions: what authorizes them is checked and the intent is in the ledger before AssumeRoot is called."""

from __future__ import annotations

import threading
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rootwarden.aws.assume_root import RootKeys, assume_root
from rootwarden.aws.clients import use_keys
from rootwarden.aws.pacing import one_session
from rootwarden.aws.root_credentials import RootCredentialsApi
from rootwarden.errors import BadInput, LedgerError, RefusedByRule, RootwardenError
from rootwarden.ledger.results import Result
from rootwarden.model.reason import Reason, reason_of
from rootwarden.model.session_keys import SessionKeys
from rootwarden.model.tasks import MAX_SESSION_SECONDS, RootTask
from rootwarden.sessions.authorizing import (
    check_accounts,
    check_tasks,
    may_change,
    may_hand_over,
    named_in_intent,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from rootwarden.aws.clients import CallerClients
    from rootwarden.ledger.canonical import Json
    from rootwarden.ledger.recorder import Intent, Recorder
    from rootwarden.model.authority import Authority
    from rootwarden.model.ids import AccountId


@dataclass(frozen=True, slots=True)
class RootSession:
    """An open root session. Its keys stay inside the door; ``credentials`` is what may be done with them.

    For buckets and queues see ``sessions.unlocking``, which hands out what the session's authority allows.
    """

    account: AccountId
    task: RootTask
    access_key_id: str
    expires: datetime
    credentials: RootCredentialsApi
    may_change: bool
    """Whether a plan authorizes it; otherwise it is for looking only."""
    client: Callable[[str, str], Any] = field(repr=False)
    """The client of a service in a Region that signs with the session's keys; for this room only."""


@dataclass(frozen=True, slots=True)
class Work:
    """What is about to be done as root: the accounts and tasks it is limited to, and what authorizes it."""

    operation: str
    """The command, as the ledger names it."""
    accounts: tuple[AccountId, ...]
    """Those known by now; ``RootRun.announce`` adds others while the work is under way."""
    tasks: tuple[RootTask, ...]
    authority: Authority
    items: tuple[str, ...] = ()
    """What it is about inside the accounts, ``ACCOUNT:KIND:IDENTIFIER``."""
    details: Mapping[str, Json] | None = None
    """Whatever else an auditor should see beforehand, such as the hash of a backup."""


def check_seconds(seconds: int) -> None:
    """Raises BadInput for a length AWS gives no root session."""
    if not 1 <= seconds <= MAX_SESSION_SECONDS:
        raise BadInput(
            f"a root session cannot last {seconds} seconds",
            advice=f"AWS allows 1 to {MAX_SESSION_SECONDS} seconds.",
        )


class RootDoor:
    """Opens root sessions in member accounts for one caller, on a regional STS endpoint, and records them.

    ``region`` is the Region AssumeRoot is sent to (and CloudTrail records it in); the caller's Region when left out.
    """

    def __init__(
        self,
        clients: CallerClients,
        recorder: Recorder,
        *,
        region: str | None = None,
        seconds: int = MAX_SESSION_SECONDS,
    ) -> None:
        check_seconds(seconds)
        self._clients = clients
        self._recorder = recorder
        self._region = region or clients.region
        self._seconds = seconds

    @contextmanager
    def begin(self, work: Work) -> Iterator[RootRun]:
        """Records what is about to be done, and gives the run that may do it; results known by the end are written.

        Raises RefusedByRule when the authority does not cover a task, and LedgerError when the intent cannot be written: then
        nothing was done.
        """
        check_tasks(work.authority, work.tasks)
        with ExitStack() as intents:
            run = RootRun(self, work, intents)
            run.announce(work.accounts, items=work.items)
            try:
                yield run
            except LedgerError:
                raise
            except RootwardenError as error:
                run.close_untouched(reason_of(error))
                raise

    def _begin(self, work: Work, accounts: tuple[AccountId, ...], items: tuple[str, ...]) -> Intent:
        check_accounts(work.authority, accounts)
        return self._recorder.begin(
            operation=work.operation,
            accounts=accounts,
            task=", ".join(task.value for task in work.tasks),
            items=items,
            reason=work.authority.reason,
            ticket=work.authority.ticket,
            details=work.details,
            **named_in_intent(work.authority),
        )

    def _open(self, account: AccountId, task: RootTask) -> RootKeys:
        return assume_root(
            self._clients.client("sts", self._region),
            account=account,
            task=task,
            partition=self._clients.partition.name,
            seconds=self._seconds,
        )

    def _credentials(self) -> RootCredentialsApi:
        return RootCredentialsApi(self._clients.root_client("iam"))


class RootRun:
    """One recorded piece of work: it may open sessions for its tasks in its accounts, and writes what came of them.

    Safe to share between threads.
    """

    def __init__(self, door: RootDoor, work: Work, intents: ExitStack) -> None:
        self._door = door
        self._work = work
        self._intents = intents
        self._lock = threading.Lock()
        self._intent_of: dict[AccountId, Intent] = {}
        self._left: dict[Intent, int] = {}
        """The intents with accounts on which the last word was not said, and how many they are."""
        self._last: dict[tuple[AccountId, RootTask], RootKeys] = {}
        self._touched: set[AccountId] = set()

    def announce(self, accounts: Sequence[AccountId], *, items: tuple[str, ...] = ()) -> None:
        """Records that the work is about these accounts too; no session is given in an account before. Raises LedgerError."""
        if not accounts:
            return
        intent = self._door._begin(self._work, tuple(accounts), items)  # noqa: SLF001 - the run is the door's other half
        with self._lock:
            self._intents.enter_context(intent)
            self._left[intent] = len(accounts)
            self._intent_of.update(dict.fromkeys(accounts, intent))

    def covers(self, account: AccountId) -> bool:
        """Whether the account was announced."""
        return account in self._intent_of

    @contextmanager
    def open(self, account: AccountId, task: RootTask) -> Iterator[RootSession]:
        """A session for one task in one account, usable inside the with block, in this thread.

        Raises AwsError with AWS's answer when the session is not given, and RefusedByRule outside of the recorded work.
        """
        with one_session():
            keys = self._obtain(account, task)
            with use_keys(keys.access_key_id, keys.secret_access_key, keys.token):
                yield RootSession(
                    account=account,
                    task=task,
                    access_key_id=keys.access_key_id,
                    expires=keys.expires,
                    credentials=self._door._credentials(),  # noqa: SLF001
                    may_change=may_change(self._work.authority),
                    client=self._door._clients.root_client,  # noqa: SLF001
                )

    def hand_over(self, account: AccountId, task: RootTask) -> SessionKeys:
        """The keys of a new session, for use outside of this program. Raises as ``open`` does."""
        if not may_hand_over(self._work.authority):
            raise RefusedByRule(
                f"what authorizes this session in {account} does not let its keys out",
                advice="Please report this: it is a bug.",
            )
        with one_session():
            keys = self._obtain(account, task)
        return SessionKeys(
            account, task, keys.access_key_id, keys.secret_access_key, keys.token, keys.expires
        )

    def _obtain(self, account: AccountId, task: RootTask) -> RootKeys:
        if not self.covers(account) or task not in self._work.tasks:
            raise RefusedByRule(
                f"a root session in {account} with the task {task.value} is not part of the recorded work",
                advice="Please report this: it is a bug.",
            )
        keys = self._door._open(account, task)  # noqa: SLF001 - as above
        with self._lock:
            self._touched.add(account)
            self._last[(account, task)] = keys
        return keys

    def record(
        self,
        account: AccountId,
        outcome: str,
        *,
        task: RootTask,
        item: str | None = None,
        reason: Reason | None = None,
        request_id: str | None = None,
        details: Mapping[str, Json] | None = None,
    ) -> None:
        """Takes one result, with the key id and expiry of the session it came from; it is written with the next group.

        One without ``item`` is the last word on the account. Raises LedgerError: then nothing further may be done.
        """
        with self._lock:
            self._touched.add(account)
            keys = self._last.get((account, task))
            intent = self._intent_of[account]
        ids = (keys.request_id if keys else None, request_id, reason.request_id if reason else None)
        intent.record(
            Result(
                outcome=outcome,
                account=account,
                item=item,
                reason=reason,
                request_ids=tuple(dict.fromkeys(one for one in ids if one)),
                access_key_id=keys.access_key_id if keys else None,
                session_expires=keys.expires if keys else None,
                details=_with_source(details, keys),
            )
        )
        if item is None:
            self._close(account, intent)

    def _close(self, account: AccountId, intent: Intent) -> None:
        """Forgets the account's keys; writes an intent on which all is said, and those whose lines have waited long enough."""
        with self._lock:
            for task in self._work.tasks:
                self._last.pop((account, task), None)
            if intent in self._left:
                self._left[intent] -= 1
                if not self._left[intent]:
                    del self._left[intent]
            waiting = tuple(self._left)
        if intent not in waiting:
            intent.flush()
        for one in waiting:
            one.flush_if_due()

    def close_untouched(self, reason: Reason) -> None:
        """Takes ``not_done`` for every account in which no session was given, when the run ends before it got to them."""
        for account, intent in self._intent_of.items():
            if account not in self._touched:
                intent.record(Result("not_done", account=account, reason=reason))

    def flush(self) -> None:
        """Writes the results taken so far. Raises LedgerError."""
        with self._lock:
            waiting = tuple(self._left)
        for intent in waiting:
            intent.flush()


def _with_source(details: Mapping[str, Json] | None, keys: RootKeys | None) -> Mapping[str, Json] | None:
    if keys is None or keys.source_identity is None:
        return details
    return {**(details or {}), "source_identity": keys.source_identity}
