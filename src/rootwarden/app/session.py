"""Composing ``session``: what entitles to it, the session, the command that runs in it, and what is written down."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rootwarden.app.accounts import choose_account
from rootwarden.app.entitling import (
    Claim,
    Entitlement,
    check_claim,
    entitlement,
    exceptions_for,
    record_break_glass,
)
from rootwarden.app.exceptions import registers_of
from rootwarden.app.session_denied import note_likely_layer
from rootwarden.app.settle import settle_sessions
from rootwarden.errors import AccessDenied, AwsError, BadInput, FeatureOff, RefusedByRule
from rootwarden.model.authority import ForGrant
from rootwarden.model.canonical import rfc3339
from rootwarden.model.purpose import PurposeName
from rootwarden.model.reason import reason_of
from rootwarden.model.tasks import RootTask
from rootwarden.operations.session.command import check_command, run_command
from rootwarden.operations.session.environment import CALLERS, child_environment, key_variables
from rootwarden.reports.session_keys import KeyFormat, render_keys
from rootwarden.sessions.door import Work, check_seconds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from rootwarden.app.accounts import ChosenAccount
    from rootwarden.app.context import App
    from rootwarden.aws.clients import CallerClients
    from rootwarden.ledger.canonical import Json
    from rootwarden.model.session_keys import SessionKeys
    from rootwarden.sessions.door import RootRun

_COMMAND: Final = "session"
_OPENED: Final = "session"
"""The item of the line that says that a session was given."""


@dataclass(frozen=True, slots=True)
class SessionRequest:
    """What the user asked for."""

    account: str
    task: RootTask
    seconds: int | None = None
    """None takes the configuration's."""
    claim: Claim = field(default_factory=Claim)


@dataclass(frozen=True, slots=True)
class Opened:
    """A session that was given, while its record is open."""

    run: RootRun
    keys: SessionKeys
    clients: CallerClients
    chosen: ChosenAccount

    @property
    def in_words(self) -> str:
        """What is said on the terminal."""
        one = self.chosen.account
        return f"root session in {one.id} {one.name}, task {self.keys.task.value}, until {rfc3339(self.keys.expires)}"


def seconds_of(app: App, request: SessionRequest) -> int:
    """How long the session is to last; raises BadInput before AWS is asked."""
    seconds = app.settings.limits.session_seconds if request.seconds is None else request.seconds
    check_seconds(seconds)
    return seconds


def run_in_session(
    app: App, request: SessionRequest, command: Sequence[str], say: Callable[[str], None]
) -> int:
    """Runs a command in a session; its exit code. ``say`` tells that it begins.

    Raises CommandNotFound and CommandNotRunnable before a session is opened, RefusedByRule, AwsError, LedgerError.
    """
    check_command(command[0], os.environ.get("PATH"))
    # The name alone: arguments may hold secrets, and an entry is never taken back.
    with _opened(app, request, {"command": Path(command[0]).name}) as opened:
        opened.run.record(opened.keys.account, "opened", task=request.task, item=_OPENED)
        opened.run.flush()
        say(opened.in_words)
        environment = child_environment(os.environ, opened.keys, opened.clients.places(), nothing=os.devnull)
        try:
            code = run_command(command, environment)
        except BadInput as error:  # it was there a moment ago
            opened.run.record(opened.keys.account, "not_run", task=request.task, reason=reason_of(error))
            raise
        opened.run.record(opened.keys.account, "done", task=request.task, details={"exit_code": code})
    return code


def session_keys(app: App, request: SessionRequest, chosen: KeyFormat, say: Callable[[str], None]) -> str:
    """The keys of a session as text, for standard output. Raises as ``run_in_session`` does."""
    granted = chosen is KeyFormat.CREDENTIAL_PROCESS
    with _opened(app, request, {"format": chosen.value}, granted=granted) as opened:
        opened.run.record(opened.keys.account, "handed_over", task=request.task)
        say(opened.in_words)
        variables = {} if granted else {**key_variables(opened.keys), **opened.clients.places()}
    # Written down by now: no keys leave without it.
    return render_keys(chosen, opened.keys, variables, CALLERS)


