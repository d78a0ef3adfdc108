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

    from rootwarden.model.authority import ForPlan
    from rootwarden.model.ids import AccountId
    from rootwarden.sessions.door import RootDoor


class Look(Protocol):
    """Looks at one account with the audit task; handed in, since auditing is another operation."""

    def __call__(self, account: AccountId) -> AuditRow: ...


def apply_plan(
    door: RootDoor, plan: RemovalPlan, authority: ForPlan, look: Look, refusals: Mapping[AccountId, Reason]
) -> Iterator[AccountOutcome]:
    """Removes what the plan lists, account by account, and verifies each.

    ``refusals`` are accounts that must be left alone by now, with the reason (suspended since the plan, say).
    Raises CredentialsExpired or CredentialsRefused when the caller's own credentials fail.
    """
    for removal in plan.accounts:
        if removal.account in refusals:
            yield _refused(removal, refusals[removal.account])
            continue
        yield apply_to_account(door, removal, authority, look)


def _refused(removal: AccountRemoval, reason: Reason) -> AccountOutcome:
    items = tuple(ItemOutcome(item, ItemResult.REFUSED, reason) for item in removal.items)
    return AccountOutcome(removal.account, removal.name, items, Verification.NOT_VERIFIED, reason=reason)


def apply_to_account(
    door: RootDoor, removal: AccountRemoval, authority: ForPlan, look: Look
) -> AccountOutcome:
    """Removes what the plan lists in one account, in its order, and looks again with the audit task."""
    items, reason = _remove(door, removal, authority)
    if all(one.result is ItemResult.FAILED and one.reason == reason for one in items) and reason is not None:
        # No session was given, so nothing was touched and there is nothing to verify.
        return AccountOutcome(removal.account, removal.name, items, Verification.NOT_VERIFIED, reason=reason)
    after = look(removal.account)
    return AccountOutcome(
        account=removal.account,
        name=removal.name,
        items=tuple(_settled(one, after) for one in items),
        verification=_verification(after),
        after=after,
        reason=after.reason,
    )


def _remove(
    door: RootDoor, removal: AccountRemoval, authority: ForPlan
) -> tuple[tuple[ItemOutcome, ...], Reason | None]:
    done: list[ItemOutcome] = []
    opened = False
    try:
        with door.open(removal.account, RootTask.DELETE, authority) as session:
            opened = True
            there = read_all(session.credentials)
            for item in removal.items:
                refusal = _gone_or_changed(item, there) or _bares_password(item, there, done)
                done.append(refusal or delete_item(session.credentials, item))
    except (CredentialsExpired, CredentialsRefused) as error:
        if not opened:
            raise
        return _rest_failed(removal, done, reason_of(error)), reason_of(error)
    except AwsError as error:
        return _rest_failed(removal, done, reason_of(error)), reason_of(error)
    return tuple(done), None


def _rest_failed(removal: AccountRemoval, done: list[ItemOutcome], reason: Reason) -> tuple[ItemOutcome, ...]:
    rest = removal.items[len(done) :]
    return (*done, *(ItemOutcome(item, ItemResult.FAILED, reason) for item in rest))


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
