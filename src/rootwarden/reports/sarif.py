"""Findings in SARIF 2.1.0, for code scanning.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

import json
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from rootwarden.policy.lint.lint_finding import NOTES, RULES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rootwarden.policy.lint.lint_finding import Linted, LintFinding

_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
_BREAKS: Final = frozenset({"malformed", "too_large", "unreadable", "yaml_null"})
"""What is an error by itself; the rest are warnings, since only its author knows what a policy is for."""


def sarif(checked: Iterable[Linted], *, version: str) -> str:
    """One run with every finding. A policy that stands in no file is named as a logical place only."""
    found = [(one, finding) for one in checked for finding in one.findings]
    used = [code for code in RULES if any(finding.code == code for _, finding in found)]
    log = {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "rootwarden",
                        "version": version,
                        "rules": [
                            {
                                "id": code,
                                "shortDescription": {"text": RULES[code]},
                                "defaultConfiguration": {"level": _level(code)},
                            }
                            for code in used
                        ],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "results": [_result(one, finding, used.index(finding.code)) for one, finding in found],
            }
        ],
    }
    return json.dumps(log, indent=2) + "\n"


def _result(one: Linted, finding: LintFinding, rule: int) -> dict[str, Any]:
    path = ".".join(part for part in (one.source, finding.path) if part)
    location: dict[str, Any] = {"logicalLocations": [{"fullyQualifiedName": path, "kind": "member"}]}
    if finding.line:
        location["physicalLocation"] = {
            "artifactLocation": {"uri": _uri(one.source)},
            "region": {"startLine": finding.line, "startColumn": finding.column or 1},
        }
    return {
        "ruleId": finding.code,
        "ruleIndex": rule,
        "level": _level(finding.code),
        "message": {"text": finding.text},
        "locations": [location],
    }


def _level(code: str) -> str:
    if code in NOTES:
        return "note"
    return "error" if code in _BREAKS else "warning"


def _uri(file: str) -> str:
    path = PurePath(file)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())
