"""Every account, given on while the organization is being listed."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rootwarden.app.chosen import Chosen
from rootwarden.errors import AccessDenied, BadInput
from rootwarden.model.choice import Choice
from rootwarden.model.directory import Directory
from rootwarden.model.ids import AccountId
from rootwarden.model.reading import NotSeen
from rootwarden.model.reason import local
from rootwarden.operations.directory.gather import gather_accounts
from rootwarden.operations.directory.tree import TreeReading

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rootwarden.app.context import App
    from rootwarden.app.organization import KnownOrganization
    from rootwarden.model.organization import Account
    from rootwarden.model.selection import Selection
    from rootwarden.operations.directory.gather import Units

_MOST_EXCLUSIONS = 50
"""Excluded accounts that are looked up one by one beforehand."""


def choose_while_listing(
    app: App, known: KnownOrganization, selection: Selection, exclusions: Selection
) -> Chosen | None:
    """Every account but those excluded by id, as an iterator that lists them as it is walked.

    None where OUs, tags or names decide, or where the excluded ids cannot be checked beforehand: then all accounts have to be
    known first. The first page is read here, so that a caller who may not list is refused at once. Raises AwsError.
    """
    not_these = selection.excluded_ids
    if not_these is None or exclusions.ous or exclusions.tags:
        return None
    never = tuple(AccountId(one) for one in exclusions.accounts)
    ids = (*not_these, *never)
    if len(ids) > _MOST_EXCLUSIONS or not _all_there(known, ids):
        return None
    listing = _Listing(app, known, Choice(everything=True, excluded=frozenset(not_these)))
    accounts = iter(listing)
    first = next(accounts, None)
    if first is None:
        raise BadInput("every account of the organization is excluded", advice="Leave one out of --exclude.")
    reason = local("excluded", "excluded by the configuration")
    return Chosen(
        known.organization,
        itertools.chain([first], accounts),
        dict.fromkeys(never, reason),
        Directory(known.organization, (), NotSeen(local("not_read", "still being listed")), listing.begun),
        total=None,
        counted=listing.counted,
        place=listing.place,
        placed=listing.placed,
    )


def _all_there(known: KnownOrganization, ids: tuple[AccountId, ...]) -> bool:
    try:
        _, missing = gather_accounts(known.api, ids)
    except AccessDenied:
        return False
    return not missing  # what is wrong is said where all accounts are known


class _Listing:
    """One listing under way, with the OUs read beside it; once it came to its end it is kept for the next run."""

    def __init__(self, app: App, known: KnownOrganization, choice: Choice) -> None:
        self.begun = datetime.now(UTC)
        self._app = app
        self._known = known
        self._choice = choice
        self._tree = TreeReading(known.api)
        self._seen: list[Account] = []
        self._chosen = 0
        self._complete = False
        self._noted = False

    def __iter__(self) -> Iterator[Account]:
        with self._known.listing():
            for account in self._known.api.accounts():
                self._seen.append(account)
                if self._choice.holds(account):
                    self._chosen += 1
                    yield account
        self._complete = True

    def counted(self) -> int | None:
        """How many are chosen; None until all are listed."""
        return self._chosen if self._complete else None

    def placed(self) -> bool:
        """Whether the OUs are read, or could not be."""
        return self._tree.done

    def place(self, account: Account, *, wait: bool = True) -> Account:
        """The account in its OU; waits until the OUs are read, if told to."""
        if not (wait or self._tree.done):
            return account
        units = self._tree.units()
        if self._complete and self._seen:
            self._keep(units)
        placed = self._tree.place(account)
        if isinstance(units, NotSeen) and not self._noted:
            self._noted = True
            self._app.notes.append(f"OU paths are not shown: {units.reason.code}: {units.reason.text}")
        return placed

    def _keep(self, units: Units) -> None:
        accounts = tuple(self._tree.place(one) for one in self._seen)
        self._known.keep(Directory(self._known.organization, accounts, units, self.begun))
        self._seen = []
