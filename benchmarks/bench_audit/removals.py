"""Removals, measured and checked against what the server holds afterwards."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any, NamedTuple

from bench_audit.running import Used, home, measured, server


class RemovalRun(NamedTuple):
    """The application of a plan that covers every member account, each with two credentials."""

    planned: int
    """Accounts of the plan."""
    used: Used
    counts: Mapping[str, Any]
    verified: int
    """Accounts of which the report says that they are clean."""
    left: int
    """Accounts that the server knows to hold anything yet."""
    load: tuple[float, float]


def removed(members: int, per_second: float) -> RemovalRun:
    """Plans without a quota, then measures the application of the plan under one."""
    options = {"members": members, "for_removal": True}
    with server(options) as place, home() as folder:
        plan, out = folder / "plan.json", folder / "removal.json"
        ledger = ["--ledger", f"sqlite:///{folder / 'ledger.sqlite3'}", "-o", "json"]
        measured(
            ["rootwarden", "remove", "plan", "--all", "--out", str(plan), *ledger], place, folder, out=out
        )
        planned = len(json.loads(plan.read_text())["plan"]["accounts"])
        place.begin_anew(assume_root=per_second)
        before = os.getloadavg()[0]
        apply = ["rootwarden", "remove", "apply", str(plan), "--yes", "--max-accounts", str(members)]
        used = measured([*apply, *ledger], place, folder, out=out)
        counts = place.counts()
        rows = json.loads(out.read_text())["accounts"]
        left = sum(one["outcome"] not in {"clean", "skipped"} for one in place.truths())
    verified = sum(row["verification"] == "verified_clean" for row in rows)
    return RemovalRun(planned, used, counts, verified, left, (before, os.getloadavg()[0]))
