"""Progress: a line that moves on a terminal, plain lines every few seconds elsewhere."""

from __future__ import annotations

import sys
import threading
import time
from collections import Counter, deque
from typing import TYPE_CHECKING, Final, Self

import typer

from rootwarden.model.audit import AuditOutcome

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from rootwarden.model.audit import AuditRow
    from rootwarden.model.held_back import HeldBack

_SECONDS_BETWEEN_LINES: Final = 5.0
_SECONDS_BETWEEN_SAME_LINES: Final = 30.0
"""While no row comes."""
_SECONDS_BETWEEN_MOVES: Final = 0.1
_SECONDS_BETWEEN_LOOKS: Final = 0.5
_SECONDS_OF_RATE: Final = 10.0
"""The rate is that of so many last seconds."""
_WORTH_SAYING: Final = (AuditOutcome.EXPOSED, AuditOutcome.UNREACHABLE, AuditOutcome.EXCEPTED)


class AuditProgress:
    """Tells on stderr how many accounts are read, how fast, how long the rest takes, and what was found.

    As a context manager it also tells while no row comes, because AWS holds back the last accounts perhaps.
    """

    def __init__(
        self,
        *,
        quiet: bool,
        waiting: Callable[[], HeldBack | None] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """``waiting`` tells what AWS holds back."""
        self._quiet = quiet
        self._waiting = waiting
        self._moving = sys.stderr.isatty()
        self._between = _SECONDS_BETWEEN_MOVES if self._moving else _SECONDS_BETWEEN_LINES
        self._clock = clock
        self._last = clock()
        self._marks = deque([(self._last, 0)])
        self._outcomes: Counter[AuditOutcome] = Counter()
        self._seen: tuple[int, int | None] = (0, None)
        self._said = 0
        self._telling = threading.Lock()
        self._ended = threading.Event()

    def __enter__(self) -> Self:
        """Tells from time to time from here on."""
        if not self._quiet:
            threading.Thread(target=self._keep_telling, name="progress", daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Is silent from here on, and takes the moving line away."""
        with self._telling:
            self._ended.set()
            self.done()

    def __call__(self, number: int, total: int | None, row: AuditRow) -> None:
        """Hears of one row; ``total`` is None while the accounts are being listed."""
        self._outcomes[row.outcome] += 1
        if self._quiet:
            return
        with self._telling:
            self._seen = (number, total)
            self.tell()

    def tell(self) -> None:
        """Says how far it is, unless that was said just now."""
        number, total = self._seen
        now = self._clock()
        same = number == self._said and not self._moving
        between = _SECONDS_BETWEEN_SAME_LINES if same else self._between
        if number == total:
            self.done()
        elif number and now - self._last >= between:
            self._last, self._said = now, number
            text = self._text(number, total, self._rate(now, number))
            typer.echo(f"\r\x1b[K{text}" if self._moving else text, err=True, nl=not self._moving)

    def done(self) -> None:
        """Takes the moving line away, wherever it stopped."""
        if self._moving and not self._quiet:
            typer.echo("\r\x1b[K", err=True, nl=False)

    def _keep_telling(self) -> None:
        while not self._ended.wait(_SECONDS_BETWEEN_LOOKS):
            with self._telling:
                number, total = self._seen
                if number != total and not self._ended.is_set():
                    self.tell()

    def _rate(self, now: float, number: int) -> float:
        """Accounts a second."""
        self._marks.append((now, number))
        while len(self._marks) > 2 and now - self._marks[1][0] >= _SECONDS_OF_RATE:  # noqa: PLR2004 - two make a span
            self._marks.popleft()
        then, before = self._marks[0]
        return (number - before) / (now - then) if now > then else 0.0

    def _text(self, number: int, total: int | None, rate: float) -> str:
        accounts = f"{number:,} account{'' if number == 1 else 's'}"
        of = f"{accounts}, more being listed" if total is None else f"{number:,}/{total:,} accounts"
        parts = [f"{of}, {rate:.1f}/s" if rate < 10 else f"{of}, {rate:.0f}/s"]  # noqa: PLR2004 - two digits are enough
        if total is not None and rate:
            parts.append(f"about {_duration((total - number) / rate)} left")
        parts += [
            f"{self._outcomes[outcome]:,} {outcome.value}"
            for outcome in _WORTH_SAYING
            if self._outcomes[outcome]
        ]
        held = self._waiting()
        if held is not None:
            left = _duration(held.seconds_left)
            parts.append(f"{held.calls:,} held back by AWS ({held.code}) and tried for {left} at most")
        return ", ".join(parts)


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
