"""Planning and applying removals in tests, and the world they need."""

from __future__ import annotations

from typing import Any

from product_rig import EVERYTHING, LEGACY, SECURITY, SHOP, Ran, Rig, company

from rootwarden.emulator import FaultSpec, account

DELEGATE = f"emulator-{SECURITY}"
DELETES = (
    "iam:DeleteLoginProfile",
    "iam:DeleteAccessKey",
    "iam:DeleteSigningCertificate",
    "iam:DeactivateMFADevice",
)


def planned(rig: Rig, *options: str, accounts: str = LEGACY) -> Ran:
    """Plans the removal of everything in these accounts into ``plan.json``."""
    return rig.json("remove", "plan", "--account", accounts, "--out", "plan.json", *options, profile=DELEGATE)


def applied(rig: Rig, *options: str) -> Ran:
    """Applies ``plan.json``."""
    return rig.json("remove", "apply", "plan.json", "--yes", *options, profile=DELEGATE)


def results(ran: Ran, account_id: str = LEGACY) -> dict[str, str]:
    """The result of every item of an account, by kind and identifier."""
    return {f"{one['kind']} {one['identifier']}": one["result"] for one in ran.row(account_id)["items"]}


def fault(operation: str, **more: Any) -> FaultSpec:
    """A fault that refuses an operation with AccessDenied, unless told otherwise."""
    return FaultSpec(**{"operation": operation, "code": "AccessDenied", "message": "Not today.", **more})


def legacy_and_shop(rig: Rig) -> Rig:
    """One account with two keys, a certificate, a password and MFA, and one that has the same in the OU that comes after."""
    legacy, shop = (
        account(LEGACY, "Legacy", "/A", root=EVERYTHING),
        account(SHOP, "Shop", "/B", root=EVERYTHING),
    )
    rig.up(company(legacy, shop))
    return rig
