"""The cache of the organization's accounts, OUs and tags: one file per organization and endpoint, for its owner's eyes only."""

from __future__ import annotations

import hashlib
import logging
import os
import stat
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

import platformdirs

from rootwarden.app.files import write_private
from rootwarden.errors import BadInput
from rootwarden.model.canonical import rfc3339
from rootwarden.model.reading import NotSeen
from rootwarden.operations.directory.kept import from_text, to_text

if TYPE_CHECKING:
    from rootwarden.model.directory import Directory
    from rootwarden.model.organization import Organization

_log = logging.getLogger(__name__)
_MAX_BYTES: Final = 256 * 1024 * 1024
_WRITABLE_BY_OTHERS: Final = stat.S_IWGRP | stat.S_IWOTH


@dataclass(frozen=True, slots=True)
class DirectoryCache:
    """What an organization looked like at most ``max_age`` ago."""

    organization: Organization
    endpoint: str
    max_age: timedelta

    @property
    def path(self) -> Path:
        """The file, whether or not it exists."""
        where = hashlib.sha256(self.endpoint.encode()).hexdigest()[:12]
        folder = platformdirs.user_cache_path("rootwarden", appauthor=False) / "organizations"
        return folder / f"{self.organization.id}-{where}.json"

    def read(self, *, any_age: bool = False) -> tuple[Directory | None, str]:
        """What is kept, or None, and then why a file that is there was not used; tags that are too old are left out."""
        now = datetime.now(UTC)
        try:
            text = _read_own(self.path)
            if text is None:
                return None, ""
            found = from_text(text, self.organization, self.endpoint, now=now)
        except BadInput as error:
            return None, f"the kept list of accounts is not used, since {error.message}: {self.path}"
        if not any_age and now - found.taken > self.max_age:
            return None, ""
        if found.tags_taken is None or (not any_age and now - found.tags_taken > self.max_age):
            found = replace(found, tags={}, tags_taken=None)
        return found, ""

    def write(self, directory: Directory) -> None:
        """Keeps a directory. One whose OUs were not seen is not kept, and a cache that cannot be written is no reason to stop."""
        if isinstance(directory.units, NotSeen) or not self.max_age:
            return
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_private(self.path, to_text(directory, self.endpoint))
        except (OSError, BadInput) as error:
            _log.info("the list of accounts could not be kept: %s", error)


def age_in_words(taken: datetime, now: datetime) -> str:
    """``3 h ago (2026-10-05T08:00:00Z)``."""
    minutes = int((now - taken).total_seconds() // 60)
    age = f"{minutes} min" if minutes < 120 else f"{minutes // 60} h"  # noqa: PLR2004 - up to two hours
    return f"{age if minutes else 'less than a minute'} ago ({rfc3339(taken.replace(microsecond=0))})"


def _read_own(path: Path) -> str | None:
    """The text of a file that nobody but this user can have written; None where there is none. Raises BadInput."""
    try:
        with path.open("rb") as file:
            found = os.fstat(file.fileno())
            if found.st_uid != os.geteuid() or found.st_mode & _WRITABLE_BY_OTHERS:
                raise BadInput("others than you could have written it")
            if not stat.S_ISREG(found.st_mode) or found.st_size > _MAX_BYTES:
                raise BadInput("it is no ordinary file, or far too large")
            return file.read().decode("utf-8")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError as error:
        raise BadInput("it is torn, or was never one") from error
    except OSError as error:
        raise BadInput(f"it cannot be read ({error.strerror})") from error
