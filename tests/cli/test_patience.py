"""Failures that pass, credentials that end or are renewed, and Ctrl-C, while many accounts are under work."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from product_rig import LEGACY, SHOP, Rig, company, configuration
from removal_rig import DELEGATE, DELETES, applied, legacy_and_shop, planned, results

from rootwarden.emulator import FaultSpec, account

MANY = tuple(f"6000000000{number:02d}" for number in range(20))


def many(rig: Rig) -> Rig:
    """Twenty accounts; every third has a password."""
    rig.up(
        company(*(account(one, f"Workload {one[-2:]}", root={"password": int(one) % 3 == 0}) for one in MANY))
    )
    return rig


def fail(rig: Rig, **fault: Any) -> None:
    rig.emulator.world.faults.append(FaultSpec(**fault))


def outcomes(ran: Any) -> dict[str, str]:
    return {one: ran.row(one)["outcome"] for one in MANY}


def all_read(ran: Any) -> bool:
    return outcomes(ran) == {one: "exposed" if int(one) % 3 == 0 else "clean" for one in MANY}


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "error", "code": "Throttling"},
        {"kind": "error", "code": "TooManyRequestsException", "http_status": 429},
        {"kind": "error", "http_status": 503},
        {"kind": "error", "http_status": 500},
        {"kind": "reset"},
        {"kind": "reset-after-effect"},
    ],
    ids=str,
)
@pytest.mark.parametrize("operation", ["sts:AssumeRoot", "iam:GetAccountSummary"])
def test_what_passes_loses_no_account(rig: Rig, operation: str, fault: dict[str, Any]) -> None:
    many(rig).be_patient()
    # Each throttled AssumeRoot slows all that come after it, so a few are enough.
    slows = operation == "sts:AssumeRoot" and fault.get("code") is not None
    fail(rig, operation=operation, count=4 if slows else 15, **fault)
    ran = rig.json("audit", profile=DELEGATE)
    assert (ran.code, all_read(ran)) == (1, True)


def test_one_bad_account_costs_only_itself(rig: Rig) -> None:
    """It is unreachable with AWS's own word, after the configured patience; the others are read."""
    many(rig).be_patient()
    bad = MANY[7]
    fail(rig, operation="sts:AssumeRoot", account=bad, http_status=503, message="Not now.")
    path = configuration(rig.folder, "[limits]\npatience_seconds = 1\n")
    calls = rig.calls()
    ran = rig.json("audit", "--config", path, profile=DELEGATE)
    assert ran.code == 6
    assert ran.row(bad)["reason"] | {"request_id": None} == {
        "source": "aws",
        "code": "ServiceUnavailable",
        "text": "Not now.",
        "request_id": None,
    }
    found = outcomes(ran)
    del found[bad]
    assert set(found.values()) == {"clean", "exposed"}
    assert calls


@pytest.mark.parametrize("call", DELETES)
@pytest.mark.parametrize("kind", ["reset-after-effect", "reset"])
def test_a_deletion_whose_answer_was_lost_is_ours(rig: Rig, kind: str, call: str) -> None:
    """Whether the first try took effect or the second: it was removed here, and nobody else did it."""
    legacy_and_shop(rig)
    planned(rig)
    rig.be_patient()
    fail(rig, operation=call, account=LEGACY, kind=kind, count=1)
    ran = applied(rig)
    assert (ran.code, set(results(ran).values())) == (0, {"removed"})


def test_credentials_that_are_renewed_are_renewed_in_mid_run(rig: Rig) -> None:
    """A process that gives keys for five minutes, which botocore takes for nearly over: it is asked again and again."""
    many(rig)
    found = boto3.Session(profile_name=DELEGATE).get_credentials()
    assert found is not None
    keys = found.get_frozen_credentials()
    soon = (datetime.now(UTC) + timedelta(minutes=5)).isoformat()
    answer, asked = rig.folder / "keys.json", rig.folder / "asked"
    given = {"AccessKeyId": keys.access_key, "SecretAccessKey": keys.secret_key, "SessionToken": keys.token}
    answer.write_text(json.dumps({**given, "Version": 1, "Expiration": soon}))
    config = Path(os.environ["AWS_CONFIG_FILE"])
    config.write_text(
        f"{config.read_text()}\n[profile renewed]\nregion = us-east-1\nendpoint_url = {rig.emulator.endpoint_url}\n"
        f"credential_process = sh -c \"echo >> '{asked}'; cat '{answer}'\"\n"
    )
    ran = rig.json("audit", "--concurrency", "8", profile="renewed")
    assert (ran.code, all_read(ran)) == (1, True)
    assert len(asked.read_text().splitlines()) > len(MANY)


def test_credentials_that_end_stop_the_run_and_keep_what_was_read(rig: Rig) -> None:
    """Nothing is asked with keys that AWS has refused: the accounts that are left say why they were not read."""
    many(rig)
    fail(rig, operation="sts:AssumeRoot", account=MANY[9], kind="expired-credentials")
    calls = rig.calls()
    ran = rig.json("audit", "--concurrency", "1", profile=DELEGATE)
    assert ran.code == 6
    found = outcomes(ran)
    assert [found[one] for one in MANY[:9]] == [
        "exposed" if int(one) % 3 == 0 else "clean" for one in MANY[:9]
    ]
    assert {ran.row(one)["reason"]["code"] for one in MANY[9:]} == {"ExpiredTokenException"}
    assert len([one for one, _ in calls if one == "sts:AssumeRoot"]) <= 1 + 9 + 1


def test_ctrl_c_prints_what_is_known(rig: Rig) -> None:
    """A real signal to a program of its own, while one account is slow: it says what it saw, soon, and exits 130."""
    many(rig)
    fail(rig, operation="sts:AssumeRoot", account=MANY[9], code="Throttling", count=1)
    fail(rig, operation="sts:AssumeRoot", account=MANY[10], code="Throttling")
    command = [sys.executable, "-m", "rootwarden", "audit", "-o", "json", "--profile", DELEGATE]
    calls = rig.calls()
    program = subprocess.Popen(
        [*command, "--concurrency", "2", "-vv"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert program.stderr is not None
    while calls.count(("sts:AssumeRoot", "222222222222")) < 12 and program.poll() is None:
        program.stderr.readline()
    program.send_signal(signal.SIGINT)
    out, err = program.communicate(timeout=60)
    assert "Traceback" not in err
    assert program.returncode == 130
    rows = {one["id"]: one for one in json.loads(out)["accounts"]}
    assert {rows[one]["outcome"] for one in MANY[:5]} <= {"clean", "exposed"}
    assert rows.keys() >= {*MANY}
    assert rows[MANY[10]]["outcome"] == "unreachable"


def test_max_rate_and_concurrency_are_options_and_configuration(rig: Rig) -> None:
    many(rig)
    path = configuration(rig.folder, "[limits]\nmax_rate = 500\nconcurrency = 3\n")
    for given in ((), ("--max-rate", "400", "--concurrency", "2")):
        ran = rig.json("audit", "--config", path, *given, profile=DELEGATE)
        assert (ran.code, all_read(ran)) == (1, True), ran.err


@pytest.mark.parametrize("given", [("--max-rate", "0"), ("--concurrency", "0"), ("--concurrency", "1000")])
def test_rates_that_cannot_be_meant(rig: Rig, given: tuple[str, ...]) -> None:
    rig.up(company(account(SHOP, "Shop")))
    assert rig.json("audit", *given, profile=DELEGATE).code == 2
