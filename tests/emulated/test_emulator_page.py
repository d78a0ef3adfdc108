"""docs/emulator.md: its example is a file that reads, and its table of the small organization is true."""

from __future__ import annotations

import re
from pathlib import Path

from rootwarden.emulator.builders import small
from rootwarden.emulator.building import build_world
from rootwarden.emulator.reading import read_organization

PAGE = Path(__file__).parents[2] / "docs" / "emulator.md"


def test_the_example_of_an_organization_file_reads_and_starts(tmp_path: Path) -> None:
    (example,) = re.findall(
        r"^```json\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    )
    path = tmp_path / "organization.json"
    path.write_text(example, encoding="utf-8")
    world = build_world(read_organization(path))
    assert world.organization.is_delegate("222222222222", "iam.amazonaws.com")
    assert world.root_users["333333333333"].login_profile is not None
    assert "emulator-222222222222-Auditor" in world.profiles
    assert "444444444444" in world.organization.standalone


def test_the_table_lists_the_small_organization() -> None:
    listed = re.findall(r"^\| ([0-9]{12}) ([^|]+?) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(listed) == sorted((account.id, account.name) for account in small().all_accounts())
