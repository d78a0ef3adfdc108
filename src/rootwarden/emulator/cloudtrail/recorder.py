"""CloudTrail itself: listens to everything that happens, keeps the history, and feeds the trails."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from rootwarden.emulator import happenings
from rootwarden.emulator.cloudtrail.delivery import Delivery
from rootwarden.emulator.cloudtrail.event import event_of
from rootwarden.emulator.cloudtrail.history import History
from rootwarden.emulator.cloudtrail.identity import Session, identity_of
from rootwarden.emulator.cloudtrail.options import RecordsSpec
from rootwarden.emulator.cloudtrail.record import error_of, record_of, stamp
from rootwarden.emulator.cloudtrail.shapes import is_management_event
from rootwarden.emulator.cloudtrail.signin import account_record, console_record, root_change_record
from rootwarden.emulator.keyring import Credential

if TYPE_CHECKING:
    from rootwarden.emulator.world import World

_LEAVES_NOTHING: Final = frozenset({"ExpiredToken", "ExpiredTokenException", "InvalidAction"})
"""CloudTrail records authenticated requests for operations that exist; these were neither.

https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html
"""
_MOST_SESSIONS: Final = 100_000
_ACCOUNT_FIELD: Final = 4


class CloudTrail:
    """What is recorded in one emulated AWS. The caller holds the world's lock."""

    def __init__(self, world: World, options: RecordsSpec) -> None:
        self._world = world
        self.options = options
        self.history = History(options.keep_events)
        """The events of every account and Region."""
        self.delivery = Delivery(world, options)
        """The log files of the trails."""
        self._started: dict[str, str] = {}
        self._with_mfa: set[str] = set()
        self._console: dict[str, Session] = {}

    def note(self, happened: happenings.Event) -> None:
        """Records what happened."""
        partition = self._world.organization.partition
        match happened:
            case happenings.Called():
                self._call(happened)
            case happenings.RootChanged():
                session = self._console.get(happened.account)
                self._keep(root_change_record(happened, session, partition), happened.when)
            case happenings.AccountCreated():
                self._keep(account_record(happened, partition), happened.when)
            case _:
                self._keep(console_record(happened, partition), happened.when)
                if isinstance(happened, happenings.SignedIn) and happened.succeeded:
                    self._open_console(happened)

    def _open_console(self, signed_in: happenings.SignedIn) -> None:
        """The session whose key the account's later console work shows."""
        key = signed_in.access_key_id or f"ASIA01CONSOLE{uuid.uuid4().hex[:7].upper()}"
        started, has_mfa = self._start(key, signed_in.when), signed_in.mfa_serial is not None
        self._console[signed_in.account] = Session(key, started, has_mfa)
        if has_mfa:
            self._with_mfa.add(key)

    def _call(self, called: happenings.Called) -> None:
        call = called.call
        if called.refusal is not None and called.refusal.code in _LEAVES_NOTHING:
            return
        credential = self._world.keyring.find(call.access_key_id)
        if credential is None or not is_management_event(call):
            return
        where = self.options.assumed_root_on
        side = "member" if call.caller.task is not None else "caller"
        is_marked = side == "member" or call.operation == "AssumeRoot"
        session = None if credential.token is None else self._session(credential.access_key_id, called.when)
        identity = identity_of(credential, session, assumed_root=is_marked and where in ("both", side))
        account, partition = call.caller.account, self._world.organization.partition
        record = record_of(called, identity, account, partition)
        if call.caller.is_root and credential.token is not None and call.caller.task is None:
            record["sessionCredentialFromConsole"] = "true"
        self._remember_session(called)
        other = self._other_account(called)
        if other is not None:
            record["sharedEventID"] = str(uuid.uuid4())
            self._keep(_copy(record, credential, other), called.when)
        self._keep(record, called.when)

    def _session(self, key: str, when: datetime) -> Session:
        return Session(key, self._start(key, when), key in self._with_mfa)

    def _start(self, access_key_id: str, when: datetime) -> str:
        """When a session began: what its ``creationDate`` says. A session nobody saw begin began with its first call."""
        if len(self._started) > _MOST_SESSIONS:
            del self._started[next(iter(self._started))]
        return self._started.setdefault(access_key_id, stamp(when))

    def _remember_session(self, called: happenings.Called) -> None:
        """A session's ``creationDate`` is the eventTime of the call that opened it."""
        issued = (called.output or {}).get("Credentials")
        if called.call.service == "sts" and isinstance(issued, Mapping) and called.refusal is None:
            self._start(str(issued["AccessKeyId"]), called.when)

    def _other_account(self, called: happenings.Called) -> str | None:
        """The account that gets a copy: a role's, where it is assumed from another; on request AssumeRoot's member."""
        call = called.call
        if error_of(called) is not None or call.service != "sts":
            return None
        if call.operation == "AssumeRoot":
            target = str(call.params["TargetPrincipal"])
            member = target.split(":")[_ACCOUNT_FIELD] if target.startswith("arn:") else target
            return member if self.options.assume_root_in_member else None
        if call.operation == "AssumeRole":
            owner = str(call.params["RoleArn"]).split(":")[_ACCOUNT_FIELD]
            return owner if owner != call.caller.account else None
        return None

    def _keep(self, record: Mapping[str, Any], when: datetime) -> None:
        event = event_of(record, when)
        self.history.add(event)
        self.delivery.add(event)


def _copy(record: Mapping[str, Any], credential: Credential, account: str) -> dict[str, Any]:
    """The same event in the other account, which learns less of the caller."""
    principal = credential.principal
    identity = {"type": "AWSAccount", "principalId": principal.user_id, "accountId": principal.account}
    return {
        **record,
        "userIdentity": identity,
        "eventID": str(uuid.uuid4()),
        "recipientAccountId": account,
    }
