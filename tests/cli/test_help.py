"""Help, as people read it on a terminal of 80 columns."""

from __future__ import annotations

import re

import pytest
from product_rig import Rig

from rootwarden.model.permissions import COMMANDS


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_at_80_columns(rig: Rig, command: str) -> None:
    """No choice is broken in mid-word, and what takes no value is not shown with one."""
    rig.patch.setenv("COLUMNS", "80")
    ran = rig.run(*command.split(), "--help", profile=None)
    assert (ran.code, ran.err) == (0, "")
    assert max(len(line) for line in ran.out.splitlines()) <= 80
    assert "<bool>" not in ran.out
    begun = [line for line in ran.out.splitlines() if line.count("<") != line.count(">")]
    assert [line for line in begun if not re.search(r"[<>]=", line)] == []
    assert re.search(r"--output +-o +FORMAT", ran.out) or not command
