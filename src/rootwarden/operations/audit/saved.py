"""A saved audit: what it was about, what it saw, and whether it came to its end. Pure; the caller reads the file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn

from pydantic import AwareDatetime, TypeAdapter, ValidationError

from rootwarden.errors import BadInput, WrongOrganization
from rootwarden.model.audit import Audit, AuditRow, Details
from rootwarden.model.canonical import plain
from rootwarden.model.ids import AccountId
from rootwarden.model.selection import Selection
from rootwarden.operations.audit.saved_lines import SCHEMA, read_lines
from rootwarden.operations.audit.saved_row import row_of


@dataclass(frozen=True, slots=True)
class SelectionWords:
    """What was selected, in the user's words; nothing and ``everything`` false means the configuration's scope."""

    accounts: tuple[str, ...] = ()
    ous: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    everything: bool = False

    @classmethod
    def of(cls, selection: Selection) -> SelectionWords:
        """The words of a selection."""
        return cls(selection.accounts, selection.ous, selection.tags, selection.exclude, selection.everything)

    @property
    def whole_organization(self) -> bool:
        """Whether no account was left out."""
        return self.everything and not self.exclude


@dataclass(frozen=True, slots=True)
class Header:
    """What a saved audit is bound to."""

    organization_id: str
    endpoint: str
    started: datetime
    selection: SelectionWords
    details: Details
    tool_version: str

    def as_document(self) -> dict[str, Any]:
        """The first line, without its hash."""
        return {"schema": SCHEMA, **plain(self)}


@dataclass(frozen=True, slots=True)
class SavedAudit:
    """One file."""

    name: str
    header: Header
    rows: Mapping[AccountId, AuditRow]
    """By account; each has one."""
    finished: datetime | None
    """When it came to its end; None for one that was cut short."""
    interrupted: bool = False

    @property
    def complete(self) -> bool:
        """Whether every account of its selection has its row."""
        return self.finished is not None and not self.interrupted

    def as_audit(self) -> Audit:
        """The audit, for whoever plans from it."""
        taken = self.finished or self.header.started
        rows = tuple(self.rows.values())
        return Audit(self.header.organization_id, self.header.endpoint, taken, rows, not self.complete)

    def check_belongs(self, *, organization_id: str, endpoint: str) -> None:
        """Raises WrongOrganization for one that was made at another organization or endpoint."""
        header = self.header
        if (header.organization_id, header.endpoint) != (organization_id, endpoint):
            raise WrongOrganization(
                f"{self.name}: saved for organization {header.organization_id} at {header.endpoint}, and this is organization "
                f"{organization_id} at {endpoint}",
                advice="Use the profile and endpoint it was made with, or take a new audit.",
            )


def closing_document(
    *, finished: datetime, interrupted: bool, rows: int, summary: Mapping[str, int]
) -> dict[str, Any]:
    """The last line, without its hash."""
    return {
        "closing": {
            "finished": plain(finished),
            "interrupted": interrupted,
            "rows": rows,
            "summary": dict(summary),
        }
    }


def resumed_document(when: datetime, tool_version: str) -> dict[str, Any]:
    """The line between the rows that were there before and those of an audit that goes on, without its hash."""
    return {"resumed": {"at": plain(when), "tool_version": tool_version}}


def read_saved(lines: Iterable[bytes], name: str) -> SavedAudit:
    """What a file's lines tell, whether or not it came to its end.

    Raises BadInput for a file that is no saved audit or is of a newer version, and RefusedByRule for one that was changed.
    """
    found = read_lines(lines, name)
    header = _header(next(found).document, name)
    before: dict[AccountId, AuditRow] = {}
    rows: dict[AccountId, AuditRow] = {}
    closing: Mapping[str, Any] | None = None
    for line in found:
        where = f"{name}: line {line.number}"
        if closing is not None:
            _refuse(f"{where}: there is something behind the closing line")
        if "row" in line.document:
            row = row_of(_object(line.document["row"], f"{where}: row"), where)
            if row.account.id in rows:
                _refuse(f"{where}: account {row.account.id} is there twice")
            rows[row.account.id] = row
        elif "resumed" in line.document:
            before, rows = before | rows, {}
        elif "closing" in line.document:
            closing = _object(line.document["closing"], f"{where}: closing")
            if closing.get("rows") != len(rows):
                _refuse(f"{where}: it closes {closing.get('rows')} rows, and there are {len(rows)}")
        # Anything else is a kind of line that a later version of this schema may add.
    finished = None if closing is None else _time(closing.get("finished"), f"{name}: closing.finished")
    interrupted = closing is not None and closing.get("interrupted") is True
    if finished is None or interrupted:  # what it was going on with still counts
        rows = before | rows
    return SavedAudit(name, header, rows, finished, interrupted)


def _header(document: Mapping[str, Any], name: str) -> Header:
    _time(document.get("started"), f"{name}: line 1: started")
    try:
        return TypeAdapter(Header).validate_python(document)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        _refuse(f"{name}: line 1: {place}: {first['msg']}", error)


def _time(value: Any, where: str) -> datetime:
    try:
        return TypeAdapter(AwareDatetime).validate_python(value)
    except ValidationError as error:
        _refuse(f"{where}: {error.errors()[0]['msg']}", error)


def _object(value: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        _refuse(f"{where}: expected an object")
    return value


def _refuse(message: str, cause: Exception | None = None) -> NoReturn:
    raise BadInput(message, advice="Take a new audit; this file is none of ours.") from cause
