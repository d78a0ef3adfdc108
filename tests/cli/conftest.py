"""The program against an emulated organization."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from product_rig import Rig

if TYPE_CHECKING:
    from rootwarden.emulator import Emulator


@pytest.fixture
def rig(
    rootwarden_organization: Callable[..., Emulator],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> Rig:
    """Runs command lines; ``rig.up(organization)`` starts the world they run in."""
    return Rig(rootwarden_organization, monkeypatch, capsys, tmp_path)


@pytest.fixture
def ledger(rig: Rig) -> Path:
    """Where the ledger of the test is, by ROOTWARDEN_LEDGER."""
    path = rig.folder / "state" / "ledger.sqlite3"
    rig.patch.setenv("ROOTWARDEN_LEDGER", f"sqlite:///{path}")
    return path
