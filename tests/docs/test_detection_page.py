"""docs/detection.md: its commands are there, and its words are those the program writes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from rootwarden.app.detect_sources import USUAL
from rootwarden.cli.main import build
from rootwarden.detection.rules.catalog import RULES
from rootwarden.model.detection import Verdict
from rootwarden.operations.detect.log_text import MOST_BYTES
from rootwarden.reports.asff import BATCH
from rootwarden.reports.render import ONLY_OF, OutputFormat

PAGE = (Path(__file__).parents[2] / "docs" / "detection.md").read_text(encoding="utf-8")


def rows(head: str) -> list[list[str]]:
    """The rows of the table with this head."""
    found = re.search(rf"^\| {re.escape(head)} .*\n\|[- |]+\n((?:\|.*\n)+)", PAGE, re.MULTILINE)
    assert found is not None
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in found[1].splitlines()]


def named(head: str) -> set[str]:
    return {word for first, *_ in rows(head) for word in re.findall(r"`([^`]+)`", first)}


def test_every_verdict_is_explained() -> None:
    assert named("verdict") == set(Verdict)


def test_every_rule_is_listed() -> None:
    assert named("rule") == {one.id for one in RULES}


def test_every_format_is_described() -> None:
    assert named("`-o`") == {one for one in OutputFormat if "detect run" in ONLY_OF.get(one, {"detect run"})}


def test_the_numbers_are_those_of_the_code() -> None:
    assert f"{MOST_BYTES // 2**20} MB unpacked" in PAGE
    assert f"at most {BATCH} findings" in PAGE
    assert f"read for {'seven' if USUAL.days == 7 else USUAL.days} days unless" in PAGE


def commands() -> list[str]:
    blocks = re.findall(r"^```\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    lines = [line for block in blocks for line in block.splitlines()]
    return [found for line in lines for found in re.findall(r"rootwarden (detect [^#|>]+)", line)]


@pytest.mark.parametrize("line", commands())
def test_every_command_of_the_page_can_be_given(line: str) -> None:
    """Click takes it apart; nothing is run."""
    command: Any = build()
    words = line.split()
    context = command.make_context("rootwarden", words, resilient_parsing=False)
    group: Any = context.command.commands["detect"]
    found: Any = group.commands[words[1]]
    found.make_context(words[1], words[2:], parent=context)
