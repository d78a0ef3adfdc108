"""Whole outputs on file, and what differs from run to run taken out of them."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from product_rig import Rig

CASES = Path(__file__).parents[1] / "cases" / "cli"
WRITE = "ROOTWARDEN_WRITE_CASES" in os.environ


def same_as(name: str, text: str, rig: Rig) -> None:
    """Compares a whole output with the one on file; ROOTWARDEN_WRITE_CASES=1 writes it anew."""
    text = text.replace(rig.emulator.endpoint_url, "http://127.0.0.1:PORT")
    text = re.sub(r'("taken"|"made"|"audited"|"read"): "[^"]+"', r'\1: "TIME"', text)
    text = re.sub(r"\b[0-9a-f]{64}\b", "HASH", text)
    path = CASES / name
    if WRITE:
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")
