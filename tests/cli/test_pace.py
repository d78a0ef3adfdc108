"""``--max-rate`` and ``--concurrency``: honoured by every command that opens sessions in many accounts."""

from __future__ import annotations

import itertools
import threading
from typing import TYPE_CHECKING, Any

import pytest
from product_rig import SECURITY, company

from rootwarden.aws.rate import Rate
from rootwarden.emulator import FaultSpec, account
from rootwarden.emulator.builders import DENY_SIGNED_IN_ROOT
from rootwarden.emulator.gateway import Gateway
from rootwarden.emulator.org_file import DelaySpec

if TYPE_CHECKING:
    from product_rig import Rig

DELEGATE = f"emulator-{SECURITY}"
SOME = tuple(f"6000000000{number:02d}" for number in range(8))
COMMANDS = {
    "audit": ["audit"],
    "remove plan": ["remove", "plan", "--account", ",".join(SOME), "--out", "again.json"],
    "remove apply": ["remove", "apply", "plan.json", "--yes"],
    "doctor --probe": ["doctor", "--probe", "--account", ",".join(SOME)],
}


@pytest.fixture
def eight(rig: Rig) -> Rig:
    """Eight accounts with a password and an SCP of their own each, and a plan for them."""
    rig.up(
        company(
            *(account(one, f"Account {one[-1]}", root={"password": True}, scps=(one,)) for one in SOME),
            scps=dict.fromkeys(SOME, DENY_SIGNED_IN_ROOT),
        )
    )
    chosen = ("--account", ",".join(SOME))
    assert rig.json("remove", "plan", *chosen, "--out", "plan.json", profile=DELEGATE).code == 0
    return rig


@pytest.mark.parametrize("command", COMMANDS)
def test_no_more_accounts_are_under_work_than_allowed(
    eight: Rig, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    """Every session is slow to open, so that all eight would be opened at a time."""
    slow = FaultSpec(operation="sts:AssumeRoot", kind="latency", delay=DelaySpec(seconds=0.1))
    eight.emulator.world.faults.append(slow)
    opening, most, lock, answer = 0, 0, threading.Lock(), Gateway._answer

    def counted(gateway: Any, request: Any, request_id: Any, signature: Any, wanted: Any) -> Any:
        nonlocal opening, most
        if wanted is None or wanted.operation != "AssumeRoot":
            return answer(gateway, request, request_id, signature, wanted)
        with lock:
            opening += 1
            most = max(most, opening)
        try:
            return answer(gateway, request, request_id, signature, wanted)
        finally:
            with lock:
                opening -= 1

    monkeypatch.setattr(Gateway, "_answer", counted)
    ran = eight.json(*COMMANDS[command], "--concurrency", "2", profile=DELEGATE)
    assert ran.code in {0, 1}, ran.err
    assert most == 2


@pytest.mark.parametrize("command", COMMANDS)
def test_no_more_sessions_are_opened_in_a_second_than_allowed(
    eight: Rig, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    """By the limiter's own clock, which the machine's load does not disturb."""
    turns: list[float] = []
    take = Rate.take

    def noted(rate: Rate, now: float) -> Any:
        if rate.per_second <= 40:
            turns.append(now)
        return take(rate, now)

    monkeypatch.setattr(Rate, "take", noted)
    calls = eight.calls()
    ran = eight.json(*COMMANDS[command], "--max-rate", "40", profile=DELEGATE)
    assert ran.code in {0, 1}, ran.err
    assert len(turns) == sum(action == "sts:AssumeRoot" for action, _ in calls) >= len(SOME)
    gaps = [after - before for before, after in itertools.pairwise(turns)]
    assert min(gaps) > 1 / 40 - 1e-6
