"""Removing what a plan lists, wave by wave, and looking again afterwards."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

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


def apply_plan(
    run: RootRun, accounts: Sequence[AccountRemoval], terms: Terms, stop: Stop, *, at_once: int
) -> Generator[AccountOutcome, None, None]:
    """Removes what the plan lists in these accounts, OU by OU, and verifies each; one outcome for every account, as they come.

    Nothing is raised before the last outcome. ``stop`` then says why the run ended before its end, if it did; what broke it
    (Ctrl-C, a ledger that cannot be written) is raised: Interrupted, LedgerError, BadInput.
    """
    work = AccountWork(run, terms, stop)
    for wave in waves(accounts):
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
