"""Opening, closing and sweeping that are killed, interrupted or cut off anywhere: the same command again finishes them.

A spread of the boundaries in ``make test``, every one of them in ``make test-crash``.
"""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from recovery_crash import WHOLE, RecoveryCrash

if TYPE_CHECKING:
    from rootwarden.emulator import Emulator

EVERY: Final = "CRASH_EVERY" in os.environ
STRIDE: Final = (
    {"kill": 1, "interrupt": 1, "unplug": 1} if EVERY else {"kill": 47, "interrupt": 150, "unplug": 150}
)
CASES: Final = [
    (verb, how)
    for verb in ("open", "close", "sweep")
    for how in ("kill", "interrupt", "unplug")
    if EVERY or how == "kill" or verb == "close"
]
ENDED: Final = {"kill": -signal.SIGKILL, "interrupt": 130}


@pytest.fixture
def recovery_crash(
    rootwarden_organization: Callable[..., Emulator], tmp_path: Path
) -> Iterator[Callable[[str], RecoveryCrash]]:
    """A command that can be given again and again."""
    with ExitStack() as ending:

        def begin(verb: str) -> RecoveryCrash:
            rig = RecoveryCrash(rootwarden_organization, tmp_path, verb)
            ending.callback(rig.close)
            return rig

        yield begin


@pytest.mark.parametrize(("verb", "how"), CASES)
def test_the_same_command_finishes_it(
    recovery_crash: Callable[[str], RecoveryCrash], verb: str, how: str
) -> None:
    rig = recovery_crash(verb)
    folder = rig.begin("whole")
    whole = rig.command(folder, "first")
    assert whole.code == WHOLE[verb], whole.err
    count = len(whole.boundaries)
    chosen = range(min(STRIDE[how], count) // 2 + 1, count + 1, STRIDE[how])
    ended = 0
    for place in chosen:
        folder = rig.begin(f"{how}-{place}")
        first = rig.command(folder, "first", end_at=place, how=how)
        ended += first.code != WHOLE[verb]
        assert first.code in {WHOLE[verb], ENDED.get(how, first.code)}, first.err
        rig.check(folder, rig.command(folder, "again"))
        shutil.rmtree(folder)
    assert ended
    print(f"{verb}, {how}: {len(chosen)} of {count} boundaries, {ended} runs ended early, all finished")  # noqa: T201 - shown by -rP
