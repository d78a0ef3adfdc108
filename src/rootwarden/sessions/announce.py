"""Accounts that become known while the work on the first ones is under way."""

from __future__ import annotations

import contextvars
import queue
import threading
from collections.abc import Callable, Iterable, Iterator, Sized
from typing import TYPE_CHECKING, Any, Final, TypeVar

if TYPE_CHECKING:
    from rootwarden.model.organization import Account
    from rootwarden.sessions.door import RootRun

T = TypeVar("T")

_FIRST: Final = 20
"""Accounts of the first intent: one page of ListAccounts."""
_MOST: Final = 400
"""Accounts of an intent, at most, where they are still being listed: more would keep sessions waiting for the list."""
_AHEAD: Final = 10_000
"""Accounts read ahead of the work: as many as an organization has by default, so that it is soon known how many there are."""

_END: Final[Any] = object()


def announced(
    run: RootRun, accounts: Iterable[Account], opens: Callable[[Account], bool]
) -> Iterator[Account]:
    """The same accounts; one that ``opens`` says yes to is given out once the intent that names it is in the ledger.

    What is known from the start is one intent. Of a list that is still being read, the first page is one at once, and each
    further intent names more accounts than the one before. Raises LedgerError, and what reading the list raises.
    """
    if isinstance(accounts, Sized):
        groups: Iterable[tuple[Account, ...]] = (tuple(accounts),)
    else:
        groups = _growing(read_ahead(accounts, _AHEAD))
    for group in groups:
        run.announce(tuple(account.id for account in group if opens(account)))
        yield from group


def _growing(accounts: Iterator[Account]) -> Iterator[tuple[Account, ...]]:
    size = _FIRST
    more = True
    while more:
        group: list[Account] = []
        try:
            for account in accounts:
                group.append(account)
                if len(group) == size:
                    break
            else:
                more = False
        except BaseException:
            yield tuple(group)  # what was listed before the list broke off counts
            raise
        yield tuple(group)
        size = min(2 * size, _MOST)


def read_ahead(items: Iterable[T], at_most: int) -> Iterator[T]:
    """The same items, read in a thread of their own up to ``at_most`` ahead; raises what reading them raises."""
    found: queue.Queue[tuple[Any, BaseException | None]] = queue.Queue(maxsize=at_most)
    unwanted = threading.Event()

    def read() -> None:
        error = None
        try:
            for item in items:
                found.put((item, None))
                if unwanted.is_set():
                    break
        except BaseException as raised:  # noqa: BLE001 - raised again, where the items are wanted
            error = raised
        found.put((_END, error))

    # The reader belongs to the run that reads: what ends its waits ends the reader's.
    context = contextvars.copy_context()
    threading.Thread(target=context.run, args=(read,), name="rootwarden-list", daemon=True).start()
    try:
        while (one := found.get())[0] is not _END:
            yield one[0]
    except GeneratorExit:
        unwanted.set()
        while found.get()[0] is not _END:
            pass
        raise
    if one[1] is not None:
        raise one[1]
