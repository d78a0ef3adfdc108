"""Finding the accounts of a selection: by asking for a few, by what is kept, or by listing them all."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from rootwarden.app.chosen import Chosen, Found
from rootwarden.app.exclusions import check_units_seen, excluded_among, excluded_by, found_exclusions
from rootwarden.app.listing import choose_while_listing
from rootwarden.app.read_again import read_again, since, with_tags_now
from rootwarden.errors import AccessDenied, AwsError, BadInput
from rootwarden.model.choice import has_tag, resolve
from rootwarden.model.reading import NotSeen
from rootwarden.model.units import UnitTree
from rootwarden.operations.directory.gather import gather_accounts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rootwarden.app.context import App
    from rootwarden.aws.clients import CallerClients
    from rootwarden.model.directory import Directory
    from rootwarden.model.ids import AccountId
    from rootwarden.model.organization import Account
    from rootwarden.model.reason import Reason
    from rootwarden.model.selection import Selection

FEW: Final = 200
"""Accounts up to which each is asked for by itself: AWS answers 20 DescribeAccount a second, and lists 160 accounts a second."""


class Chooser:
    """One selection of one run. ``changing`` never rests on what is kept: the chosen accounts are read again.

    Nor does ``placing`` rest on where they stood, or on where the caller's own account did.
    """

    def __init__(
        self,
        app: App,
        clients: CallerClients,
        selection: Selection,
        *,
        changing: bool,
        placing: bool = False,
    ) -> None:
        self._app = app
        self._selection = selection
        self._exclusions = excluded_by(app)
        self._changing = changing
        self._placing = placing
        self._known = app.organization(clients, refresh=selection.refresh)

    def choose(self, *, lazily: bool) -> Chosen:
        """The accounts; ``lazily`` while they are being listed, where each can be decided by its id."""
        if lazily and self._selection.everything:
            chosen = choose_while_listing(self._app, self._known, self._selection, self._exclusions)
            if chosen:
                return chosen
        ids = self._selection.ids
        if ids is not None and len(ids) <= FEW:
            found = self._few(ids)
            if found:
                return self._chosen(found)
        return self._from_all()

    def now(self) -> Chosen:
        """The accounts of the selection, which has ids alone, as far as they are still there."""
        directory = self._now(self._selection.ids or ())
        check_units_seen(directory, self._exclusions)
        if self._exclusions.tags:
            directory = self._known.with_tags(directory, [one.id for one in directory.accounts])
        exclusions = found_exclusions(self._exclusions, directory, whole=False)
        excluded = excluded_among(directory.accounts, exclusions, directory.tags)
        return Chosen(
            self._known.organization, directory.accounts, excluded, directory, len(directory.accounts)
        )

    def _now(self, ids: tuple[AccountId, ...]) -> Directory:
        read = self._read(ids) if len(ids) <= FEW else None
        if read:
            deciding = self._exclusions.names_units
            return self._known.few(tuple(read[0].values()), deciding=deciding, afresh=True)
        all_of_them, wanted = self._known.live(), set(ids)
        accounts = tuple(one for one in all_of_them.accounts if one.id in wanted)
        return replace(all_of_them, accounts=accounts, tags={}, tags_taken=None)  # tags may be kept ones

    def _few(self, ids: tuple[AccountId, ...]) -> Found | None:
        """The accounts asked for one by one; None where the caller may not, and may list them perhaps."""
        besides = self._besides()
        excluded = self._selection.excluded_ids or ()
        read = self._read(dict.fromkeys((*ids, *excluded, *besides)))
        if read is None:
            return None
        found, missing = read
        if set(missing) - set(besides):
            self._raise_unknown(found, missing)
        deciding = self._exclusions.names_units
        directory = self._known.few(tuple(found.values()), deciding=deciding, afresh=self._changing)
        return self._found(directory, whole=False)

    def _besides(self) -> tuple[AccountId, ...]:
        """Accounts that have to be in the directory too."""
        return (self._known.caller.account_id,) if self._placing else ()

    def _read(
        self, ids: Iterable[AccountId]
    ) -> tuple[dict[AccountId, Account], Mapping[AccountId, Reason]] | None:
        try:
            return gather_accounts(self._known.api, ids)
        except AccessDenied:
            return None

    def _raise_unknown(self, found: Mapping[AccountId, Account], missing: Mapping[AccountId, Reason]) -> None:
        try:
            others = self._known.for_names()
        except AwsError:  # a message does not fail for want of hints
            others = ()
        there = {one.id: one for one in others if one.id not in missing} | dict(found)
        resolve(self._selection, there.values(), UnitTree(()))  # which is where it is told

    def _from_all(self) -> Chosen:
        """The accounts found among all there are: those that are kept, or those AWS lists."""
        directory = self._known.known()
        try:
            found = self._found(directory, whole=True)
        except BadInput:
            if not directory.kept:
                raise
            self._app.notes.append("not all that was named is in what was kept, so it is read anew")
            return self._chosen(self._listed())
        if not directory.kept:
            return self._chosen(self._with_tags_now(found))
        if not found.accounts:
            self._app.notes.append("nothing that was kept matches, so the accounts are listed anew")
            return self._chosen(self._listed())
        again = read_again(
            self._known,
            found,
            few=FEW,
            changing=self._changing,
            placing=self._placing,
            besides=self._besides(),
        )
        if again is None:
            self._app.notes.append("what was kept will not do, so it is read anew")
            again = self._listed()
            again = since(found, again) if self._changing or self._placing else again
        return self._chosen(again)

    def _listed(self) -> Found:
        return self._with_tags_now(self._found(self._known.live(), whole=True))

    def _found(self, directory: Directory, *, whole: bool) -> Found:
        check_units_seen(directory, self._selection, self._exclusions)
        choice = resolve(self._selection, directory.accounts, directory.tree)
        exclusions = found_exclusions(self._exclusions, directory, whole=whole)
        if choice.tags or exclusions.tags:
            directory = self._known.with_tags(directory, [one.id for one in directory.accounts])
        tags = directory.tags
        accounts = tuple(one for one in directory.accounts if choice.holds(one, tags.get(one.id)))
        return Found(directory, choice, exclusions, accounts)

    def _with_tags_now(self, found: Found) -> Found:
        """For a change, the tags of what was chosen are read again where some were kept."""
        directory = found.directory
        taken = directory.tags_taken
        if not self._changing or not found.uses_tags or taken is None or taken >= directory.taken:
            return found
        return with_tags_now(self._known, found)

    def _chosen(self, found: Found) -> Chosen:
        if not found.accounts:
            raise BadInput(
                "no account of the organization matches the selection",
                advice="Check the tags, OUs and exclusions; tags may be as they were kept, and --refresh reads them anew. "
                "'rootwarden audit --details never' lists the accounts there are.",
            )
        directory = found.directory
        if isinstance(directory.units, NotSeen):
            reason = directory.units.reason
            self._app.notes.append(f"OU paths are not shown: {reason.code}: {reason.text}")
        for one in found.choice.tags:
            if not any(has_tag(one, tags) for tags in directory.tags.values()):
                self._app.notes.append(f"no account has the tag {one}")
        excluded = excluded_among(found.accounts, found.exclusions, directory.tags) | dict(found.left)
        return Chosen(directory.organization, found.accounts, excluded, directory, len(found.accounts))
