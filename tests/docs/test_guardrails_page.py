"""docs/guardrails.md is true: its commands run, and print what it shows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rootwarden.cli import main
from rootwarden.operations.guardrails.plan import MOST_SCPS
from rootwarden.policy.guardrails.caller_policies import MOST_PAPERS
from rootwarden.policy.guardrails.catalog import GUARDRAILS
from rootwarden.policy.guardrails.guardrail import Kind
from rootwarden.policy.lint.lint_finding import RULES

PAGE = (Path(__file__).parents[2] / "docs" / "guardrails.md").read_text(encoding="utf-8")
COMMANDS = [
    line
    for line in re.findall(r"^rootwarden (.*)$", PAGE, re.MULTILINE)
    if re.match(r"guardrails (list|render)", line) and "--ou" not in line
]


@pytest.mark.parametrize("line", COMMANDS)
def test_its_commands_run(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Those that need no organization; the delegate is given where it would be read."""
    more = ["--delegate", "222222222222"] if "protect-assume-root" in line else []
    assert main.run([*line.split(), *more]) == 0
    assert capsys.readouterr().out


def test_the_proof_is_as_shown(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    main.run(["guardrails", "render", "deny-leaving", "--explain"])
    assert words(capsys.readouterr().out.partition("As json")[0]) == words(shown(0))


def test_the_check_is_as_shown(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.chdir(tmp_path)
    (text,) = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    Path("deny-root.yaml").write_text(text, encoding="utf-8")
    assert main.run(["guardrails", "check", "deny-root.yaml"]) == 1
    assert words(capsys.readouterr().out) == words(shown(1))


def test_every_finding_is_in_its_table() -> None:
    assert [f"| `{code}` | {text} |" for code, text in RULES.items()] == re.findall(
        r"^\| `[a-z_]+` \| .* \|$", PAGE.partition("| finding |")[2], re.MULTILINE
    )


def shown(number: int) -> str:
    """What the page shows, by its place."""
    return list(re.finditer(r"^```text\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))[number].group(1)


def words(text: str) -> list[str]:
    """The lines without their rules and the spaces at their ends."""
    return [line.rstrip() for line in text.splitlines() if line.strip("─ ")]


def test_its_limits_are_the_codes() -> None:
    for kind in (Kind.IDENTITY, Kind.SCP, Kind.TRUST):
        assert f"{kind.limit:,}" in PAGE
    assert MOST_PAPERS == 10
    assert "more than ten policies" in PAGE


def test_what_it_says_is_deployed_can_be() -> None:
    named = re.findall(r"guardrails (?:un)?deploy ([a-z-]+)", PAGE)
    assert named
    assert all(GUARDRAILS[name].deployed_as or GUARDRAILS[name].home for name in named)
    assert f"has {['ten'][MOST_SCPS - 10]} SCPs already" in PAGE
