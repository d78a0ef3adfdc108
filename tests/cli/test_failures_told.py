"""What a failure looks like to a user: bugs of ours, odd terminals, readers that go away, the document of a failure."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest
from product_rig import LEGACY, MANAGEMENT, SECURITY, Rig, caller, company

from rootwarden.emulator import FaultSpec, account
from rootwarden.operations.setup import gather

DELEGATE = f"emulator-{SECURITY}"


@pytest.fixture
def world(rig: Rig) -> Rig:
    """A complete organization with one exposed account."""
    rig.up(company(account(LEGACY, "Legacy", root={"password": True})))
    return rig


class TestBugs:
    def test_an_error_nobody_thought_of(self, world: Rig) -> None:
        """No traceback and not the error's own text, which may hold anything: its kind, its place, and how to report it."""

        def broken(*_: Any) -> Any:
            raise ZeroDivisionError("the secret is hunter2")

        world.patch.setattr(gather, "get_caller", broken)
        ran = world.json("status")
        assert (ran.code, ran.document["error"]["type"]) == (1, "InternalError")
        assert "ZeroDivisionError in test_failures_told.py" in ran.err
        assert "report" in ran.document["error"]["advice"]
        assert "hunter2" not in ran.out + ran.err

    def test_ctrl_c_before_anything_is_known(self, world: Rig) -> None:
        world.interrupt_at("sts:GetCallerIdentity", MANAGEMENT)
        ran = world.json("status")
        assert (ran.code, ran.document["error"]["type"]) == (130, "Interrupted")

    @pytest.mark.usefixtures("world")
    def test_a_reader_that_goes_away(self) -> None:
        """``rootwarden audit | head -1`` ends quietly."""
        read, write = os.pipe()
        os.close(read)
        child = subprocess.run(
            [sys.executable, "-m", "rootwarden", "audit", "--profile", DELEGATE, "-q"],
            stdout=write,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            encoding="utf-8",
            check=False,
            timeout=60,
        )
        os.close(write)
        assert (child.returncode, child.stderr) == (1, "")

    @pytest.mark.parametrize("output", ["table", "json", "csv", "markdown"])
    def test_a_terminal_that_does_not_know_every_character(self, rig: Rig, output: str) -> None:
        """A name the encoding does not have is escaped, and no reason to stop."""
        rig.up(company(account(LEGACY, "Bräu ✓")))
        env = {**os.environ, "PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"}
        child = subprocess.run(
            [sys.executable, "-m", "rootwarden", "audit", "-o", output, "--profile", DELEGATE],
            capture_output=True,
            stdin=subprocess.DEVNULL,
            env=env,
            check=False,
            timeout=60,
        )
        assert (child.returncode, b"Traceback" in child.stderr) == (0, False)
        assert b"\\u2713" in child.stdout

    def test_the_answer_of_something_that_is_not_aws(self, rig: Rig) -> None:
        """A proxy's error page is no answer of AWS's."""
        rig.up(company(principals=(caller(MANAGEMENT),)))
        rig.emulator.world.faults.append(
            FaultSpec(operation="sts:GetCallerIdentity", code="502", message="Bad Gateway", http_status=502)
        )
        ran = rig.json("status")
        assert (ran.code, ran.document["error"]["type"]) == (3, "Unreachable")


def test_the_failure_document(world: Rig) -> None:
    """Every field of it, whole."""
    ran = world.json("audit", "--account", "12", profile=DELEGATE)
    assert json.loads(ran.out) == {
        "schema": "rootwarden/audit/1",
        "error": {
            "type": "BadInput",
            "message": "'12' is not an account id: it has 2 digits",
            "advice": "An account id has exactly twelve digits, leading zeros included.",
            "exit_code": 2,
            "reason": {
                "source": "local",
                "code": "BadInput",
                "text": "'12' is not an account id: it has 2 digits",
                "request_id": None,
            },
        },
    }
