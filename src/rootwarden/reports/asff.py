"""Findings for AWS Security Hub CSPM, in its finding format, ready for BatchImportFindings.

Security Hub takes findings of the calling account only, so they are that account's, and the member is named in ``Resources``.
https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-findings-format-syntax.html
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from rootwarden.model.canonical import rfc3339
from rootwarden.model.detection import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from rootwarden.model.detection import Finding
    from rootwarden.model.ids import AccountId

BATCH: Final = 100
"""Findings that one call takes."""
_LABELS: Final = {
    Severity.INFO: "INFORMATIONAL",
    Severity.LOW: "LOW",
    Severity.MEDIUM: "MEDIUM",
    Severity.HIGH: "HIGH",
    Severity.CRITICAL: "CRITICAL",
}
_TITLE, _DESCRIPTION, _RECOMMENDATION, _FIELD = 256, 1024, 512, 1024
_MOST_RESOURCES: Final = 32
_TYPE: Final = "Unusual Behaviors/User"


@dataclass(frozen=True, slots=True)
class Importer:
    """Who imports: the account that calls BatchImportFindings, and where."""

    account: AccountId
    region: str
    partition: str
    at: datetime
    """Security Hub takes an update only with a later time than the one it has."""
    version: str


def asff_batches(findings: Iterable[Finding], importer: Importer) -> str:
    """One call's input a line, for ``aws securityhub batch-import-findings --cli-input-json``: at most 100 findings each."""
    documents = [asff_finding(one, importer) for one in findings]
    batches = [documents[at : at + BATCH] for at in range(0, len(documents), BATCH)]
    return "".join(json.dumps({"Findings": one}) + "\n" for one in batches)


def asff_finding(one: Finding, importer: Importer) -> dict[str, Any]:
    """One finding; its id is the same run after run."""
    product = f"product/{importer.account}/default"
    return {
        "SchemaVersion": "2018-10-08",
        "Id": f"rootwarden/{one.id}",
        "ProductArn": f"arn:{importer.partition}:securityhub:{importer.region}:{importer.account}:{product}",
        "GeneratorId": f"rootwarden/{one.rule}",
        "AwsAccountId": importer.account,
        "Types": [_TYPE],
        "FirstObservedAt": rfc3339(one.first),
        "LastObservedAt": rfc3339(one.last),
        "CreatedAt": rfc3339(one.first),
        "UpdatedAt": rfc3339(importer.at),
        "Severity": {"Label": _LABELS[one.severity]},
        "Title": one.title[:_TITLE],
        "Description": one.description[:_DESCRIPTION],
        "Remediation": {"Recommendation": {"Text": one.next_step[:_RECOMMENDATION]}},
        "ProductFields": _fields(one, importer),
        "Resources": [
            {
                "Type": "AwsAccount",
                "Id": f"AWS::::Account:{account}",
                "Partition": importer.partition,
                "Region": next(iter(one.regions), importer.region) or importer.region,
            }
            for account in (one.accounts or (importer.account,))[:_MOST_RESOURCES]
        ],
        "RecordState": "ACTIVE",
    }


def _fields(one: Finding, importer: Importer) -> dict[str, str]:
    said = {
        "rootwarden/rule": one.rule,
        "rootwarden/version": importer.version,
        "rootwarden/techniques": " ".join(one.techniques),
        "rootwarden/event_ids": " ".join(one.event_ids),
        "rootwarden/session": one.session_id or "",
    }
    return {name: value[:_FIELD] for name, value in said.items() if value}
