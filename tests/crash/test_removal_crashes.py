"""A removal that is killed, interrupted or cut off anywhere is finished by the same command: nothing twice, nothing lost.

A spread of the boundaries in ``make test``, every one of them in ``make test-crash``.
"""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from removal_crash import RemovalCrash

if TYPE_CHECKING:
    from rootwarden.emulator import Emulator

EVERY: Final = "CRASH_EVERY" in os.environ
SHARES: Final = 4 if EVERY else 1
"""Tests that share the boundaries, so that they can run beside each other."""
STRIDE: Final = 1 if EVERY else 41
FEWER: Final = 3 if EVERY else 120
THREADS: Final = 32


@pytest.fixture
def crash_rig(
    rootwarden_organization: Callable[..., Emulator], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[RemovalCrash]:
    """A removal that can be begun again and again."""
    rig = RemovalCrash(rootwarden_organization, monkeypatch, tmp_path)
    yield rig
    rig.close()


def boundaries(rig: RemovalCrash, at_once: int) -> int:
    """How many there are in a run that comes to its end; that run is checked as well."""
    folder = rig.begin("whole")
    run = rig.apply(folder, "run", at_once=at_once)
    rig.check(folder, run)
    shutil.rmtree(folder)
    return len(run.boundaries)


def meet(rig: RemovalCrash, share: int, *, how: str, stride: int, at_once: int) -> str:
    """Ends a run at every boundary of a share, gives the same command again, and checks."""
    count = boundaries(rig, at_once)
    ended = 0
    chosen = range(1, count + 1)[stride // 2 :: stride][share::SHARES]
    for place in chosen:
        folder = rig.begin(f"{how}-{place}")
        first = rig.apply(folder, "first", end_at=place, how=how, at_once=at_once)
        ended += first.code != 0
        if how == "kill":
            assert first.code in {-signal.SIGKILL, 0}, first.err
        elif how == "interrupt":
            assert first.code in {130, 0}, first.err
        rig.check(folder, rig.apply(folder, "again", at_once=at_once))
        shutil.rmtree(folder)
    return f"{how}, {at_once} at once, share {share}: {len(chosen)} of {count} boundaries, {ended} runs ended early, all finished"


@pytest.mark.parametrize("share", range(SHARES))
@pytest.mark.parametrize("at_once", [1, THREADS])
@pytest.mark.parametrize("how", ["kill", "interrupt", "unplug"])
def test_the_same_command_finishes_it(crash_rig: RemovalCrash, how: str, at_once: int, share: int) -> None:
    stride = STRIDE if (how, at_once) == ("kill", 1) else FEWER
    print(meet(crash_rig, share, how=how, stride=stride, at_once=at_once))  # noqa: T201 - shown by -rP
