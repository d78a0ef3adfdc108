"""A folder of evidence: which files it has, and whether they are as they were written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from rootwarden.model.reason import Reason


@dataclass(frozen=True, slots=True)
class FileSeal:
    """One file as a manifest names it."""

    path: str
    """Within the folder, with ``/``."""
    size: int
    """Bytes."""
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What vouches for the files of a folder. Whoever can rewrite it can rewrite them: its own hash belongs elsewhere."""

    organization_id: str
    endpoint: str
    plan_hash: str
    made: datetime
    files: tuple[FileSeal, ...]


class FileState(StrEnum):
    """How a file stands to its manifest."""

    INTACT = "intact"
    ALTERED = "altered"
    MISSING = "missing"
    EXTRA = "extra"


@dataclass(frozen=True, slots=True)
class FileCheck:
    """One file of a folder, or of its manifest."""

    path: str
    state: FileState


@dataclass(frozen=True, slots=True)
class ContentCheck:
    """Whether what the files say fits together: the plan and its hash, the ledger's entries and their checkpoint."""

    name: str
    problem: str | None
    """None where it holds."""


@dataclass(frozen=True, slots=True)
class FolderCheck:
    """What a look at a whole folder gave."""

    folder: str
    plan_hash: str | None
    manifest_sha256: str | None
    files: tuple[FileCheck, ...]
    contents: tuple[ContentCheck, ...] = ()

    @property
    def intact(self) -> bool:
        """Whether every file is as it was written, none is missing, none was added, and they fit together."""
        return all(one.state is FileState.INTACT for one in self.files) and not any(
            one.problem for one in self.contents
        )


@dataclass(frozen=True, slots=True)
class ExpectedCall:
    """One call that the ledger knows AWS answered."""

    request_id: str
    account: str
    """The account that was worked on; AssumeRoot itself is recorded in the caller's."""
    item: str | None = None
    """What the call was about, ``KIND:IDENTIFIER``; None for AssumeRoot and looks."""


@dataclass(frozen=True, slots=True)
class TrailEvent:
    """One event of CloudTrail's, without its secrets."""

    account: str
    """Whose history it was found in."""
    event_id: str
    request_id: str
    time: str
    record: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class NotLooked:
    """An account in whose history nobody could look, and why."""

    account: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class Completion:
    """What CloudTrail tells of a removal by now."""

    events: tuple[TrailEvent, ...]
    missing: tuple[ExpectedCall, ...]
    """Calls of which no event was found: not delivered yet, or in a history nobody could look in."""
    not_looked: tuple[NotLooked, ...]

    @property
    def complete(self) -> bool:
        """Whether every call has its event."""
        return not self.missing and not self.not_looked
