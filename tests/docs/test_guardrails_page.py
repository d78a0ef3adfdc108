"""docs/guardrails.md is true: its commands run, and print what it shows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rootwarden.cli import main
from rootwarden.policy.guardrails.caller_policies import MOST_PAPERS
from rootwarden.policy.guardrails.guardrail import Kind

PAGE = (Path(__file__).parents[2] / "docs" / "guardrails.md").read_text(encoding="utf-8")
COMMANDS = [line for line in re.findall(r"^rootwarden (.*)$", PAGE, re.MULTILINE) if "--ou" not in line]


@pytest.mark.parametrize("line", COMMANDS)
def test_its_commands_run(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Those that need no organization; the delegate is given where it would be read."""
    more = ["--delegate", "222222222222"] if "protect-assume-root" in line else []
    assert main.run([*line.split(), *more]) == 0
    assert capsys.readouterr().out


def test_the_proof_is_as_shown(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    (shown,) = re.findall(r"^```text\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    main.run(["guardrails", "render", "deny-leaving", "--explain"])
    printed = capsys.readouterr().out.partition("As json")[0]
    assert [line.rstrip() for line in printed.splitlines() if line.strip("─ ")] == [
        line for line in shown.splitlines() if line.strip("─ ")
    ]


def test_its_limits_are_the_codes() -> None:
    for kind in (Kind.IDENTITY, Kind.SCP, Kind.TRUST):
        assert f"{kind.limit:,}" in PAGE
    assert MOST_PAPERS == 10
    assert "more than ten policies" in PAGE
