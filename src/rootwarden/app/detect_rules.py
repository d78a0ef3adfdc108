"""Composing ``detect rules``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rootwarden.detection.rules.catalog import RULES
from rootwarden.reports.detection_rules_report import rules_report

if TYPE_CHECKING:
    from rootwarden.reports.report import Report


def run_rules() -> Report:
    """The catalogue."""
    return rules_report(RULES)
