"""Handing what an audit found to the owners of the accounts: one file for each, written at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rootwarden.app.files import write_private
from rootwarden.aws.organizations import Organizations
from rootwarden.errors import AwsError, BadInput
from rootwarden.model.audit import Details
from rootwarden.reports.hand_off import hand_off_files, is_asked_about

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from rootwarden.app.context import App
    from rootwarden.aws.clients import CallerClients
    from rootwarden.model.audit import AuditRow
    from rootwarden.model.ids import AccountId

_TAG: Final = "tag:"
_OU_NOT_READ: Final = "(OU not read)"
_NO_TAG: Final = "(no tag)"
_TAGS_NOT_READ: Final = "(tags not read)"


class HandOff:
    """Takes the rows of an audit and writes the files. The folder is made, and found to be writable and empty, at once."""

    def __init__(self, folder: Path, by: str, details: Details) -> None:
        """Raises BadInput for what cannot be handed off, or no owner."""
        self._tag = _tag_of(by)
        if details is Details.NEVER:
            raise BadInput(
                "--hand-off needs details, and --details is never",
                advice="Leave --details out: owners are asked about keys and their last use.",
            )
        self._folder = folder.expanduser().absolute()
        self._rows: list[AuditRow] = []
        _make(folder, self._folder)

    def see(self, row: AuditRow) -> None:
        """Takes a row, where its owner has something to answer."""
        if is_asked_about(row):
            self._rows.append(row)

    def write(self, app: App, clients: CallerClients, placed: Callable[[AuditRow], AuditRow]) -> bool:
        """Writes the files, and tells the user where they are and what went wrong; whether nothing did.

        Raises nothing of it: the audit is told all the same.
        """
        whole = True
        owner_of: Callable[[AuditRow], str] = _unit_of
        if self._tag is not None:
            tags, problem = self._tags(clients)
            owner_of = _owner_by_tag(self._tag, tags)
            if problem:
                app.problems.append(f"not every account's tags could be read: {problem}")
                whole = False
        prefix = "ou" if self._tag is None else "tag"
        files = hand_off_files(map(placed, self._rows), owner_of, prefix)
        try:
            for name, text in files.items():
                write_private(self._folder / name, text)
        except BadInput as error:
            app.problems.append(f"the hand-off is INCOMPLETE: {error.message}")
            return False
        count = len(files) - 1
        app.notes.append(
            f"{count} file{'' if count == 1 else 's'} for owners in {self._folder}; index.csv says whose is which. AWS's data on "
            "the last use of keys and passwords can be hours behind"
        )
        return whole

    def _tags(self, clients: CallerClients) -> tuple[dict[AccountId, Mapping[str, str]], str | None]:
        found: dict[AccountId, Mapping[str, str]] = {}
        problem = None
        organizations = Organizations(clients.client("organizations"))
        for row in self._rows:
            try:
                found[row.account.id] = organizations.tags(row.account.id)
            except AwsError as error:
                problem = f"{row.account.id}: {error.code}: {error.text}"
        return found, problem


def _tag_of(by: str) -> str | None:
    """The key of ``tag:KEY``; None for ``ou``."""
    if by == "ou":
        return None
    key = by.removeprefix(_TAG)
    if key == by or not key:
        raise BadInput(f"--by {by!r} is neither ou nor tag:KEY", advice="Write --by ou, or --by tag:owner.")
    return key


def _unit_of(row: AuditRow) -> str:
    return _OU_NOT_READ if row.account.ou_path is None else row.account.ou_path


def _owner_by_tag(key: str, tags: Mapping[AccountId, Mapping[str, str]]) -> Callable[[AuditRow], str]:
    def owner(row: AuditRow) -> str:
        found = tags.get(row.account.id)
        return _TAGS_NOT_READ if found is None else found.get(key, _NO_TAG)

    return owner


def _make(named: Path, folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        if any(folder.iterdir()):
            raise BadInput(
                f"{named}: there is something in this folder", advice="Name a new folder, or an empty one."
            )
        probe = folder / ".rootwarden"
        probe.touch(mode=0o600)
        probe.unlink()
    except OSError as error:
        raise BadInput(
            f"{named}: {error.strerror or error}", advice="Name a folder where you may write."
        ) from error
