"""The papers at the top of the repository say what is there."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from rootwarden import errors
from rootwarden.cli.session_line import FAILED

TOP = Path(__file__).parents[2]
PAGES = sorted([*TOP.glob("*.md"), *(TOP / "docs").glob("*.md")])


def links(page: Path) -> list[str]:
    """The targets of a page's links, without those that lead to the web or to a heading of the page itself."""
    targets = re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8"))
    return [target.partition("#")[0] for target in targets if not target.startswith(("https://", "#"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    assert [target for target in links(page) if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_make_targets_named_exist(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (TOP / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(
        re.findall(
            r"(?:^|`|\()make (?:PYTHON=\S+ )?([a-z-]+)", page.read_text(encoding="utf-8"), re.MULTILINE
        )
    )
    assert named <= targets


def test_every_exit_code_of_the_error_tree_is_documented() -> None:
    page = (TOP / "docs" / "exit-codes.md").read_text(encoding="utf-8")
    documented = {int(code) for code in re.findall(r"^\| (\d+) \|", page, re.MULTILINE)}
    used = {kind.exit_code for kind in subclasses(errors.RootwardenError)}
    assert used <= documented
    by_results, by_any_error_of_a_session = {0, 1, 6}, {FAILED}
    assert documented - used <= by_results | by_any_error_of_a_session


def subclasses(kind: type[errors.RootwardenError]) -> Iterator[type[errors.RootwardenError]]:
    for one in kind.__subclasses__():
        yield one
        yield from subclasses(one)


def test_every_error_is_in_the_drawing() -> None:
    drawing = errors.__doc__ or ""
    ours = [kind for kind in subclasses(errors.RootwardenError) if kind.__module__ == errors.__name__]
    assert [kind.__name__ for kind in ours if not re.search(rf"─ {kind.__name__}\b", drawing)] == []


def test_the_continuous_integration_script_can_be_run() -> None:
    script = TOP / ".ci" / "run"
    assert script.stat().st_mode & 0o111
    subprocess.run(["bash", "-n", str(script)], check=True)


def test_the_workflow_grants_nothing_by_default_and_runs_no_actions() -> None:
    workflow = (TOP / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    assert "\npermissions: {}\n" in workflow
    assert not re.search(r"^\s*(- )?uses:", workflow, re.MULTILINE)


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_locks_hold_hashes_and_no_addresses(name: str) -> None:
    text = (TOP / name).read_text(encoding="utf-8")
    entries = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
    assert len(entries) > 50
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []
    assert not re.search(r"https?://|--index|--find-links|(?<!\S)/", text)


def test_both_locks_pin_the_same_versions() -> None:
    runtime, development = (
        set(re.findall(r"^[a-z0-9][^ ]*==[^ ]+", (TOP / name).read_text(encoding="utf-8"), re.MULTILINE))
        for name in ("requirements.lock", "requirements-dev.lock")
    )
    assert runtime <= development
