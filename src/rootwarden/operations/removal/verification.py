"""What the audit afterwards says about a removal. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rootwarden.model.audit import AuditOutcome, AuditRow
from rootwarden.model.credentials import PRESENT, CredentialKind
from rootwarden.model.reason import local
from rootwarden.model.removal_outcome import GONE, AccountOutcome, ItemOutcome, ItemResult, Verification
from rootwarden.operations.removal.items import is_listed, items_of
from rootwarden.operations.removal.recheck import is_same_slot

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rootwarden.model.removal import AccountRemoval, RemovalItem

NOT_IN_PLAN = local("not_in_plan", "it is there now, and the plan does not know it")
_STILL_SHOWN = local(
    "still_shown", "AWS took the deletion, and still shows the item: look again with an audit"
)


def verified(removal: AccountRemoval, done: Iterable[ItemOutcome], after: AuditRow) -> AccountOutcome:
    """The account's outcome, held against the look afterwards.

    An item whose answer was lost is removed or failed by what is there now; what the plan does not know is refused by name.
    """
    there = items_of(after.credentials)
    settled = [_settled(one, after, there) for one in done]
    known = [*removal.items, *(one.item for one in removal.kept)]
    new = [item for item in there if not any(_is_same(item, one) for one in known)]
    return AccountOutcome(
        account=removal.account,
        name=removal.name,
        items=(*settled, *(ItemOutcome(item, ItemResult.REFUSED, NOT_IN_PLAN) for item in new)),
        verification=_verification(after),
        after=after,
        unexpected=_unexpected(removal, after, there),
        reason=after.reason,
    )


def _settled(one: ItemOutcome, after: AuditRow, there: Iterable[RemovalItem]) -> ItemOutcome:
    """An outcome held against the look, where that read the kind item by item, or as none."""
    if not is_listed(one.item.kind, after.credentials):
        return one
    still_there = any(_is_same(item, one.item) for item in there)
    if one.result is ItemResult.UNKNOWN:
        result = ItemResult.FAILED if still_there else ItemResult.REMOVED
        return ItemOutcome(one.item, result, one.reason)
    if still_there and one.result in GONE:
        return ItemOutcome(one.item, ItemResult.UNKNOWN, _STILL_SHOWN, one.request_id)
    return one


def _is_same(found: RemovalItem, known: RemovalItem) -> bool:
    """Whether it is that very credential: made at another time, it is another one that goes by the same name."""
    if not is_same_slot(found, known):
        return False
    return found.created is None or known.created is None or found.created == known.created


def _unexpected(removal: AccountRemoval, after: AuditRow, there: Iterable[RemovalItem]) -> tuple[str, ...]:
    """What is there now, item by item or only as a kind, that was not kept on purpose."""
    kept = [one.item for one in removal.kept]
    names = {item.name for item in there if not any(_is_same(item, one) for one in kept)}
    seen = after.credentials
    kinds = {
        CredentialKind.ACCESS_KEYS: seen.access_keys,
        CredentialKind.SIGNING_CERTIFICATES: seen.signing_certificates,
        CredentialKind.MFA_DEVICES: seen.mfa_devices,
    }
    names |= {kind.value for kind, items in kinds.items() if items is PRESENT}
    return tuple(sorted(names))


def _verification(after: AuditRow) -> Verification:
    if after.credentials.none_left and not after.problems:
        return Verification.VERIFIED_CLEAN
    if after.wholly_read:
        return Verification.STILL_THERE
    if after.outcome in {AuditOutcome.EXPOSED, AuditOutcome.LEFTOVER, AuditOutcome.EXCEPTED}:
        return Verification.STILL_THERE
    return Verification.NOT_VERIFIED
