"""GenerateCredentialReport and GetCredentialReport.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_GenerateCredentialReport.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from rootwarden.emulator.answers import AwsAnswer
from rootwarden.emulator.call import Call
from rootwarden.emulator.credential_report import KEPT, CredentialReport, report_text
from rootwarden.emulator.services.served import Served
from rootwarden.emulator.world import World


def generate_credential_report(world: World, call: Call) -> Mapping[str, Any]:
    """STARTED the first time, COMPLETE from the second on; a new one only where the last is four hours old.

    AWS takes seconds for one, and says INPROGRESS meanwhile; here it is done when somebody asks again.
    """
    account, now = call.caller.account, world.clock.now()
    found = world.credential_reports.get(account)
    if found is None or now - found.generated >= KEPT:
        world.credential_reports[account] = CredentialReport(now, report_text(world, account))
        text = "No report exists. Starting a new report generation task"
        return {"State": "STARTED", "Description": text}
    found.complete = True
    return {"State": "COMPLETE"}


def get_credential_report(world: World, call: Call) -> Mapping[str, Any]:
    """The last report that is complete; the texts of the refusals are inferred, their codes are documented."""
    found = world.credential_reports.get(call.caller.account)
    if found is None:
        raise AwsAnswer("ReportNotPresent", "No report exists.", 410)
    if not found.complete:
        raise AwsAnswer("ReportInProgress", "The report is still being generated.", 404)
    if world.clock.now() - found.generated >= KEPT:
        raise AwsAnswer("ReportExpired", "The report is expired. Generate a new one.", 410)
    return {
        "Content": found.text.encode(),
        "ReportFormat": "text/csv",
        "GeneratedTime": found.generated.replace(microsecond=0),
    }


IAM_REPORT: Final[dict[str, Served]] = {
    "GenerateCredentialReport": Served(generate_credential_report),
    "GetCredentialReport": Served(get_credential_report),
}
"""Handlers by operation."""
