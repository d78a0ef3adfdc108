"""Time inside the emulator: the machine's, or a test's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class Clock:
    """A clock that runs with the machine from a settable point."""

    def __init__(self, start: datetime | None = None) -> None:
        self._offset = timedelta(0) if start is None else start - datetime.now(UTC)

    def now(self) -> datetime:
        """The emulated time, UTC."""
        return datetime.now(UTC) + self._offset

    def advance(self, step: timedelta) -> None:
        """Moves the clock forward."""
        self._offset += step

    def set(self, when: datetime) -> None:
        """Sets the clock."""
        self._offset = when - datetime.now(UTC)
