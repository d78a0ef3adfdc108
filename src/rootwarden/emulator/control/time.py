"""The emulator's clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from rootwarden.emulator.control.base import Verbs
from rootwarden.emulator.control.refusal import ControlRefused, invalid
from rootwarden.emulator.control.views import ClockView

_LATEST: Final = datetime(2100, 1, 1, tzinfo=UTC)


class ClockVerbs(Verbs):
    """Time goes forward only: records, sessions and last uses would contradict each other otherwise."""

    def clock(self) -> ClockView:
        """What time it is."""
        with self._world.lock:
            return ClockView(self._world.clock.now(), self._world.clock.frozen)

    def advance_clock(self, seconds: float) -> ClockView:
        """Lets that many seconds pass at once."""
        if not 0 <= seconds < (_LATEST - datetime.min.replace(tzinfo=UTC)).total_seconds():
            raise invalid([f"seconds: the clock goes forward only, and not beyond {_LATEST.year}"])
        with self._world.lock:
            self._move(self._world.clock.now() + timedelta(seconds=seconds))
            return self.clock()

    def set_clock(self, now: datetime) -> ClockView:
        """Sets the clock to a later time, with its UTC offset."""
        if now.tzinfo is None:
            raise invalid(['now: expected a time with its UTC offset, such as "2026-01-31T12:00:00Z"'])
        with self._world.lock:
            self._move(now)
            return self.clock()

    def freeze_clock(self) -> ClockView:
        """Stops the clock where it stands."""
        with self._world.lock:
            self._world.clock.freeze()
            return self.clock()

    def run_clock(self) -> ClockView:
        """Lets a frozen clock go on."""
        with self._world.lock:
            self._world.clock.run()
            return self.clock()

    def _move(self, when: datetime) -> None:
        now = self._world.clock.now()
        if when < now:
            text = f"the clock shows {now.isoformat(timespec='seconds')} already, and is not set back"
            raise ControlRefused("ClockSetBack", text)
        if when >= _LATEST:
            raise invalid([f"the clock does not go beyond {_LATEST.year}"])
        self._world.clock.set(when)
