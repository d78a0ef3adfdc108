"""docs/policy-engine.md is true: its example runs, and it names what there is."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from rootwarden import policy
from rootwarden.policy import Layer
from rootwarden.policy.conditions.condition import OPERATORS

PAGE = (Path(__file__).parents[3] / "docs" / "policy-engine.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """The code blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def test_the_example_prints_what_the_page_says(capsys: pytest.CaptureFixture[str]) -> None:
    """Run as a reader would run it."""
    (example,), (printed,) = blocks("python"), blocks("text")
    exec(compile(example, "policy-engine.md", "exec"), {})  # noqa: S102 - our own page
    assert capsys.readouterr().out == printed


def test_the_case_shown_has_the_form_of_the_case_files() -> None:
    """It is JSON, and of the real case's keys."""
    (shown,) = blocks("json")
    file = Path(__file__).parents[2] / "cases" / "policy" / "root_exemption.json"
    (real,) = [case for case in json.loads(file.read_text(encoding="utf-8"))["cases"] if case["id"] == "A1"]
    assert set(json.loads(shown)) == set(real)


@pytest.mark.parametrize("name", sorted(set(policy.__all__) - {"Answer", "ContextValue", "Layer"}))
def test_every_public_name_is_on_the_page(name: str) -> None:
    """A name nobody can read about is not public."""
    assert re.search(rf"\b{name}\b", PAGE)


@pytest.mark.parametrize("layer", Layer)
def test_every_layer_is_on_the_page(layer: Layer) -> None:
    """In the table of layers."""
    assert f"| `{layer}`" in PAGE


def test_every_operator_family_is_on_the_page() -> None:
    """Each operator is named, or its family is."""
    named = {name.lower() for name in re.findall(r"`([A-Z][A-Za-z]+)\*?`", PAGE)}
    assert [name for name in OPERATORS if not any(name.startswith(family) for family in named)] == []
