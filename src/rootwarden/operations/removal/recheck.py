"""What a look just before the delete means for one item of a plan. Pure."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from rootwarden.model.credentials import CredentialKind
from rootwarden.model.reason import Reason, local
from rootwarden.model.removal_outcome import ItemOutcome, ItemResult
from rootwarden.operations.removal.gate import last_use_refusal
from rootwarden.operations.removal.items import items_of
from rootwarden.operations.removal.plan import BARE_PASSWORD

if TYPE_CHECKING:
    from datetime import datetime

    from rootwarden.model.credentials import RootCredentials
    from rootwarden.model.removal import RemovalItem

CHANGED = local("changed", "it has changed since the plan was made")
ABSENT = local("absent", "it was gone when the session looked")


def still_due(
    item: RemovalItem, seen: RootCredentials, *, keep_used_within_days: int, now: datetime
) -> ItemOutcome | None:
    """None where the item is to be deleted now; else why not: it is gone, it is not the one of the plan, or a rule keeps it."""
    found = next((one for one in items_of(seen) if is_same_slot(one, item)), None)
    if found is None:
        return ItemOutcome(item, ItemResult.ALREADY_ABSENT, ABSENT)
    if (found.created, found.status) != (item.created, item.status):
        return _refused(item, CHANGED)
    used = last_use_refusal(
        dataclasses.replace(found, overridden=item.overridden), days=keep_used_within_days, now=now
    )
    if used:
        return _refused(item, used)
    if item.kind is CredentialKind.MFA_DEVICES and seen.password is not False:
        return _refused(item, BARE_PASSWORD)
    return None


def is_same_slot(one: RemovalItem, other: RemovalItem) -> bool:
    """Whether AWS names them alike; a password that was made anew is still called the same."""
    return (one.kind, one.identifier) == (other.kind, other.identifier)


def _refused(item: RemovalItem, reason: Reason) -> ItemOutcome:
    return ItemOutcome(item, ItemResult.REFUSED, reason)
