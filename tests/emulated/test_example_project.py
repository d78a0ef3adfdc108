"""examples/: a project of somebody else's runs its own tests with the fixtures that the package brings."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

EXAMPLE = Path(__file__).parents[2] / "examples" / "root-keys"


def test_the_examples_own_tests_pass(tmp_path: Path) -> None:
    project = tmp_path / "root-keys"
    shutil.copytree(EXAMPLE, project, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--basetemp", str(tmp_path / "temp")]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 passed" in done.stdout


def test_the_example_needs_nothing_of_ours_to_run() -> None:
    project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert [one.partition(">")[0] for one in project["dependencies"]] == ["boto3"]
    assert "rootwarden" not in (EXAMPLE / "root_keys.py").read_text(encoding="utf-8")


def test_a_test_takes_ten_lines() -> None:
    lines = (EXAMPLE / "test_root_keys.py").read_text(encoding="utf-8").splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith("from rootwarden"))
    end = next(n for n, line in enumerate(lines) if line.startswith("def ") and n > start) + 4
    assert len([line for line in lines[start:end] if line.strip()]) <= 10
