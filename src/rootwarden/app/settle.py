"""Settling what an earlier run left open: an intent without outcome is resolved by what this run saw of AWS."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from rootwarden.ledger.results import Result
from rootwarden.model.audit import AuditOutcome
from rootwarden.model.reading import Seen
from rootwarden.model.reason import local
from rootwarden.model.setup import StepKind
from rootwarden.model.tasks import MAX_SESSION_SECONDS, RootTask

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Set as AbstractSet

    from rootwarden.ledger.query import OpenIntent
    from rootwarden.ledger.recorder import Recorder
    from rootwarden.model.audit import AuditRow
    from rootwarden.model.baseline import Baseline
    from rootwarden.model.ids import AccountId
    from rootwarden.model.unlock import Resource

BACKUP_HASH = "backup_sha256"
"""The detail of an intent to change a policy by which the ledger knows the backup's file."""
BEFORE_HASH, AFTER_HASH = "policy_sha256_before", "policy_sha256_after"
"""Its details about the policy; one that is not there stands for no policy."""

_NOTE = "settled by a later look"
_LONGEST = timedelta(seconds=2 * MAX_SESSION_SECONDS)
"""The life of a session, and time for the call that opens it to be answered."""
_SETUP = {"enable", "disable"}
_POLICIES = {"recovery exemption", "guardrails deploy", "guardrails undeploy"}
"""Work on policies of the organization, of which an audit sees nothing either."""
_UNLOCKS = {RootTask.S3_UNLOCK.value, RootTask.SQS_UNLOCK.value}
"""Work on buckets and queues, of which an audit sees nothing."""
_SEEN = {AuditOutcome.CLEAN, AuditOutcome.LEFTOVER, AuditOutcome.EXPOSED, AuditOutcome.EXCEPTED}
_ENABLES = {
    StepKind.ENABLE_TRUSTED_ACCESS,
    StepKind.ENABLE_ROOT_CREDENTIALS_MANAGEMENT,
    StepKind.ENABLE_ROOT_SESSIONS,
    StepKind.REGISTER_DELEGATE,
}


def earlier_root_work(recorder: Recorder) -> tuple[OpenIntent, ...]:
    """What earlier runs left open in root users. To be asked before this run writes its own intent. Raises LedgerError."""
    return root_work(recorder.open_intents())


def root_work(left_open: Iterable[OpenIntent]) -> tuple[OpenIntent, ...]:
    """Those that are about root users."""
    return tuple(
        one
        for one in left_open
        if one.intent.content.get("operation") not in _SETUP | _POLICIES
        and one.intent.content.get("task") not in _UNLOCKS
    )


def earlier_setup(recorder: Recorder) -> tuple[OpenIntent, ...]:
    """What earlier ``enable`` and ``disable`` runs left open. Raises LedgerError."""
    return tuple(one for one in recorder.open_intents() if one.intent.content.get("operation") in _SETUP)


def earlier_unlocks(recorder: Recorder, resource: Resource) -> tuple[OpenIntent, ...]:
    """What earlier runs left open about one bucket or queue. To be asked before this run writes a further intent. Raises LedgerError."""
    return tuple(
        one
        for one in recorder.open_intents()
        if one.intent.content.get("task") in _UNLOCKS
        and resource.account in one.accounts
        and _is_about(one, resource)
    )


def _is_about(one: OpenIntent, resource: Resource) -> bool:
    items = one.intent.content.get("items")
    names = {f"{resource.account}:{resource.arn}", f"{resource.account}:{resource.name}"}
    return isinstance(items, (list, tuple)) and not names.isdisjoint(map(str, items))


