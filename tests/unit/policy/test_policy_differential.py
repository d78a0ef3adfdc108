"""The comparison with another evaluator, as far as it goes without that one: it notices what is new, and skips politely."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from differential.__main__ import report
from differential.case import FULL, Case
from differential.comparison import OPEN, answer_of, compare
from differential.differences import DIFFERENCES
from differential.generation import cases
from differential.operands import CONTEXT, OPERATORS
from differential.oracle import VERSIONS, Theirs

TOP = Path(__file__).parents[3]
SAMPLE = tuple(cases(700, 5))


@dataclass(frozen=True)
class Echo:
    """Says what we say, and allows what we leave open; unless it is told otherwise."""

    otherwise: Callable[[Case], str | None] = lambda _: None
    ignored: frozenset[str] = frozenset()

    def judge(self, asked: Sequence[Case]) -> list[Theirs]:
        """Its answers, in the cases' order."""
        answers = (answer_of(case.judged_by_us()) for case in asked)
        return [
            Theirs(self.otherwise(case) or ("Allowed" if answer == OPEN else answer), self.ignored)
            for case, answer in zip(asked, answers, strict=True)
        ]


def test_the_same_seed_gives_the_same_cases() -> None:
    """And another seed gives others, which are as many as asked for."""
    assert tuple(cases(700, 5)) == SAMPLE
    assert SAMPLE[:100] != tuple(cases(100, 6))


def test_the_cases_have_everything_in_them() -> None:
    """Operators with their decorations, keys in any case, Not elements, levels with and without full access, and all layers."""
    text = json.dumps([case.as_simulation() for case in SAMPLE])
    lower = text.lower()
    for operator in OPERATORS:
        assert f'"{operator}"' in text
    for prefix in ("ForAnyValue:", "ForAllValues:"):
        assert f'"{prefix}String' in text
    for needed in (
        "IfExists",
        "NotAction",
        "NotResource",
        "NotPrincipal",
        "2008-10-17",
        "${aws:PrincipalTag/team}",
    ):
        assert needed in text
    for key in CONTEXT:
        assert f'"{key.lower()}"' in lower
    assert {'"AWS:REQUESTEDREGION"', '"aws:requestedregion"', '"aws:RequestedRegion"'} <= set(
        re.findall(r'"aws:requestedregion"', text, re.IGNORECASE)
    )
    assert {len(case.scps) for case in SAMPLE} == {0, 1, 2, 3}
    levels = [level for case in SAMPLE for level in case.scps]
    assert any(FULL in level for level in levels)
    assert any(FULL not in level for level in levels)
    for layer in ("boundary", "ceiling", "rcps", "resource_policy"):
        assert any(getattr(case, layer) for case in SAMPLE)


def test_the_cases_are_worth_asking() -> None:
    """No answer is rare, and few are open."""
    answers = Counter(answer_of(case.judged_by_us()) for case in SAMPLE)
    assert min(answers[one] for one in ("Allowed", "ImplicitlyDenied", "ExplicitlyDenied")) > 60
    assert 10 < answers[OPEN] < 70


def test_every_open_answer_belongs_to_a_class() -> None:
    """Against somebody who has an answer to everything, nothing else differs, and each open one is explained."""
    compared = compare(SAMPLE, Echo())
    assert {one.ours for one in compared if not one.agrees} == {OPEN}
    assert [one.case for one in compared if not one.agrees and not one.classes] == []


def test_a_class_explains_the_case_it_is_about() -> None:
    """Somebody who cannot read seconds since 1970 differs for that reason."""

    def seconds(case: Case) -> str | None:
        return "Allowed" if '"1795485600"' in json.dumps(case.as_simulation()) else None

    differing = [one for one in compare(SAMPLE, Echo(seconds)) if not one.agrees and one.ours != OPEN]
    assert all(one.classes for one in differing)
    named = [one for one in differing if "dates in seconds" in one.classes]
    assert (
        len(named) > len(differing) / 2
    )  # the others lose the statement for another reason, and the date with it


def test_a_new_difference_is_noticed() -> None:
    """A case with known oddities in it is not excused if the difference lies elsewhere."""

    def wrong_about_tags(case: Case) -> str | None:
        allowed = case.action == "iam:TagUser" and answer_of(case.judged_by_us()) == "Allowed"
        return "ImplicitlyDenied" if allowed else None

    compared = compare(SAMPLE, Echo(wrong_about_tags))
    missed = [one for one in compared if one.case.action == "iam:TagUser" and one.ours == "Allowed"]
    assert len(missed) > 50
    assert all(not one.classes for one in missed)
    text = report(compared)
    assert f"{sum(not one.agrees and not one.classes for one in compared)} unexplained" in text
    assert "we say Allowed, they say ImplicitlyDenied: Allowed by " in text


def test_a_refusal_is_a_difference() -> None:
    """If the other one will not judge a case at all, that is not agreement."""
    (one,) = compare(SAMPLE[:1], Echo(lambda _: "policy.errors"))
    assert (one.agrees, one.classes) == (False, ())


def test_keys_the_other_one_ignores_are_ignored_here() -> None:
    """Both judge the same request."""
    compared = compare(SAMPLE[:200], Echo(ignored=frozenset({"aws:sourceip"})))
    assert not any("aws:sourceip" in map(str.lower, one.case.context) for one in compared)


def test_the_page_explains_every_class() -> None:
    """And explains none that is gone."""
    page = (TOP / "docs" / "policy-engine.md").read_text(encoding="utf-8")
    _, _, section = page.partition("## Compared with another implementation\n")
    rows = re.findall(r"^\| ([^|]+) \|", section.partition("\n## ")[0], re.MULTILINE)
    assert rows[2:] == [one.name for one in DIFFERENCES]


def run(folder: Path, *programs: str) -> subprocess.CompletedProcess[str]:
    """The comparison where these programs, which all fail, are the only ones there are."""
    for name in programs:
        program = folder / name
        program.write_text("#!/bin/sh\necho 'no network' >&2\nexit 1\n", encoding="utf-8")
        program.chmod(0o755)
    environment = {**os.environ, "PATH": str(folder), "PYTHONPATH": str(TOP / "scripts")}
    environment["XDG_CACHE_HOME"] = str(folder / "cache")
    command = [sys.executable, "-m", "differential", "--cases", "1"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize(
    ("programs", "line"),
    [
        ((), "skipped: there is no Node on this machine\n"),
        (("node",), "skipped: there is no npm on this machine\n"),
        (
            ("node", "npm"),
            "skipped: @cloud-copilot/iam-simulate 0.1.173 cannot be installed: no network\n",
        ),
    ],
)
def test_it_is_skipped_in_one_line(tmp_path: Path, programs: tuple[str, ...], line: str) -> None:
    """What is absent is said, and nothing fails."""
    done = run(tmp_path, *programs)
    assert (done.returncode, done.stdout, done.stderr) == (0, line, "")


def test_a_program_that_breaks_is_no_agreement(tmp_path: Path) -> None:
    """If the package is there and Node fails, so does the comparison."""
    for name, version in VERSIONS.items():
        package = tmp_path / "cache" / "rootwarden-dev" / "iam-simulate" / "node_modules" / name
        package.mkdir(parents=True)
        (package / "package.json").write_text(json.dumps({"version": version}), encoding="utf-8")
    done = run(tmp_path, "node", "npm")
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == "simulate.mjs broke: no network\n"
