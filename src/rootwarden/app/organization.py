"""What is known of the organization in one run: from the cache where that will do, from AWS where it will not."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from rootwarden.app.directory_cache import DirectoryCache, age_in_words
from rootwarden.aws.caller_identity import get_caller
from rootwarden.aws.organizations import Organizations
from rootwarden.errors import AccessDenied, AwsError, WrongAccount
from rootwarden.model.directory import Directory
from rootwarden.model.ids import IAM_SERVICE_PRINCIPAL
from rootwarden.model.reading import NotSeen, Seen
from rootwarden.model.units import UnitTree
from rootwarden.operations.directory.gather import (
    gather_homes,
    gather_tags,
    gather_units,
    with_units,
)
from rootwarden.operations.directory.tree import gather_directory

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rootwarden.app.context import App
    from rootwarden.aws.clients import CallerClients
    from rootwarden.model.ids import AccountId
    from rootwarden.model.organization import Account


_MANY_TAGS = 100
"""Accounts whose tags take so long to read that it is said beforehand."""
_TAGS_PER_SECOND = 10
"""Calls of ListTagsForResource that AWS answers."""


class KnownOrganization:
    """The caller's organization: who asks, what is kept of it, and what AWS says now.

    Raises WrongAccount for a root user, WrongOrganization, and AwsError.
    """

    def __init__(self, app: App, clients: CallerClients, *, refresh: bool = False) -> None:
        self._app = app
        self._refresh = refresh
        self._kept: Directory | None = None
        self._looked = False
        self._live: Directory | None = None
        self.caller = get_caller(clients.client("sts"))
        if self.caller.is_root:
            raise WrongAccount(
                f"the caller is {self.caller.arn}; AWS does not let a root user open root sessions",
                advice="Use a role or user of the delegated administrator.",
            )
        self.api = Organizations(clients.client("organizations"))
        with self.listing():
            self.organization = self.api.describe()
        app.check_organization(self.organization.id)
        self.cache = DirectoryCache(
            self.organization, clients.endpoint, timedelta(hours=app.settings.limits.cache_max_age_hours)
        )
        if self.caller.account_id == self.organization.management_account_id:
            self._say_management_in_use()

    def known(self) -> Directory:
        """All accounts and OUs: as they are kept, where that is recent enough, else as AWS lists them now."""
        return self._live or self.kept() or self.live()

    def kept(self) -> Directory | None:
        """What is kept, where it is recent enough and may be used; its age is noted."""
        if not self._looked and not self._refresh:
            self._looked = True
            self._kept, problem = self.cache.read()
            if problem:
                self._app.notes.append(problem)
            if self._kept:
                self._say_age("names and OUs", self._kept.taken)
        return self._kept

    def live(self) -> Directory:
        """All accounts and OUs as AWS lists them now; they are kept for the next run."""
        if self._live is None:
            with self.listing():
                found = gather_directory(
                    self.api,
                    self.organization,
                    lambda count: self._app.say(f"{count} accounts listed so far; they are kept"),
                )
            return self.keep(found)
        return self._live

    def keep(self, directory: Directory) -> Directory:
        """Keeps what was listed for this run and the next, with the tags known before."""
        before = None if self._refresh else self.cache.read()[0]
        if before is not None and not directory.tags:
            directory = replace(directory, tags=before.tags, tags_taken=before.tags_taken)
        self.cache.write(directory)
        self._live = directory
        return directory

    def for_names(self) -> tuple[Account, ...]:
        """All accounts for a message that names near ones: however old what is kept may be."""
        found = self._live or self.cache.read(any_age=True)[0] or self.live()
        return found.accounts

    def with_tags(self, directory: Directory, accounts: Iterable[AccountId]) -> Directory:
        """The directory with the tags of these accounts: those it has, and the others as they are now. Raises AwsError."""
        wanted = tuple(accounts)
        missing = [one for one in wanted if one not in directory.tags]
        if directory.tags_taken and len(missing) < len(wanted):
            self._say_age("tags", directory.tags_taken)
        if not missing:
            return directory
        if len(missing) > _MANY_TAGS:
            minutes = max(1, round(len(missing) / _TAGS_PER_SECOND / 60))
            self._app.say(
                f"reading the tags of {len(missing)} accounts: AWS answers {_TAGS_PER_SECOND} a second, so this takes about "
                f"{minutes} min; they are kept"
            )
        taken = directory.tags_taken or datetime.now(UTC)
        tags = dict(directory.tags)
        try:
            for one in missing:
                tags |= gather_tags(self.api, [one])
        finally:  # what was read is kept, also when the rest is broken off
            found = replace(directory, tags=tags, tags_taken=taken)
            if directory is self._live or directory is self._kept:
                self.cache.write(found)
        if directory is self._live:
            self._live = found
        elif directory is self._kept:
            self._kept = found
        return found

    def few(self, accounts: Sequence[Account], *, deciding: bool, afresh: bool) -> Directory:
        """These accounts, just read, in their OUs.

        The OUs are those above them, or all there are where OUs decide something (``deciding``). ``afresh`` trusts no name that is
        kept: the OUs above the accounts are read again, and all of them where one is not as it was.
        """
        kept = self._live or self.kept()
        tree = kept.tree if kept else UnitTree(())
        homed, units = gather_homes(self.api, accounts, UnitTree(()) if afresh else tree)
        if kept and isinstance(units, Seen) and tree.agrees_with(units.value):
            units = kept.units
        elif deciding or isinstance(units, NotSeen):
            units = gather_units(self.api)
        return with_units(self.api, Directory(self.organization, homed, units, datetime.now(UTC)))

    @contextmanager
    def listing(self) -> Iterator[None]:
        """Says whose permission is missing, where the organization may not be listed."""
        try:
            yield
        except AccessDenied as error:
            raise WrongAccount(
                f"account {self.caller.account_id} cannot list the organization's accounts: {error.code}: {error.text}",
                advice="Use a profile of the IAM delegated administrator (or of the management account) whose policies allow "
                "organizations:ListAccounts.",
            ) from error

    def _say_age(self, what: str, taken: datetime) -> None:
        age = age_in_words(taken, datetime.now(UTC))
        note = f"{what} of accounts are those read {age}; --refresh reads them anew"
        if note not in self._app.notes:
            self._app.notes.append(note)

    def _say_management_in_use(self) -> None:
        try:
            delegates = self.api.delegated_administrators(IAM_SERVICE_PRINCIPAL)
        except AwsError:
            delegates = ()
        instead = (
            f"the delegated administrator {' or '.join(delegates)}"
            if delegates
            else "a delegated administrator"
        )
        self._app.notes.append(f"this runs from the management account; for routine work use {instead}")
