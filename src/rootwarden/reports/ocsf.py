"""Findings as OCSF Detection Findings (class 2004), one JSON object a line, for a SIEM or Security Lake.

https://schema.ocsf.io/1.5.0/classes/detection_finding
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from rootwarden.model.detection import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from rootwarden.model.detection import Finding

VERSION: Final = "1.5.0"
_CATEGORY, _CLASS, _CREATE = 2, 2004, 1
_NEW: Final = 1
_RULE: Final = 1
_SEVERITIES: Final = {
    Severity.INFO: (1, "Informational"),
    Severity.LOW: (2, "Low"),
    Severity.MEDIUM: (3, "Medium"),
    Severity.HIGH: (4, "High"),
    Severity.CRITICAL: (5, "Critical"),
}


def ocsf_lines(findings: Iterable[Finding], *, product_version: str, at: datetime) -> str:
    """One finding a line."""
    return "".join(
        json.dumps(ocsf_finding(one, product_version=product_version, at=at)) + "\n" for one in findings
    )


def ocsf_finding(one: Finding, *, product_version: str, at: datetime) -> dict[str, Any]:
    """One finding; its ``uid`` is the same run after run."""
    severity_id, severity = _SEVERITIES[one.severity]
    return {
        "activity_id": _CREATE,
        "activity_name": "Create",
        "category_uid": _CATEGORY,
        "category_name": "Findings",
        "class_uid": _CLASS,
        "class_name": "Detection Finding",
        "type_uid": _CLASS * 100 + _CREATE,
        "type_name": "Detection Finding: Create",
        "time": _milliseconds(one.last),
        "start_time": _milliseconds(one.first),
        "end_time": _milliseconds(one.last),
        "severity_id": severity_id,
        "severity": severity,
        "status_id": _NEW,
        "status": "New",
        "message": one.title,
        "is_alert": one.severity.rank >= Severity.MEDIUM.rank,
        "metadata": {
            "version": VERSION,
            "profiles": ["cloud"],
            "logged_time": _milliseconds(at),
            "product": {"name": "rootwarden", "vendor_name": "rootwarden", "version": product_version},
        },
        "cloud": {"provider": "AWS", **({"region": one.regions[0]} if one.regions else {})},
        "finding_info": {
            "uid": one.id,
            "title": one.title,
            "desc": one.description,
            "first_seen_time": _milliseconds(one.first),
            "last_seen_time": _milliseconds(one.last),
            "analytic": {"uid": one.rule, "name": one.rule, "type": "Rule", "type_id": _RULE},
            "attacks": [_attack(each) for each in one.techniques],
            "related_events": [{"uid": each} for each in one.event_ids],
        },
        "remediation": {"desc": one.next_step},
        "resources": [{"uid": account, "type": "AWS Account"} for account in one.accounts],
    }


def _attack(technique: str) -> dict[str, Any]:
    """``T1548.005`` is a sub-technique of ``T1548``."""
    above, _, below = technique.partition(".")
    return {"technique": {"uid": above}, **({"sub_technique": {"uid": technique}} if below else {})}


def _milliseconds(when: datetime) -> int:
    return int(when.timestamp() * 1000)
