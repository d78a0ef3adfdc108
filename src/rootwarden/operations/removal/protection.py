"""What has to stay for now: accounts with an open exception, items with a waiver. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from rootwarden.model.canonical import rfc3339
from rootwarden.model.credential_item import ItemName
from rootwarden.model.ids import AccountId
from rootwarden.model.reason import Reason, local
from rootwarden.model.recovery_exception import RecoveryException
from rootwarden.model.removal import RemovalItem
from rootwarden.model.waiver import Waiver


@dataclass(frozen=True, slots=True)
class Protection:
    """What no removal touches, with the reasons."""

    accounts: Mapping[AccountId, Reason] = field(default_factory=dict)
    waivers: tuple[Waiver, ...] = ()
    """Those that are current."""

    def of_account(self, account: AccountId) -> Reason | None:
        """Why nothing in the account may go, or None."""
        return self.accounts.get(account)

    def of_item(self, account: AccountId, item: RemovalItem) -> Reason | None:
        """Why one item may not go, or None."""
        name = ItemName(item.kind, item.identifier)
        for waiver in self.waivers:
            if waiver.account == account and waiver.covers(name):
                return local(
                    "waived", f"waived by {waiver.owner} until {rfc3339(waiver.until)} (waiver {waiver.id})"
                )
        return None


def protection(
    exceptions: Iterable[RecoveryException], waivers: Iterable[Waiver], *, now: datetime
) -> Protection:
    """What the registers protect at this moment: an exception whose time is over protects nothing, nor does a waiver."""
    opened = {
        one.account: local(
            "open_exception",
            f"{one.owner} may use its root user for {one.task} until {rfc3339(one.until)} (exception {one.id})",
        )
        for one in exceptions
        if one.is_open(now)
    }
    return Protection(opened, tuple(one for one in waivers if one.is_current(now)))
