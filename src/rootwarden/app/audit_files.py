"""The files of an audit: what it goes on with, what it compares with, what it saves, what it hands to owners."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import TYPE_CHECKING, Any

from rootwarden.app.hand_off import HandOff
from rootwarden.app.saved_audits import SavedFile, check_can_save, read_saved_audit
from rootwarden.errors import BadInput
from rootwarden.model.audit import AuditRow, Details, RootReading
from rootwarden.model.ids import AccountId
from rootwarden.operations.audit.diff import Comparison
from rootwarden.operations.audit.judge import judged
from rootwarden.operations.audit.saved import Header, SelectionWords, closing_document, resumed_document
from rootwarden.reports.audit_change_text import Compared
from rootwarden.reports.audit_report import row_document

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from rootwarden.model.audit_change import Difference
    from rootwarden.model.organization import Account
    from rootwarden.model.selection import Selection
    from rootwarden.operations.audit.saved import SavedAudit


@dataclass(frozen=True, slots=True)
class FileChoices:
    """The options of ``audit`` that name files."""

    save: Path | None = None
    resume: Path | None = None
    max_age: timedelta = timedelta(hours=24)
    """A row that is resumed is read again when it is older."""
    diff: Path | None = None
    hand_off: Path | None = None
    by: str = "ou"
    """Who an owner is: ``ou``, or ``tag:KEY``."""


class AuditFiles:
    """Hears of every row of an audit, and keeps of it what the files need. Whatever can be wrong with them is found before AWS is called."""

    def __init__(
        self,
        choices: FileChoices,
        selection: Selection,
        details: Details | None,
        *,
        scoped: bool,
        version: str,
    ) -> None:
        """Reads and checks the files. ``details`` is None where none was asked for.

        ``scoped`` says that the configuration names what is meant where nothing is selected. Raises BadInput and RefusedByRule.
        """
        self._choices = choices
        self._version = version
        self._resumed = read_saved_audit(choices.resume) if choices.resume else None
        self._old = read_saved_audit(choices.diff) if choices.diff else None
        self._target = choices.save or choices.resume
        self.selection = _selection(self._resumed, selection, scoped=scoped)
        self.details = _details(self._resumed, details)
        if self._target and choices.diff and _same(self._target, choices.diff):
            raise BadInput(
                f"{choices.diff}: --diff names the file that is going to be written",
                advice="Save to another file, so that the earlier audit is not lost.",
            )
        if self._target:
            check_can_save(self._target, resumed=choices.resume)
        self.hand_off = HandOff(choices.hand_off, choices.by, self.details) if choices.hand_off else None
        self._comparison = Comparison(self._old) if self._old else None
        self._differences: dict[AccountId, Difference] = {}
        self._file: SavedFile | None = None
        self._carried: dict[AccountId, AuditRow] = {}
        self.problem: str | None = None
        """Why saving stopped, where it did."""

    def begin(self, *, organization_id: str, endpoint: str, now: datetime) -> None:
        """Binds the files to the organization, and begins the one that is saved. Raises WrongOrganization and BadInput."""
        for saved in (self._resumed, self._old):
            if saved is not None:
                saved.check_belongs(organization_id=organization_id, endpoint=endpoint)
        started = now
        if self._resumed is not None:
            started = self._resumed.header.started
            self._carried = {
                row.account.id: row for row in self._resumed.rows.values() if self._is_fresh(row, now)
            }
        if self._target:
            words = SelectionWords.of(self.selection)
            header = Header(organization_id, endpoint, started, words, self.details, self._version)
            self._file = SavedFile(self._target, chain([header.as_document()], self._saved_before(now)))

    def _saved_before(self, now: datetime) -> Iterator[Mapping[str, Any]]:
        """The lines an audit goes on with: they stand in the file at once, so that a crash does not take what was saved."""
        if self._resumed is None:
            return
        for row in self._resumed.rows.values():
            yield {"row": row_document(row)}
        yield resumed_document(now, self._version)

    def carried(self, account: Account) -> AuditRow | None:
        """The row of an account that was read before and need not be read again, with the account as it is now."""
        found = self._carried.get(account.id)
        if found is None:
            return None
        reading = RootReading(found.credentials, found.conflicts, found.problems)
        return dataclasses.replace(judged(account, reading), read=found.read)

    def see(self, row: AuditRow) -> Difference | None:
        """Takes a row: saves it, compares it, notes it for its owner."""
        if self._file is not None:
            self._add({"row": row_document(row)})
        if self.hand_off is not None:
            self.hand_off.see(row)
        change = self._comparison.see(row) if self._comparison is not None else None
        if change is not None:
            self._differences[change.account] = change
        return change

    @property
    def compares(self) -> bool:
        """Whether the rows are compared with an earlier audit."""
        return self._comparison is not None

    def find_left(self, *, interrupted: bool) -> tuple[Difference, ...]:
        """The accounts of the earlier audit that left the organization, where all of it was seen now."""
        if self._comparison is None:
            return ()
        words = SelectionWords.of(self.selection)
        nobody_else = frozenset[AccountId]()
        found = self._comparison.left(nobody_else if words.whole_organization and not interrupted else None)
        self._differences |= {one.account: one for one in found}
        return found

    @property
    def compared(self) -> Compared | None:
        """What the comparison came to."""
        if self._comparison is None:
            return None
        old = self._comparison.old
        since = old.finished or old.header.started
        return Compared(old.name, since, self._differences, self._comparison.summary)

    def finish(self, *, interrupted: bool, rows: int, summary: Mapping[str, int]) -> None:
        """Closes the saved file."""
        finished = datetime.now(UTC)
        self._add(closing_document(finished=finished, interrupted=interrupted, rows=rows, summary=summary))
        self.stop()

    def stop(self) -> None:
        """Lets go of the saved file, which can be resumed if it was not closed."""
        if self._file is not None:
            file, self._file = self._file, None
            try:
                file.close()
            except BadInput as error:
                self.problem = self.problem or error.message

    def _add(self, document: Mapping[str, Any]) -> None:
        if self._file is None or self.problem:
            return
        try:
            self._file.add(document)
        except BadInput as error:  # the disk is full, say: what is read goes on being told
            self.problem = error.message

    def _is_fresh(self, row: AuditRow, now: datetime) -> bool:
        if not row.wholly_read or row.read is None:
            return False
        return timedelta(0) <= now - row.read <= self._choices.max_age


def _selection(resumed: SavedAudit | None, given: Selection, *, scoped: bool) -> Selection:
    meant = dataclasses.replace(given, everything=True) if given.empty and not scoped else given
    if resumed is None:
        return meant
    saved = resumed.header.selection
    if not (given.empty and not given.exclude) and SelectionWords.of(meant) != saved:
        raise BadInput(
            f"{resumed.name}: saved for another selection of accounts",
            advice="Leave the selection out, and the file's own is used; or take a new audit.",
        )
    return dataclasses.replace(
        given,
        accounts=saved.accounts,
        ous=saved.ous,
        tags=saved.tags,
        exclude=saved.exclude,
        everything=saved.everything,
    )


def _details(resumed: SavedAudit | None, given: Details | None) -> Details:
    if resumed is None:
        return given or Details.AUTO
    saved = resumed.header.details
    if given not in {None, saved}:
        raise BadInput(
            f"{resumed.name}: saved with --details {saved.value}",
            advice="Leave --details out, or take a new audit.",
        )
    return saved


def _same(one: Path, other: Path) -> bool:
    return one.expanduser().absolute() == other.expanduser().absolute()
