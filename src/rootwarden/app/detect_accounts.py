"""The accounts that detection is asked about: ids need nobody, names need the organization."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rootwarden.app.accounts import choose_accounts
from rootwarden.model.ids import account_id, looks_like_account_id
from rootwarden.model.purpose import PurposeName
from rootwarden.model.selection import Selection

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rootwarden.app.context import App
    from rootwarden.model.ids import AccountId


def accounts_named(app: App, given: Iterable[str] | None) -> frozenset[AccountId]:
    """The accounts of ``--account``; none where it was left out. Raises BadInput, UnknownAccount and AwsError."""
    wanted = tuple(one.strip() for text in given or () for one in text.split(",") if one.strip())
    if all(looks_like_account_id(one) for one in wanted):
        return frozenset(account_id(one) for one in wanted)
    clients = app.caller(PurposeName.MANAGEMENT_READ)
    chosen = choose_accounts(app, clients, Selection(accounts=wanted), changing=False)
    return frozenset(one.id for one in chosen.accounts)
