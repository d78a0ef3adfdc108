"""The organization that tests of the control verbs begin with."""

from __future__ import annotations

from datetime import UTC, datetime

from rootwarden.emulator.builders import DENY_ROOT, MANAGEMENT, account
from rootwarden.emulator.org_file import AccessKeySpec, FaultSpec, OrganizationFile, OuSpec, RootUserSpec

NOW = datetime(2026, 10, 20, 12, tzinfo=UTC)
ONE, SUSPENDED, OUTSIDE, NOBODY = "333333333333", "444444444444", "999999999999", "000000000000"
OLD_KEY = "AKIA0000000000000001"

WORLD = OrganizationFile(
    management_account=account(MANAGEMENT, "Company"),
    organizational_units=(
        OuSpec(path="/Workloads/Production"),
        OuSpec(path="/Blocked", scps=("DenyRoot",)),
    ),
    scps={"DenyRoot": DENY_ROOT},
    accounts=(account(ONE, "One", "/Workloads"), account(SUSPENDED, "Suspended", state="SUSPENDED")),
    standalone_accounts=(
        account(OUTSIDE, "Outside", root=RootUserSpec(access_keys=(AccessKeySpec(id=OLD_KEY),))),
    ),
    trusted_services=("iam.amazonaws.com",),
    root_features=("RootCredentialsManagement",),
    faults=(FaultSpec(operation="iam:GetUser", count=3),),
)
