"""Whether a report is right: every account one row, and every row what the server knows."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

_SHOWN = 5


class Verdict(NamedTuple):
    """How many rows there are, and what is wrong with them."""

    rows: int
    outcomes: Counter[str]
    lost: int
    """Rows of accounts that AWS would have shown, without what it shows."""
    wrong: int
    faults: tuple[str, ...]
    """The first few, in words."""

    @property
    def all_right(self) -> bool:
        """Whether nothing is lost and nothing wrong."""
        return not (self.lost or self.wrong)


def compare(report: Path, truths: Iterable[Mapping[str, Any]], *, mixed_up: int) -> Verdict:
    """Holds an audit's JSON Lines against the server's own knowledge."""
    said: dict[str, dict[str, Any]] = {}
    wrong, lost, faults = mixed_up, 0, [f"{mixed_up} calls mixed up two sessions"] if mixed_up else []
    outcomes: Counter[str] = Counter()
    with report.open() as lines:
        for line in lines:
            row = json.loads(line)
            if row["id"] in said:
                wrong += 1
                faults.append(f"{row['id']}: more than one row")
            said[row["id"]] = row
            outcomes[row["outcome"]] += 1
    for truth in truths:
        row = said.pop(truth["id"], None)
        if row is None or (row["outcome"] == "unreachable" and truth["outcome"] != "unreachable"):
            lost += 1
            faults.append(f"{truth['id']}: {row['reason'] if row else 'no row'}")
        elif found := _differences(row, truth):
            wrong += 1
            faults.append(f"{truth['id']}: {found}")
    wrong += len(said)
    faults += [f"{account}: no such account" for account in said]
    return Verdict(outcomes.total(), outcomes, lost, wrong, tuple(faults[:_SHOWN]))


def _differences(row: Mapping[str, Any], truth: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    seen = {name: row[name] for name in ("name", "email", "ou_path", "state", "outcome")}
    expected: dict[str, Any] = {name: truth[name] for name in seen}
    if truth["outcome"] not in {"skipped", "unreachable"}:
        for name, identifier in (
            ("access_keys", "id"),
            ("signing_certificates", "id"),
            ("mfa_devices", "serial"),
        ):
            seen[name], expected[name] = _identifiers(row["credentials"][name], identifier), truth[name]
        seen["password"], expected["password"] = row["credentials"]["password"], truth["password"]
        # A row of an account of which the server never told anything was made up, or is another's.
        seen["read"], expected["read"] = truth["summaries"] > 0, True
        seen["conflicts"], expected["conflicts"] = row["conflicts"], []
        seen["problems"], expected["problems"] = row["problems"], []
    elif truth["outcome"] == "unreachable":
        seen["code"], expected["code"] = (row["reason"] or {}).get("code"), "AccessDenied"
    return {name: (seen[name], expected[name]) for name in expected if seen[name] != expected[name]}


def _identifiers(items: Any, name: str) -> Any:
    return sorted(one[name] for one in items) if isinstance(items, list) else items
