"""docs/configuration.md says what the models say, and its example is one."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from rootwarden.model.purpose import PurposeName
from rootwarden.settings import load_settings
from rootwarden.settings.problems import all_keys

TOP = Path(__file__).parents[3]
PAGE = (TOP / "docs" / "configuration.md").read_text(encoding="utf-8")


def test_the_generated_parts_are_up_to_date() -> None:
    command = [sys.executable, str(TOP / "scripts" / "docs.py"), "--check"]
    child = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (child.returncode, child.stdout, child.stderr) == (0, "", "")


@pytest.mark.parametrize("path", list(all_keys()), ids=".".join)
def test_every_key_is_on_the_page(path: tuple[str, ...]) -> None:
    section = ".".join(path)
    named = (f"`{path[-1]}`", f"`[{section}]`", f"`[[{section}]]`")
    assert any(f"| {name} |" in PAGE or f"### {name}\n" in PAGE for name in named)


def test_the_example_loads(tmp_path: Path) -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    path = tmp_path / "rootwarden.toml"
    path.write_text(example, encoding="utf-8")
    path.chmod(0o600)
    settings = load_settings(path, {})
    assert settings.purposes.of(PurposeName.DELEGATE)
    assert settings.scope.exclude_accounts == ("444455556666",)
