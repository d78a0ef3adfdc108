"""Runs every case of tests/cases/policy: one request, the policies around it, and the decision it must get.

To add a case, add it to a JSON file there; no Python is needed. docs/policy-engine.md describes the form.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from rootwarden.model.tasks import RootTask
from rootwarden.policy import (
    UNKNOWN,
    ContextValue,
    Decision,
    Layers,
    Level,
    MalformedPolicy,
    Policy,
    Request,
    ResourcePolicy,
    evaluate,
    parse_policy,
)

FOLDER = Path(__file__).parents[2] / "cases" / "policy"
CASE_KEYS = {
    *(
        "id",
        "name",
        "why",
        "request",
        "actions",
        "identity",
        "boundary",
        "task",
        "scp",
        "rcp",
        "resource_policy",
    ),
    "expected",
}


class CaseFile:
    """One file: named policies and requests, and the cases that use them."""

    def __init__(self, path: Path) -> None:
        content = json.loads(path.read_text(encoding="utf-8"))
        self.policies: Mapping[str, Any] = content.get("policies", {})
        self.requests: Mapping[str, Any] = content["requests"]
        self.cases: list[Mapping[str, Any]] = content["cases"]

    def requests_of(self, case: Mapping[str, Any]) -> list[Request]:
        """The request of the case, once for each of its actions."""
        request = self.request(case["request"])
        return [replace_action(request, action) for action in case.get("actions", [request.action])]

    def request(self, wanted: Any) -> Request:
        """The request itself, or one of the named ones with changes; a context key set to null is taken out."""
        if isinstance(wanted, str):
            wanted = {"base": wanted}
        base = self.requests[wanted["base"]] if "base" in wanted else {}
        context = {**base.get("context", {}), **wanted.get("context", {})}
        return Request(
            wanted.get("action", base.get("action", "")),
            wanted.get("resource", base.get("resource")),
            {key: context_value(value) for key, value in context.items() if value is not None},
        )

    def layers(self, case: Mapping[str, Any]) -> Layers:
        """The policies of the case, each in its layer."""
        return Layers(
            identity=self.policy_set(case["identity"]),
            boundary=self.policy_set(case.get("boundary")),
            ceiling=task_policy(case["task"]) if "task" in case else (),
            scp_levels=self.levels(case.get("scp", [])),
            rcp_levels=self.levels(case.get("rcp", [])),
            resource=self.resource_policy(case.get("resource_policy")),
        )

    def resource_policy(self, wanted: Mapping[str, Any] | None) -> ResourcePolicy | None:
        """The policies of the bucket or queue, and its owner."""
        if wanted is None:
            return None
        return ResourcePolicy(wanted["owner"], self.policy_set(wanted["policies"]) or ())

    def levels(self, levels: list[Mapping[str, Any]]) -> tuple[Level, ...]:
        """SCP or RCP levels."""
        return tuple(Level(level["target"], self.policy_set(level["policies"]) or ()) for level in levels)

    def policy_set(self, policies: list[Any] | None) -> tuple[Policy, ...] | None:
        """Policies by the name they have in the file, or written out with a name."""
        if policies is None:
            return None
        return tuple(
            parse_policy(self.policies[one], name=one)
            if isinstance(one, str)
            else parse_policy(one["document"], name=one["name"])
            for one in policies
        )


def task_policy(task: str) -> tuple[Policy, ...]:
    """AWS's policy of a root task."""
    return (parse_policy(RootTask(task).document, name=RootTask(task).policy_name),)


def replace_action(request: Request, action: str) -> Request:
    """The same request for another action."""
    return Request(action, request.resource, request.context)


def context_value(value: Any) -> ContextValue:
    """Text, a list for a multi-valued key, or {"unknown": true}."""
    if value == {"unknown": True}:
        return UNKNOWN
    return tuple(value) if isinstance(value, list) else str(value)


def all_cases() -> Iterator[Any]:
    """Every case of every file, under the file's name and the case's id."""
    for path in sorted(FOLDER.glob("*.json")):
        file = CaseFile(path)
        for case in file.cases:
            yield pytest.param(file, case, id=f"{path.stem}:{case['id']}")


def as_expected(decision: Decision, field: str) -> Any:
    """A field of the decision as a case file writes it."""
    value = getattr(decision, field)
    return sorted(value) if isinstance(value, (frozenset, tuple)) else value


@pytest.mark.parametrize(("file", "case"), list(all_cases()))
def test_case_gets_its_decision(file: CaseFile, case: Mapping[str, Any]) -> None:
    """Every expected field of the decision comes out, and its sentence says the answer."""
    assert set(case) <= CASE_KEYS, "a misspelt key would silently change the case"
    if "error" in case["expected"]:
        with pytest.raises(MalformedPolicy) as refused:
            file.layers(case)
        assert {"error": refused.value.message} == case["expected"], case["why"]
        return
    layers = file.layers(case)
    for request in file.requests_of(case):
        decision = evaluate(request, layers)
        got = {field: as_expected(decision, field) for field in case["expected"]}
        assert got == case["expected"], f"{request.action}: {case['why']}: {decision.sentence}"
        opening = {"allow": "Allowed", "deny": "Denied", "depends": "It depends"}[decision.answer]
        assert decision.sentence.startswith(opening)


def test_case_ids_are_unique() -> None:
    """A failing case can be found by its id."""
    ids = [case["id"] for path in FOLDER.glob("*.json") for case in CaseFile(path).cases]
    assert len(ids) == len(set(ids))


GROUPS = {"A": 10, "B": 10, "C": 4, "D": 6, "E": 3, "F": 6, "G": 2, "T": 21}
"""What every evaluator has to get right: 41 cases by subject, and the patterns of published policies."""


@pytest.mark.parametrize(("letter", "count"), GROUPS.items())
def test_none_of_the_basic_cases_is_lost(letter: str, count: int) -> None:
    """They are numbered without a gap."""
    ids = {case["id"] for path in FOLDER.glob("*.json") for case in CaseFile(path).cases}
    assert {f"{letter}{number}" for number in range(1, count + 1)} <= ids
