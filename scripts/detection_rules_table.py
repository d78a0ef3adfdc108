"""The table of docs/detection.md, from the catalogue of rules."""

from __future__ import annotations

from rootwarden.detection.rules.catalog import RULES


def detection_rules_table() -> str:
    """A row for every rule."""
    lines = ["| rule | severity | finds | ATT&CK | why |", "| --- | --- | --- | --- | --- |"]
    for rule in RULES:
        cells = (f"`{rule.id}`", rule.severity.value, rule.title, ", ".join(rule.techniques), rule.why)
        lines.append(f"| {' | '.join(one.replace('|', chr(92) + '|') for one in cells)} |")
    return "\n".join(lines) + "\n"
