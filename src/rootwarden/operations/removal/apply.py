"""Removing what a plan lists, wave by wave, and looking again afterwards."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Final

from rootwarden.errors import Interrupted
from rootwarden.operations.removal.account import AccountWork
from rootwarden.operations.removal.waves import waves
from rootwarden.sessions.fan_out import fan_out

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from rootwarden.model.removal import AccountRemoval
    from rootwarden.model.removal_outcome import AccountOutcome
    from rootwarden.operations.removal.stop import Stop
    from rootwarden.operations.removal.terms import Terms
    from rootwarden.sessions.door import RootRun


_ROUNDS: Final = 4
"""Accounts for each thread in a wave of small OUs: the end of a wave, at which threads wait for the last, is then a small part."""


def apply_plan(
    run: RootRun, accounts: Sequence[AccountRemoval], terms: Terms, stop: Stop, *, at_once: int
) -> Generator[AccountOutcome, None, None]:
    """Removes what the plan lists in these accounts, OU by OU, and verifies each; one outcome for every account, as they come.

    Hundreds of tiny OUs would leave most threads idle, so some go together: no more accounts than may still go wrong, so that
    the last failure that is allowed ends the run as soon as it would with one OU at a time.
    Nothing is raised before the last outcome. ``stop`` then says why the run ended before its end, if it did; what broke it
    (Ctrl-C, a ledger that cannot be written) is raised: Interrupted, LedgerError, BadInput.
    """
    work = AccountWork(run, terms, stop)

    def room() -> int:
        many = _ROUNDS * at_once
        return many if stop.failures_left is None else min(many, stop.failures_left)

    for wave in waves(accounts, room):
        left = {one.account: one for one in wave}
        try:
            with closing(fan_out(wave, work, at_once=at_once, on_interrupt=stop.interrupt)) as outcomes:
                for outcome in outcomes:
                    del left[outcome.account]
                    yield outcome
        except Interrupted:  # told to ``stop`` by then
            for removal in left.values():  # refused by now, without a call
                yield work(removal)
    if stop.error is not None:
        raise stop.error
