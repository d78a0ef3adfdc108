"""Time inside the emulator: the machine's, or a test's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class Clock:
    """A clock that runs with the machine from a settable point, or stands still."""

    def __init__(self, start: datetime | None = None, *, frozen: bool = False) -> None:
        now = datetime.now(UTC)
        self._offset = timedelta(0) if start is None else start - now
        self._stopped_at = (start or now).astimezone(UTC) if frozen else None

    def _running(self) -> datetime:
        """The time a running clock shows, UTC."""
        return datetime.now(UTC) + self._offset

    def now(self) -> datetime:
        """The emulated time, UTC."""
        return self._stopped_at or self._running()

    @property
    def frozen(self) -> bool:
        """Whether the clock stands still."""
        return self._stopped_at is not None

    def advance(self, step: timedelta) -> None:
        """Moves the clock forward."""
        self.set(self.now() + step)

    def set(self, when: datetime) -> None:
        """Sets the clock; a frozen one stays frozen."""
        self._offset = when - datetime.now(UTC)
        if self._stopped_at is not None:
            self._stopped_at = when.astimezone(UTC)

    def freeze(self) -> None:
        """Stops the clock where it stands."""
        self._stopped_at = self.now()

    def run(self) -> None:
        """Lets a frozen clock go on from where it stood."""
        if self._stopped_at is not None:
            self._offset, self._stopped_at = self._stopped_at - datetime.now(UTC), None
