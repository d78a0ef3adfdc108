"""Removing what a plan lists, and looking again afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from rootwarden.errors import AwsError, CredentialsExpired, CredentialsRefused
from rootwarden.model.audit import AuditOutcome, AuditRow, RootReading
from rootwarden.model.credentials import CredentialKind
from rootwarden.model.reason import Reason, local, reason_of
from rootwarden.model.removal import (
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
    credentials fail, the accounts that are left are refused for that reason. Raises LedgerError: then nothing further is done.
    """
    refused = dict(refusals)
    given_up: Reason | None = None
    for removal in plan.accounts:
        reason = refused.get(removal.account) or given_up
        if reason:
            outcome = _refused(removal, reason)
        else:
            try:
                outcome = _apply_to_account(run, removal, look)
            except (CredentialsExpired, CredentialsRefused) as error:
                given_up = local("not_tried", f"the caller's credentials failed before it: {error.message}")
                outcome = _refused(removal, reason_of(error))
        _record_account(run, outcome)
        yield outcome


def _refused(removal: AccountRemoval, reason: Reason) -> AccountOutcome:
    items = tuple(ItemOutcome(item, ItemResult.REFUSED, reason) for item in removal.items)
    return AccountOutcome(removal.account, removal.name, items, Verification.NOT_VERIFIED, reason=reason)


def _apply_to_account(run: RootRun, removal: AccountRemoval, look: Look) -> AccountOutcome:
    try:
        items = _remove(run, removal)
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
    except AwsError as error:
        return AccountOutcome(
            removal.account, removal.name, items, Verification.NOT_VERIFIED, reason=reason_of(error)
        )
    return AccountOutcome(
        account=removal.account,
        name=removal.name,
        items=tuple(_settled(one, after) for one in items),
        verification=_verification(after),
        after=after,
        reason=after.reason,
    )


def _remove(run: RootRun, removal: AccountRemoval) -> tuple[ItemOutcome, ...]:
    """Deletes item by item; each outcome is in the ledger before the account is looked at again."""
    done: list[ItemOutcome] = []
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
    return tuple(done)


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
    gone = {ItemResult.REMOVED, ItemResult.ALREADY_ABSENT}
    if any(one.item.kind is CredentialKind.PASSWORD and one.result in gone for one in done):
        return None
    return ItemOutcome(item, ItemResult.REFUSED, BARE_PASSWORD)


def _settled(one: ItemOutcome, after: AuditRow) -> ItemOutcome:
    """An unknown outcome, settled where the look afterwards read everything."""
    if one.result is not ItemResult.UNKNOWN or not after.credentials.all_read:
        return one
    left = {(item.kind, item.identifier) for item in items_of(after.credentials)}
    result = ItemResult.FAILED if (one.item.kind, one.item.identifier) in left else ItemResult.REMOVED
    return ItemOutcome(one.item, result, one.reason)


def _verification(after: AuditRow) -> Verification:
    if after.outcome is AuditOutcome.CLEAN:
        return Verification.VERIFIED_CLEAN
    if after.outcome in {AuditOutcome.EXPOSED, AuditOutcome.LEFTOVER}:
        return Verification.STILL_THERE
    return Verification.NOT_VERIFIED
