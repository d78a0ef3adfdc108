"""Times as people write them on a command line."""

from __future__ import annotations

from datetime import UTC, datetime

from rootwarden.errors import BadInput
from rootwarden.model.duration import duration


def moment(option: str, text: str | None) -> datetime | None:
    """A day or a time, in UTC where it names no zone; None where the option was left out. Raises BadInput."""
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadInput(
            f"{option} {text!r} is no time", advice="Write 2026-03-01 or 2026-03-01T09:30:00Z."
        ) from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def ago(option: str, text: str | None, now: datetime) -> datetime | None:
    """The same, or a length of time before now: ``7d``. Raises BadInput."""
    if text is None or not text.strip()[-1:].isalpha() or text.strip().endswith(("Z", "z")):
        return moment(option, text)
    try:
        return now - duration(text, option)
    except OverflowError as error:
        raise BadInput(f"{option} {text!r} is before all time", advice="Write 7d, or 2026-03-01.") from error
