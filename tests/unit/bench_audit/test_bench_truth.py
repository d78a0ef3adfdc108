"""The benchmark finds what is wrong with a report; one that could not would say nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from bench_audit.organization import Organization, Plan
from bench_audit.truth import Verdict, compare

MEMBERS = 200
ORGANIZATION = Organization(Plan(MEMBERS, holding_every=10, denied_every=50))


def truths() -> list[dict[str, Any]]:
    return [{**ORGANIZATION.truth(number), "summaries": 1} for number in range(MEMBERS + 1)]


def row(truth: dict[str, Any]) -> dict[str, Any]:
    """A row that says what is true."""
    unreachable = truth["outcome"] == "unreachable"
    return {
        **{name: truth[name] for name in ("id", "name", "email", "ou_path", "state", "outcome")},
        "reason": {"code": "AccessDenied", "text": "no"} if unreachable else None,
        "credentials": {
            "password": truth["password"],
            "access_keys": [{"id": one} for one in truth["access_keys"]],
            "signing_certificates": [{"id": one} for one in truth["signing_certificates"]],
            "mfa_devices": [{"serial": one} for one in truth["mfa_devices"]],
        },
        "conflicts": [],
        "problems": [],
    }


def judged(tmp_path: Path, rows: list[dict[str, Any]], known: list[dict[str, Any]] | None = None) -> Verdict:
    report = tmp_path / "report.jsonl"
    report.write_text("".join(json.dumps(one) + "\n" for one in rows))
    return compare(report, truths() if known is None else known, mixed_up=0)


def exposed(rows: list[dict[str, Any]]) -> list[int]:
    return [place for place, one in enumerate(rows) if one["credentials"]["access_keys"]]


def test_a_true_report_is_right_and_has_rows_of_every_kind(tmp_path: Path) -> None:
    verdict = judged(tmp_path, [row(truth) for truth in truths()])
    assert verdict.all_right, verdict.faults
    assert verdict.rows == MEMBERS + 1
    assert set(verdict.outcomes) == {"clean", "exposed", "leftover", "skipped", "unreachable"}


def test_a_missing_row_is_lost(tmp_path: Path) -> None:
    verdict = judged(tmp_path, [row(truth) for truth in truths()][:-1])
    assert (verdict.lost, verdict.wrong) == (1, 0)


def test_an_account_given_up_is_lost(tmp_path: Path) -> None:
    rows = [row(truth) for truth in truths()]
    rows[3].update(outcome="unreachable", reason={"code": "Throttling", "text": "Rate exceeded"})
    verdict = judged(tmp_path, rows)
    assert (verdict.lost, verdict.wrong) == (1, 0)


def test_two_rows_of_an_account_are_wrong(tmp_path: Path) -> None:
    rows = [row(truth) for truth in truths()]
    verdict = judged(tmp_path, [*rows, rows[3]])
    assert (verdict.lost, verdict.wrong) == (0, 1)


def test_the_answers_of_two_accounts_mixed_up_are_wrong(tmp_path: Path) -> None:
    rows = [row(truth) for truth in truths()]
    one, other, *_ = exposed(rows)
    rows[one]["credentials"], rows[other]["credentials"] = (
        rows[other]["credentials"],
        rows[one]["credentials"],
    )
    verdict = judged(tmp_path, rows)
    assert (verdict.lost, verdict.wrong) == (0, 2)


def test_a_row_of_an_account_nobody_asked_about_is_wrong(tmp_path: Path) -> None:
    known = truths()
    known[3]["summaries"] = 0
    verdict = judged(tmp_path, [row(truth) for truth in known], known)
    assert (verdict.lost, verdict.wrong) == (0, 1)


def test_a_row_of_an_account_that_is_not_there_is_wrong(tmp_path: Path) -> None:
    rows = [row(truth) for truth in truths()]
    verdict = judged(tmp_path, [*rows, {**rows[3], "id": "999999999999"}])
    assert (verdict.lost, verdict.wrong) == (0, 1)


@pytest.mark.parametrize(
    "change",
    [
        {"ou_path": "/elsewhere"},
        {"outcome": "clean"},
        {"problems": [{"code": "Throttling"}]},
        {"conflicts": [{}]},
    ],
    ids=["place", "outcome", "problem", "conflict"],
)
def test_anything_else_than_the_truth_is_wrong(tmp_path: Path, change: dict[str, Any]) -> None:
    rows = [row(truth) for truth in truths()]
    rows[exposed(rows)[0]].update(change)
    verdict = judged(tmp_path, rows)
    assert (verdict.lost, verdict.wrong) == (0, 1)