def settle_by_policy(
    recorder: Recorder, earlier: Iterable[OpenIntent], resource: Resource, policy_sha256: str | None
) -> None:
    """Writes, for every change of a policy that was left open, what the policy shows now. Raises LedgerError."""
    for one in earlier:
        details = one.intent.content.get("details")
        hashes = details if isinstance(details, Mapping) else {}
        if BACKUP_HASH not in hashes:
            word, text = "read", "it was only to be read, which this run has done"
        elif policy_sha256 == hashes.get(AFTER_HASH):
            word, text = "done", "the policy is the planned one"
        elif policy_sha256 == hashes.get(BEFORE_HASH):
            word, text = "not_done", "the policy is the one before the change"
        else:
            word, text = "superseded", "the policy is neither the one before the change nor the planned one"
        line = Result(word, account=resource.account, item=resource.arn, reason=local("looked", text))
        recorder.settle(one, [line], note=_NOTE)


def settle_sessions(recorder: Recorder, account: AccountId, *, operation: str) -> None:
    """Writes, for every session handed to a person of which a crash left nothing, that it is over by now. Raises LedgerError."""
    now = datetime.now(UTC)
    text = "if a session was given it has ended; what was done in it CloudTrail knows"
    for one in recorder.open_intents():
        begun = one.intent
        if (
            begun.content.get("operation") == operation
            and account in one.accounts
            and begun.time + _LONGEST < now
        ):
            recorder.settle(one, [Result("over", account=account, reason=local("expired", text))], note=_NOTE)


def settle_by_audit(
    recorder: Recorder,
    earlier: Iterable[OpenIntent],
    rows: Iterable[AuditRow],
    *,
    carried: AbstractSet[AccountId] = frozenset(),
) -> None:
    """Writes, for every account that was read wholly, how it stands. Raises LedgerError.

    An audit that broke off changed nothing, so any later row of the account settles it, one that says "not readable" as well.
    A row that was carried over from a saved audit settles nothing that was begun after it was read.
    """
    latest = {row.account.id: row for row in rows}
    whole = {key for key, row in latest.items() if row.outcome in _SEEN and row.credentials.all_read}
    for one in earlier:
        only_looked = one.intent.content.get("task") == RootTask.AUDIT.value
        results = [
            Result(outcome=latest[account].outcome.value, account=account, reason=latest[account].reason)
            for account in one.accounts
            if (account in whole or (only_looked and account in latest))
            and (account not in carried or _read_since(latest[account], one))
        ]
        if results:
            recorder.settle(one, results, note=_NOTE)


def _read_since(row: AuditRow, one: OpenIntent) -> bool:
    return row.read is not None and row.read >= one.intent.time


def settle_by_baseline(recorder: Recorder, earlier: Iterable[OpenIntent], baseline: Baseline) -> None:
    """Writes, for every set-up step an earlier run left open, whether AWS shows its effect now. Raises LedgerError."""
    for one in earlier:
        items = one.intent.content.get("items") or ()
        results = []
        for item in items if isinstance(items, (list, tuple)) else ():
            shows = _shows(StepKind(str(item)), one, baseline)
            if shows is None:
                break  # not readable now: it stays open
            text = "AWS shows its effect" if shows else "AWS does not show its effect"
            account = one.accounts[0] if one.accounts else None
            results.append(
                Result(
                    "done" if shows else "failed",
                    account=account,
                    item=str(item),
                    reason=local("looked", text),
                )
            )
        else:
            if results:
                recorder.settle(one, results, note=_NOTE)


def _shows(kind: StepKind, one: OpenIntent, baseline: Baseline) -> bool | None:
    match kind:
        case StepKind.ENABLE_TRUSTED_ACCESS | StepKind.DISABLE_TRUSTED_ACCESS:
            there = baseline.trusted_access.value if isinstance(baseline.trusted_access, Seen) else None
        case StepKind.REGISTER_DELEGATE | StepKind.DEREGISTER_DELEGATE:
            delegates = baseline.delegates.value if isinstance(baseline.delegates, Seen) else None
            there = None if delegates is None else bool(set(one.accounts) & set(delegates))
        case _:
            there = baseline.has_feature(kind.feature)
    if there is None:
        return None
    return there if kind in _ENABLES else not there
