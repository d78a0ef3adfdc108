"""Opening a root session."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rootwarden.aws.assume_root import assume_root
from rootwarden.aws.clients import use_keys
from rootwarden.aws.root_credentials import RootCredentialsApi
from rootwarden.errors import BadInput, RefusedByRule
from rootwarden.model.authority import Authority, ForPlan
from rootwarden.model.tasks import MAX_SESSION_SECONDS, RootTask

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from rootwarden.aws.clients import CallerClients
    from rootwarden.model.ids import AccountId


@dataclass(frozen=True, slots=True)
class RootSession:
    """An open root session. Its keys stay inside the door; ``credentials`` is what may be done with them."""

    account: AccountId
    task: RootTask
    access_key_id: str
    expires: datetime
    credentials: RootCredentialsApi


class RootDoor:
    """Opens root sessions in member accounts for one caller, on a regional STS endpoint.

    ``region`` is the Region AssumeRoot is sent to (and CloudTrail records it in); the caller's Region when left out.
    """

    def __init__(
        self, clients: CallerClients, *, region: str | None = None, seconds: int = MAX_SESSION_SECONDS
    ) -> None:
        if not 1 <= seconds <= MAX_SESSION_SECONDS:
            raise BadInput(
                f"a root session cannot last {seconds} seconds",
                advice=f"AWS allows 1 to {MAX_SESSION_SECONDS} seconds.",
            )
        self._clients = clients
        self._region = region or clients.region
        self._seconds = seconds

    @contextmanager
    def open(self, account: AccountId, task: RootTask, authority: Authority) -> Iterator[RootSession]:
        """A session for one task in one member account, usable inside the with block, in this thread.

        Raises AwsError with AWS's answer when the session is not given, RefusedByRule when the authority does not cover the task.
        """
        _check(task, authority)
        keys = assume_root(
            self._clients.client("sts", self._region),
            account=account,
            task=task,
            partition=self._clients.partition.name,
            seconds=self._seconds,
        )
        with use_keys(keys.access_key_id, keys.secret_access_key, keys.token):
            yield RootSession(
                account=account,
                task=task,
                access_key_id=keys.access_key_id,
                expires=keys.expires,
                credentials=RootCredentialsApi(self._clients.root_client("iam")),
            )


def _check(task: RootTask, authority: Authority) -> None:
    if not authority.reason.strip():
        raise RefusedByRule("a root session needs a reason", advice="Give --reason TEXT.")
    if task is RootTask.AUDIT or (task is RootTask.DELETE and isinstance(authority, ForPlan)):
        return
    raise RefusedByRule(
        f"nothing authorizes a root session with the task {task.value}",
        advice="Deleting needs a confirmed plan ('rootwarden remove plan').",
    )
