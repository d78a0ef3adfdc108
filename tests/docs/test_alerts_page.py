"""docs/alerts.md is true: its rules are those of the stacks, in the Regions it says, and its commands run."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from rootwarden.cli import main
from rootwarden.policy.alerts.alert_rule import AlertStack
from rootwarden.policy.alerts.rules import ALERT_RULES, rules_of

PAGE = (Path(__file__).parents[2] / "docs" / "alerts.md").read_text(encoding="utf-8")


def test_every_rule_is_on_the_page_with_where_it_is() -> None:
    """And no other."""
    rows = re.findall(r"^\| (`Rootwarden[^|]*) \|[^|]*\| (every|control) Region \|$", PAGE, re.MULTILINE)
    told = {name: where == "every" for names, where in rows for name in re.findall(r"`(\w+)`", names)}
    assert told == {one.rule_name: one.everywhere for one in ALERT_RULES}
    hub = set(re.findall(r"`(RootwardenHub\w+)`", PAGE))
    assert hub == {one.rule_name for one in rules_of(AlertStack.HUB)}


@pytest.mark.parametrize("line", re.findall(r"^rootwarden (.*cloudformation)$", PAGE, re.MULTILINE))
def test_its_commands_print_a_template(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(line.split()) == 0
    found = json.loads(capsys.readouterr().out)
    assert set(found["Parameters"]) == {"ControlRegion", "Protocol", "Endpoint"}
    assert all(f"`{name}`" in PAGE for name in found["Parameters"])
