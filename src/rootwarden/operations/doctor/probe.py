"""Really opening a session, once per set of policies, and comparing what it meets with what was predicted."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from rootwarden.errors import (
    AccessDenied,
    AwsError,
    CredentialsExpired,
    CredentialsRefused,
    FeatureOff,
    Interrupted,
)
from rootwarden.model.diagnosis import Probe, TaskAnswer
from rootwarden.model.reason import local, reason_of
from rootwarden.model.tasks import RootTask
from rootwarden.sessions.fan_out import fan_out

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence

    from rootwarden.model.diagnosis import AccountDiagnosis
    from rootwarden.model.ids import AccountId
    from rootwarden.model.organization import Account
    from rootwarden.model.reason import Reason
    from rootwarden.operations.doctor.judge import Group
    from rootwarden.sessions.door import RootRun


def accounts_to_probe(groups: Iterable[Group]) -> tuple[Account, ...]:
    """One account per set of policies."""
    found: dict[Hashable, Account] = {}
    for group in groups:
        found.setdefault(group.path, group.accounts[0])
    return tuple(found.values())


def predictions(accounts: Sequence[AccountDiagnosis]) -> dict[AccountId, TaskAnswer]:
    """What was said of the audit task."""
    return {
        account.account.id: one.answer
        for account in accounts
        for one in account.tasks
        if one.task is RootTask.AUDIT
    }


def probe(
    run: RootRun,
    accounts: Sequence[Account],
    predicted: Mapping[AccountId, TaskAnswer],
    *,
    at_once: int,
) -> Iterator[Probe]:
    """Opens an audit session in each account and reads its summary, as they come; what came of it is recorded.

    Raises CredentialsExpired or CredentialsRefused where the first session fails so, for all would. On Ctrl-C, or when the
    caller's credentials fail later, the accounts that are left are open for that reason; Ctrl-C raises Interrupted after them.
    """
    probing = _Probing(run, predicted)
    left = {one.id: one for one in accounts}
    try:
        for some in (accounts[:1], accounts[1:]):  # what would fail in all of them fails once
            with closing(fan_out(some, probing, at_once=at_once, on_interrupt=probing.interrupt)) as probes:
                for one in probes:
                    del left[one.account.id]
                    yield one
    except Interrupted:
        yield from map(probing, left.values())
    if probing.interrupted:
        raise Interrupted("interrupted", advice="Repeat the command.")


_LEFT = local("interrupted", "interrupted before it was tried")
_WORDS = {TaskAnswer.ALLOWED: "allowed", TaskAnswer.BLOCKED: "denied", TaskAnswer.DEPENDS: "unknown"}


class _Probing:
    """The work on one account. Shared by all threads."""

    def __init__(self, run: RootRun, predicted: Mapping[AccountId, TaskAnswer]) -> None:
        self._run = run
        self._predicted = predicted
        self._any_answer = False
        self._given_up: Reason | None = None
        self.interrupted = False

    def interrupt(self) -> None:
        """Nothing further is opened, since somebody pressed Ctrl-C."""
        self.interrupted = True
        self._given_up = _LEFT

    def __call__(self, account: Account) -> Probe:
        met, reason = (TaskAnswer.DEPENDS, self._given_up) if self._given_up else self._try(account)
        self._run.record(account.id, _WORDS[met], task=RootTask.AUDIT, reason=reason)
        return Probe(account, self._predicted.get(account.id, TaskAnswer.DEPENDS), met, reason)

    def _try(self, account: Account) -> tuple[TaskAnswer, Reason | None]:
        try:
            found = _met(self._run, account)
        except (CredentialsExpired, CredentialsRefused) as error:
            if not self._any_answer:
                raise
            self._given_up = reason_of(error)
            return TaskAnswer.DEPENDS, self._given_up
        except (KeyboardInterrupt, Interrupted):
            self.interrupt()
            return TaskAnswer.DEPENDS, _LEFT
        self._any_answer = True
        return found


def _met(run: RootRun, account: Account) -> tuple[TaskAnswer, Reason | None]:
    try:
        with run.open(account.id, RootTask.AUDIT) as session:
            session.credentials.summary()
    except (CredentialsExpired, CredentialsRefused):
        raise
    except (AccessDenied, FeatureOff) as error:
        return TaskAnswer.BLOCKED, reason_of(error)
    except AwsError as error:
        return TaskAnswer.DEPENDS, reason_of(error)
    return TaskAnswer.ALLOWED, None
