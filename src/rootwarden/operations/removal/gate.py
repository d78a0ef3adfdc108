"""The last-use gate: what was used lately stays, unless somebody names it. Pure.

AWS's last-use data lags, so an item that seems unused may have been used in the last hours.
https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccessKeyLastUsed.html
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from rootwarden.model.canonical import rfc3339
from rootwarden.model.credentials import CredentialKind, ItemStatus
from rootwarden.model.ids import AccountId
from rootwarden.model.reason import Reason, local
from rootwarden.model.removal import RemovalItem

USED_RECENTLY = "used_recently"
LAST_USE_UNKNOWN = "last_use_unknown"


def last_use_refusal(item: RemovalItem, *, days: int, now: datetime) -> Reason | None:
    """Why the item has to stay, or None where it may go.

    ``days`` 0 turns the rule off. Unknown last use counts as used for the password and for keys that can sign; AWS's "no use on
    record" is not unknown. AWS keeps no last use of certificates and MFA devices, so the rule is not about them.
    """
    if not days or item.overridden:
        return None
    use = item.last_use
    if use is None:
        if not _can_be_used(item):
            return None
        return local(
            LAST_USE_UNKNOWN, "its last use could not be read, which counts as used; --override lets it go"
        )
    if use.when is None or now - use.when > timedelta(days=days):
        return None
    where = ", ".join(part for part in (use.service, use.region) if part)
    text = f"used at {rfc3339(use.when.replace(microsecond=0))}" + (f" ({where})" if where else "")
    return local(USED_RECENTLY, f"{text}, within the last {days} days; --override lets it go")


def _can_be_used(item: RemovalItem) -> bool:
    if item.kind is CredentialKind.ACCESS_KEYS:
        return item.status not in {ItemStatus.INACTIVE, ItemStatus.EXPIRED}
    return item.kind is CredentialKind.PASSWORD


@dataclass(frozen=True, slots=True)
class Overrides:
    """What ``--override`` names: ``KEY_ID``, ``ACCOUNT:password`` or ``ACCOUNT:KIND:IDENTIFIER``."""

    names: frozenset[str] = frozenset()

    def match(self, account: AccountId, item: RemovalItem) -> bool:
        """Whether the item is named."""
        return bool(self.names & names_of(account, item))


def names_of(account: AccountId, item: RemovalItem) -> frozenset[str]:
    """Everything an item may be called on the command line; the password only with its account, since every root has one."""
    if item.kind is CredentialKind.PASSWORD:
        return frozenset({f"{account}:{item.kind.value}", f"{account}:{item.name}"})
    return frozenset({item.identifier, f"{account}:{item.name}"})
