"""Really opening a session, once per set of policies, and comparing what it meets with what was predicted."""

from __future__ import annotations

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
    run: RootRun, accounts: Iterable[Account], predicted: Mapping[AccountId, TaskAnswer]
) -> Iterator[Probe]:
    """Opens an audit session in each account and reads its summary; what came of it is recorded.

    Raises CredentialsExpired or CredentialsRefused where the first session fails so, for all would. On Ctrl-C, or when the
    caller's credentials fail later, the accounts that are left are open for that reason; Ctrl-C raises Interrupted after them.
    """
    given_up: Reason | None = None
    any_answer = False
    for account in accounts:
        met, reason = TaskAnswer.DEPENDS, given_up
        if given_up is None:
            try:
                met, reason = _met(run, account)
                any_answer = True
            except (CredentialsExpired, CredentialsRefused) as error:
                if not any_answer:
                    raise
                reason = given_up = reason_of(error)
            except KeyboardInterrupt:
                reason = given_up = _LEFT
        run.record(account.id, _WORDS[met], task=RootTask.AUDIT, reason=reason)
        yield Probe(account, predicted.get(account.id, TaskAnswer.DEPENDS), met, reason)
    if given_up is _LEFT:
        raise Interrupted("interrupted", advice="Repeat the command.")


_LEFT = local("interrupted", "interrupted before it was tried")
_WORDS = {TaskAnswer.ALLOWED: "allowed", TaskAnswer.BLOCKED: "denied", TaskAnswer.DEPENDS: "unknown"}


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
