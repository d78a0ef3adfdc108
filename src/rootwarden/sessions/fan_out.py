"""The same work on many items at once, in threads."""

from __future__ import annotations

import queue
import signal
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final, Generic, TypeVar

from rootwarden.aws.pacing import waits_end_with
from rootwarden.errors import Interrupted

T = TypeVar("T")
R = TypeVar("R")

_NOTHING: Final[Any] = object()
_LOOK_UP: Final = 0.5
"""Seconds. A signal may be delivered to any thread, but only the main one acts on it, and a wait does not end for it."""


def fan_out(
    items: Iterable[T],
    work: Callable[[T], R],
    *,
    at_once: int,
    on_interrupt: Callable[[], None] = lambda: None,
) -> Generator[R, None, None]:
    """The result of ``work`` on each item, as they come, with up to ``at_once`` items under work at a time.

    Items are taken one by one, when somebody is free, in one of the threads. What goes wrong with one item is a result that
    ``work`` returns. An exception from ``work`` ends the run: nothing new begins, what is under work ends and is yielded, then the
    exception is raised. One from ``items`` is their end, and is raised once those before it are done. Ctrl-C ends the run too, and
    raises Interrupted; a second Ctrl-C waits for nobody; ``on_interrupt`` tells the work that is under way. Who stops reading
    waits for what is under work.
    """
    crew = _Crew(iter(items), work, at_once, on_interrupt)
    try:
        with _ctrl_c(crew.interrupt):
            crew.hire()
            yield from crew.results()
    except GeneratorExit:
        crew.end()
        for _ in crew.results():
            pass
        raise
    if crew.error is not None:
        raise crew.error


class _Crew(Generic[T, R]):
    """Threads that take items from one iterator; each that finds one calls the next to help, until there are enough."""

    def __init__(
        self, items: Iterator[T], work: Callable[[T], R], size: int, on_interrupt: Callable[[], None]
    ) -> None:
        self._on_interrupt = on_interrupt
        self._items = items
        self._work = work
        self._size = size
        self._taking = threading.Lock()
        self._counting = threading.RLock()  # Ctrl-C may come while this very thread counts
        self._present = 0
        self._listed = False
        self._ending = threading.Event()
        # Bounded: when rows are written slower than accounts are read, reading waits and memory does not grow.
        self._results: queue.Queue[R] = queue.Queue(maxsize=2 * size)
        self.error: BaseException | None = None

    def hire(self) -> None:
        """Starts one more thread, where there is room for it."""
        with self._counting:
            if self._present == self._size:
                return
            self._present += 1
        threading.Thread(target=self._serve, name="rootwarden", daemon=True).start()

    def results(self) -> Iterator[R]:
        """What comes, until the last thread has left."""
        while (found := self._next_result()) is not _NOTHING:
            yield found

    def _next_result(self) -> R:
        while True:
            try:
                return self._results.get(timeout=_LOOK_UP)
            except queue.Empty:
                continue
            except KeyboardInterrupt:
                if self._ending.is_set():
                    raise
                self.interrupt()

    def end(self) -> None:
        """Nothing new begins."""
        self._ending.set()

    def interrupt(self) -> None:
        """Ends because somebody pressed Ctrl-C. The end comes first: work that ends when told must not be followed by more."""
        self._fail(Interrupted("interrupted", advice="Repeat the command for what is left."))
        self._on_interrupt()

    def _fail(self, error: BaseException) -> None:
        with self._counting:
            self.error = self.error or error
        self.end()

    def _serve(self) -> None:
        try:
            with waits_end_with(self._ending):
                while (item := self._take()) is not _NOTHING:
                    self._results.put(self._work(item))
        except KeyboardInterrupt:
            self.interrupt()
        except BaseException as error:  # noqa: BLE001 - raised again, where the results are read
            self._fail(error)
        finally:
            with self._counting:
                self._present -= 1
                last = self._present == 0
            if last:
                self._results.put(_NOTHING)

    def _take(self) -> T:
        with self._taking:
            if self._listed or self._ending.is_set():
                return _NOTHING  # type: ignore[no-any-return]  # the mark stands for any type
            try:
                item: T = next(self._items, _NOTHING)
            except Exception as error:  # noqa: BLE001 - raised again, when everything it gave is done
                self.error, self._listed = self.error or error, True
                return _NOTHING  # type: ignore[no-any-return]  # as above
        if item is not _NOTHING:
            self.hire()
        return item


@contextmanager
def _ctrl_c(interrupt: Callable[[], None]) -> Iterator[None]:
    """Ctrl-C calls this instead of raising at whatever line is running, so that no row is cut in half; the second one raises."""
    ours = threading.current_thread() is threading.main_thread()
    if not ours or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return

    def pressed(_signal: int, _frame: object) -> None:
        interrupt()
        signal.signal(signal.SIGINT, signal.default_int_handler)

    signal.signal(signal.SIGINT, pressed)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