@contextmanager
def _opened(
    app: App, request: SessionRequest, details: Mapping[str, Json], *, granted: bool = False
) -> Iterator[Opened]:
    seconds = seconds_of(app, request)
    if not granted:
        check_claim(app, _COMMAND, request.task, request.claim)
    clients = app.caller(PurposeName.DELEGATE)
    chosen = account_for_sessions(app, clients, request.account)
    organization, account = chosen.organization.id, chosen.account.id
    if granted:
        entitled = _by_grant(app, clients, chosen, request.task)
    else:
        entitled = entitlement(app, clients, chosen, request.task, request.claim, command=_COMMAND)
        if entitled.break_glass:
            record_break_glass(app, clients, chosen, request.task, command=_COMMAND)
    settle_sessions(app.recorder(clients, organization), account, operation=_COMMAND)
    seconds = _at_most(app, seconds, entitled)
    authority = entitled.authority
    grant = {"grant_id": authority.grant_id} if isinstance(authority, ForGrant) else {}
    broken = {"break_glass": True} if entitled.break_glass else {}
    work = Work(
        operation=_COMMAND,
        accounts=(account,),
        tasks=(request.task,),
        authority=authority,
        details={**details, "seconds": seconds, **grant, **broken},
    )
    with app.door(clients, organization, seconds=seconds).begin(work) as run:
        try:
            keys = run.hand_over(account, request.task)
        except AwsError as error:
            run.record(account, "failed", task=request.task, reason=reason_of(error))
            if not granted and isinstance(error, AccessDenied | FeatureOff):
                note_likely_layer(app, clients, account, request.task)
            raise
        yield Opened(run, keys, clients, chosen)


def account_for_sessions(app: App, clients: CallerClients, text: str) -> ChosenAccount:
    """The one account, where a root session may be opened in it. Raises RefusedByRule where not, UnknownAccount, AwsError."""
    chosen = choose_account(app, clients, text)
    if chosen.against is not None:
        raise RefusedByRule(
            f"{chosen.account.id} {chosen.account.name}: {chosen.against.text}",
            advice="No root session is opened in such an account.",
        )
    return chosen


def _by_grant(app: App, clients: CallerClients, chosen: ChosenAccount, task: RootTask) -> Entitlement:
    """The grant that lets a profile have the session now, the one that lasts longest; what it rests on has to hold still."""
    account, now = chosen.account.id, app.clock()
    registers = registers_of(app, clients, chosen.organization.id)
    current = [
        one
        for one in registers.grants
        if (one.account, one.task) == (account, task.value) and one.is_current(now)
    ]
    if not current:
        raise RefusedByRule(
            f"no grant lets a profile have root sessions in {account} with the task {task.value} now",
            advice=f"Add one: rootwarden grant add {account} --task {task.value} --for 1h.",
        )
    in_force = {one.id for one in exceptions_for(registers.exceptions, account, task, now)}
    holding = [one for one in current if one.exception_id is None or one.exception_id in in_force]
    if not holding:
        raise RefusedByRule(
            f"the exception {current[0].exception_id} that the grant {current[0].id} rests on is not in force any more",
            advice="Open another exception, and add a grant on it.",
        )
    grant = max(holding, key=lambda one: one.until)
    authority = ForGrant(
        grant.id, account, task, grant.reason, grant.ticket, grant.exception_id, grant.plan_hash
    )
    return Entitlement(authority, grant.until, break_glass=grant.break_glass)


def _at_most(app: App, seconds: int, entitled: Entitlement) -> int:
    """No session outlasts what entitles to it."""
    if entitled.until is None:
        return seconds
    left = (entitled.until - app.clock()) // timedelta(seconds=1)
    return max(1, min(seconds, left))
