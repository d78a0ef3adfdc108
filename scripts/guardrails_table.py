"""The table of docs/guardrails.md, from the catalogue."""

from __future__ import annotations

from rootwarden.policy.guardrails.catalog import GUARDRAILS
from rootwarden.policy.guardrails.parameters import OPTION_OF


def guardrails_table() -> str:
    """A row for every guardrail."""
    rows = ["| guardrail | protects | belongs | options |", "| --- | --- | --- | --- |"]
    for one in GUARDRAILS.values():
        options = ", ".join(
            f"`{option}`{' (needed)' if name in one.needs else ''}"
            for name in one.takes
            for option in OPTION_OF[name].split(", ")
        )
        rows.append(f"| `{one.name}` | {one.protects} | {one.belongs} | {options} |")
    return "\n".join(rows) + "\n"
