"""``doctor --probe`` that does not come to its end: Ctrl-C, and credentials that end in mid-run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from product_rig import SECURITY, company

from rootwarden.emulator import FaultSpec, account
from rootwarden.emulator.builders import DENY_SIGNED_IN_ROOT

if TYPE_CHECKING:
    from product_rig import Ran, Rig

DELEGATE = f"emulator-{SECURITY}"
SOME = tuple(f"6000000000{number:02d}" for number in range(6))


@pytest.fixture
def six(rig: Rig) -> Rig:
    """Six accounts, each with policies of its own, so that each is probed."""
    rig.up(
        company(
            *(account(one, f"Account {one[-1]}", scps=(one,)) for one in SOME),
            scps=dict.fromkeys(SOME, DENY_SIGNED_IN_ROOT),
        )
    )
    return rig


def probe(rig: Rig, *options: str) -> Ran:
    return rig.json("doctor", "--probe", "--account", ",".join(SOME), *options, profile=DELEGATE)


def recorded(rig: Rig) -> set[tuple[str, str]]:
    """What the ledger says came of the probes."""
    _, *outcomes = (
        one["content"] for one in rig.json("ledger", "list", profile=DELEGATE).document["entries"]
    )
    return {(one["account"], one["outcome"]) for outcome in outcomes for one in outcome["result"]}


@pytest.mark.parametrize("place", [0, 3])
def test_ctrl_c_keeps_every_account(six: Rig, place: int) -> None:
    six.interrupt_at("sts:AssumeRoot", SOME[place])
    ran = probe(six, "--concurrency", "1")
    assert ran.code == 130
    probes = ran.document["probes"]
    assert [one["id"] for one in probes] == list(SOME)
    assert [one["met"] for one in probes[:place]] == ["allowed"] * place
    assert {one["reason"]["code"] for one in probes[place:]} == {"interrupted"}
    words = {"allowed": "allowed", "depends": "unknown"}
    assert recorded(six) == {(one["id"], words[one["met"]]) for one in probes}


def test_credentials_that_end_leave_the_rest_open(six: Rig) -> None:
    ended = FaultSpec(operation="sts:AssumeRoot", account=SOME[3], kind="expired-credentials")
    six.emulator.world.faults.append(ended)
    calls = six.calls()
    ran = probe(six, "--concurrency", "1")
    assert ran.code == 6
    probes = ran.document["probes"]
    assert [one["met"] for one in probes] == ["allowed"] * 3 + ["depends"] * 3
    assert {one["reason"]["code"] for one in probes[3:]} == {"ExpiredTokenException"}
    assert sum(action == "sts:AssumeRoot" for action, _ in calls) == 3


def test_credentials_that_ended_before_are_said_at_once(six: Rig) -> None:
    ended = FaultSpec(operation="sts:AssumeRoot", kind="expired-credentials")
    six.emulator.world.faults.append(ended)
    ran = probe(six)
    assert ran.code == 3
    assert ran.document["error"]["type"] == "CredentialsExpired"
