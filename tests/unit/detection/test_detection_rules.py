"""Every rule against its cases: what it must find, with its severity and its events, and what it must leave alone."""

from __future__ import annotations

import re
from typing import Any

import pytest
from detection_cases import FOLDER, judged, load, records

from rootwarden.detection.event import is_candidate
from rootwarden.detection.rules.catalog import RULES
from rootwarden.model.detection import Severity

IDS = [rule.id for rule in RULES]


def cases(kind: str) -> list[Any]:
    found = ((name, case) for name in IDS for case in load(f"rules/{name}.json")[kind])
    return [pytest.param(name, case, id=f"{name}: {case['name']}") for name, case in found]


@pytest.mark.parametrize(("rule", "case"), cases("must"))
def test_what_a_rule_must_find(rule: str, case: dict[str, Any]) -> None:
    found = [one for one in judged(case).findings if one.rule == rule]
    made = records(case)
    assert [(one.severity, one.event_ids) for one in found] == [
        (Severity(case["severity"]), tuple(made[number]["eventID"] for number in case["about"]))
    ]
    assert found[0].description.endswith((".", "!"))


@pytest.mark.parametrize(("rule", "case"), cases("must_not"))
def test_what_a_rule_must_leave_alone(rule: str, case: dict[str, Any]) -> None:
    assert [one for one in judged(case).findings if one.rule == rule] == []


@pytest.mark.parametrize(("rule", "case"), cases("must"))
def test_what_a_rule_needs_passes_the_prefilter(rule: str, case: dict[str, Any]) -> None:
    made = records(case)
    assert all(is_candidate(made[number]) for number in case["about"])


def test_every_rule_has_cases_of_both_kinds_and_every_file_a_rule() -> None:
    files = {path.stem: load(f"rules/{path.name}") for path in (FOLDER / "rules").glob("*.json")}
    assert sorted(files) == sorted(IDS)
    assert len(set(IDS)) == len(IDS)
    assert all(found["must"] and found["must_not"] for found in files.values())


@pytest.mark.parametrize("rule", RULES, ids=IDS)
def test_a_rule_says_what_it_is(rule: Any) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)+", rule.id)
    assert all(re.fullmatch(r"T\d{4}(\.\d{3})?", one) for one in rule.techniques)
    assert rule.techniques
    assert not rule.title.endswith(".")
    assert rule.why.endswith(".")
    assert rule.next_step.endswith(".")


@pytest.mark.parametrize("rule", RULES, ids=IDS)
def test_no_case_is_more_severe_than_the_rule_says(rule: Any) -> None:
    given = [Severity(case["severity"]) for case in load(f"rules/{rule.id}.json")["must"]]
    assert max(given, key=lambda one: one.rank) is rule.severity


def test_a_rule_stands_in_a_file_of_its_name() -> None:
    names = [rule.find.__module__.rpartition(".")[2].replace("_", "-") for rule in RULES]
    assert names == IDS
