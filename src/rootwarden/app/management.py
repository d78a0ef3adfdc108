"""Composing ``management check``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rootwarden.app.management_alerts import deployed_alerts
from rootwarden.aws.caller_identity import get_caller
from rootwarden.aws.organizations import Organizations
from rootwarden.errors import WrongAccount
from rootwarden.model.management import Verdict
from rootwarden.model.purpose import PurposeName
from rootwarden.operations.management.deployed_alerts import judge_alerts
from rootwarden.operations.management.gather import gather_management
from rootwarden.operations.management.judge import judge_management
from rootwarden.reports.management_report import management_report

if TYPE_CHECKING:
    from rootwarden.app.context import App
    from rootwarden.reports.report import Report

_WELL, _FINDINGS, _INCOMPLETE = 0, 1, 6


def run_management_check(app: App) -> tuple[Report, int]:
    """The report and its exit code: 6 where something could not be read, else 1 where a check failed.

    Raises WrongAccount anywhere but in the management account, whose own credentials and events no other account can read.
    """
    clients = app.caller(PurposeName.MANAGEMENT_READ)
    caller = get_caller(clients.client("sts"))
    organization = Organizations(clients.client("organizations")).describe()
    app.check_organization(organization.id)
    if caller.account_id != organization.management_account_id:
        raise WrongAccount(
            f"this reads the management account {organization.management_account_id}, from within it, and the caller belongs to "
            f"account {caller.account_id}",
            advice="Use a profile of the management account: --profile, or purposes.management_read in the configuration.",
        )
    checks = (
        *judge_management(gather_management(clients, caller.account_id)),
        *map(judge_alerts, deployed_alerts(clients, caller.account_id)),
    )
    verdicts = {one.verdict for one in checks}
    code = _INCOMPLETE if Verdict.UNKNOWN in verdicts else _FINDINGS if Verdict.FAILED in verdicts else _WELL
    return management_report(caller.account_id, checks), code
