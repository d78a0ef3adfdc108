"""Removing what a plan lists, and looking again afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, assert_never

from rootwarden.errors import AwsError, CredentialsExpired, CredentialsRefused, Interrupted, LedgerError
from rootwarden.model.audit import AuditOutcome, AuditRow, RootReading
from rootwarden.model.credentials import PRESENT, CredentialKind, RootCredentials
from rootwarden.model.reason import Reason, local, reason_of
from rootwarden.model.removal import (
    GONE,
    AccountOutcome,
    AccountRemoval,
    ItemOutcome,
    ItemResult,
    RemovalItem,
    RemovalPlan,
    Verification,
)
from rootwarden.model.tasks import RootTask
from rootwarden.operations.removal.plan import BARE_PASSWORD, items_of
from rootwarden.sessions.delete_credentials import delete_item
from rootwarden.sessions.read_credentials import read_all

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rootwarden.model.ids import AccountId
    from rootwarden.sessions.door import RootRun


class Look(Protocol):
    """Looks at one account with the audit task; handed in, since auditing is another operation. May raise AwsError."""

    def __call__(self, account: AccountId) -> AuditRow: ...


def apply_plan(
    run: RootRun, plan: RemovalPlan, look: Look, refusals: Mapping[AccountId, Reason]
) -> Iterator[AccountOutcome]:
    """Removes what the plan lists, account by account, and verifies each; every outcome is recorded before the next account.

    ``refusals`` are accounts that must be left alone by now, with the reason (suspended since the plan, say). When the caller's
    credentials fail, or on Ctrl-C, the accounts that are left are refused for that reason; Ctrl-C raises Interrupted after the last
    outcome. Raises LedgerError after the outcome of the account it met: then nothing further is done.
    """
    refused = dict(refusals)
    given_up: Reason | None = None
    interrupted = False
    for removal in plan.accounts:
        reason = refused.get(removal.account) or given_up
        done: list[ItemOutcome] = []
        outcome = _refused(removal, reason) if reason else None
        try:
            if outcome is None:
                outcome = _apply_to_account(run, removal, look, done)
        except (CredentialsExpired, CredentialsRefused) as error:
            given_up = local("not_tried", f"the caller's credentials failed before it: {error.message}")
            outcome = _refused(removal, reason_of(error))
        except LedgerError as error:
            yield _stopped(removal, done, reason_of(error))
            raise
        if outcome.reason == _INTERRUPTED:
            interrupted, given_up = True, _INTERRUPTED
        try:
            _record_account(run, outcome)
        except LedgerError:
            yield outcome  # what was done was done, whether or not it can be written down
            raise
        yield outcome
    if interrupted:
        raise Interrupted("interrupted", advice="Make a new plan for what is left.")


_INTERRUPTED = local("interrupted", "interrupted")


def _refused(removal: AccountRemoval, reason: Reason) -> AccountOutcome:
    items = tuple(ItemOutcome(item, ItemResult.REFUSED, reason) for item in removal.items)
    return AccountOutcome(removal.account, removal.name, items, Verification.NOT_VERIFIED, reason=reason)


def _apply_to_account(
    run: RootRun, removal: AccountRemoval, look: Look, done: list[ItemOutcome]
) -> AccountOutcome:
    try:
        _remove(run, removal, done)
    except KeyboardInterrupt:
        return _broken_off(removal, done)
    except (CredentialsExpired, CredentialsRefused):
        raise
    except AwsError as error:
        # No session was given, so nothing was touched and there is nothing to verify.
        items = tuple(ItemOutcome(item, ItemResult.FAILED, reason_of(error)) for item in removal.items)
        return AccountOutcome(
            removal.account, removal.name, items, Verification.NOT_VERIFIED, reason=reason_of(error)
        )
    try:
        after = look(removal.account)
    except (AwsError, KeyboardInterrupt) as error:
        reason = reason_of(error) if isinstance(error, AwsError) else _INTERRUPTED
        return AccountOutcome(
            removal.account, removal.name, tuple(done), Verification.NOT_VERIFIED, reason=reason
        )
    return AccountOutcome(
        account=removal.account,
        name=removal.name,
        items=tuple(_settled(one, after) for one in done),
        verification=_verification(after),
        after=after,
        unexpected=_unexpected(removal, after),
        reason=after.reason,
    )


def _stopped(removal: AccountRemoval, done: list[ItemOutcome], reason: Reason) -> AccountOutcome:
    """The ledger failed in the middle: what was done until then, and the rest refused."""
    rest = tuple(ItemOutcome(item, ItemResult.REFUSED, reason) for item in removal.items[len(done) :])
    return AccountOutcome(
        removal.account, removal.name, (*done, *rest), Verification.NOT_VERIFIED, reason=reason
    )


def _unexpected(removal: AccountRemoval, after: AuditRow) -> tuple[str, ...]:
    """What is there now, item by item or only as a kind, that was not kept on purpose."""
    seen = after.credentials
    names = {item.name for item in items_of(seen)} - set(removal.kept)
    kinds = {
        CredentialKind.ACCESS_KEYS: seen.access_keys,
        CredentialKind.SIGNING_CERTIFICATES: seen.signing_certificates,
        CredentialKind.MFA_DEVICES: seen.mfa_devices,
    }
    names |= {kind.value for kind, items in kinds.items() if items is PRESENT}
    return tuple(sorted(names))


def _broken_off(removal: AccountRemoval, done: list[ItemOutcome]) -> AccountOutcome:
    """Ctrl-C met one item in the middle: whether it is gone, nobody knows. Those after it were not tried."""
    rest = removal.items[len(done) :]
    met = tuple(ItemOutcome(item, ItemResult.UNKNOWN, _INTERRUPTED) for item in rest[:1])
    left = tuple(ItemOutcome(item, ItemResult.REFUSED, _INTERRUPTED) for item in rest[1:])
    return AccountOutcome(
        removal.account, removal.name, (*done, *met, *left), Verification.NOT_VERIFIED, reason=_INTERRUPTED
    )


def _remove(run: RootRun, removal: AccountRemoval, done: list[ItemOutcome]) -> None:
    """Deletes item by item into ``done``; each outcome is in the ledger before the account is looked at again."""
    with run.open(removal.account, RootTask.DELETE) as session:
        there = read_all(session.credentials)
        for item in removal.items:
            refusal = _gone_or_changed(item, there) or _bares_password(item, there, done)
            one = refusal or delete_item(session.credentials, item)
            done.append(one)
            run.record(
                removal.account,
                one.result.value,
                task=RootTask.DELETE,
                item=item.name,
                reason=one.reason,
                request_id=one.request_id,
            )
    run.flush()


def _record_account(run: RootRun, outcome: AccountOutcome) -> None:
    """Writes the word on the account as a whole, which closes it, unless something is unknown and was not seen since."""
    open_end = any(one.result is ItemResult.UNKNOWN for one in outcome.items)
    word = ItemResult.UNKNOWN.value if open_end else outcome.verification.value
    run.record(outcome.account, word, task=RootTask.AUDIT, reason=outcome.reason)
    run.flush()


def _gone_or_changed(item: RemovalItem, there: RootReading) -> ItemOutcome | None:
    now = next(
        (
            one
            for one in items_of(there.credentials)
            if (one.kind, one.identifier) == (item.kind, item.identifier)
        ),
        None,
    )
    if now is None:
        if there.problems:  # not seen is not gone
            return ItemOutcome(item, ItemResult.REFUSED, there.problems[0])
        return ItemOutcome(
            item, ItemResult.ALREADY_ABSENT, local("absent", "it was gone when the session looked")
        )
    if (now.created, now.status) != (item.created, item.status):
        return ItemOutcome(
            item, ItemResult.REFUSED, local("changed", "it has changed since the plan was made")
        )
    return None


def _bares_password(item: RemovalItem, there: RootReading, done: list[ItemOutcome]) -> ItemOutcome | None:
    """Refuses to take MFA away from a root user whose password is, or may be, still there."""
    if item.kind is not CredentialKind.MFA_DEVICES or there.credentials.password is False:
        return None
    if any(one.item.kind is CredentialKind.PASSWORD and one.result in GONE for one in done):
        return None
    return ItemOutcome(item, ItemResult.REFUSED, BARE_PASSWORD)


def _settled(one: ItemOutcome, after: AuditRow) -> ItemOutcome:
    """An outcome held against the look afterwards, where that read the kind item by item, or as none."""
    if not _listed(one.item.kind, after.credentials):
        return one
    left = {(item.kind, item.identifier) for item in items_of(after.credentials)}
    still_there = (one.item.kind, one.item.identifier) in left
    if one.result is ItemResult.UNKNOWN:
        result = ItemResult.FAILED if still_there else ItemResult.REMOVED
        return ItemOutcome(one.item, result, one.reason)
    if still_there and one.result in GONE:
        reason = local(
            "still_shown", "AWS took the deletion, and still shows the item: look again with an audit"
        )
        return ItemOutcome(one.item, ItemResult.UNKNOWN, reason, one.request_id)
    return one


def _listed(kind: CredentialKind, seen: RootCredentials) -> bool:
    """Whether it is known which items of a kind there are: that there are some is not enough."""
    match kind:
        case CredentialKind.PASSWORD:
            return seen.password is not None
        case CredentialKind.ACCESS_KEYS:
            return isinstance(seen.access_keys, tuple)
        case CredentialKind.SIGNING_CERTIFICATES:
            return isinstance(seen.signing_certificates, tuple)
        case CredentialKind.MFA_DEVICES:
            return isinstance(seen.mfa_devices, tuple)
        case _:
            assert_never(kind)


def _verification(after: AuditRow) -> Verification:
    if after.outcome is AuditOutcome.CLEAN:
        return Verification.VERIFIED_CLEAN
    if after.outcome in {AuditOutcome.EXPOSED, AuditOutcome.LEFTOVER}:
        return Verification.STILL_THERE
    return Verification.NOT_VERIFIED
