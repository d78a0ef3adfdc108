"""An organization to select accounts in, and what a selection costs in calls."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import platformdirs
from product_rig import SECURITY, company

from rootwarden.emulator import OrganizationFile, account

if TYPE_CHECKING:
    from product_rig import Ran, Rig

ALPHA, BETA, GAMMA, DELTA = "010101010101", "020202020202", "030303030303", "040404040404"
DELEGATE = f"emulator-{SECURITY}"
WITH_PASSWORD = {"password": True}


def organization(**fields: Any) -> OrganizationFile:
    """Four accounts in three OUs, each with a password of its root user."""
    return company(
        account(ALPHA, "Alpha", "/Work/A", tags={"env": "prod"}, root=WITH_PASSWORD),
        account(BETA, "Beta", "/Work/B", tags={"env": "test"}, root=WITH_PASSWORD),
        account(GAMMA, "Gamma, Inc.", "/Other", tags={"env": "prod"}, root=WITH_PASSWORD),
        account(DELTA, "Delta #4", "/Other", root=WITH_PASSWORD),
        **fields,
    )


def audited(rig: Rig, *options: str) -> Ran:
    """An audit by the delegated administrator; every account in the document has one row."""
    ran = rig.json("audit", *options, profile=DELEGATE)
    if ran.code in {0, 1, 6}:
        ids = [row["id"] for row in ran.document["accounts"]]
        assert len(set(ids)) == len(ids)
    return ran


def ids(ran: Ran) -> set[str]:
    """The accounts that have a row."""
    return {row["id"] for row in ran.document["accounts"]}


def planned(rig: Rig, *options: str) -> Ran:
    """``remove plan``, which is a change: whatever was kept is read again."""
    return rig.json(
        "remove", "plan", "--keep-used-within", "0", "--out", "plan.json", *options, profile=DELEGATE
    )


def plan_of(ran: Ran) -> tuple[set[str], dict[str, str]]:
    """The accounts that would be changed, and those left out with the code of the reason."""
    plan = ran.document["plan"]
    changed = {one["account"] for one in plan["accounts"]}
    return changed, {one["account"]: one["reason"]["code"] for one in plan["left_out"]}


def asked(calls: list[tuple[str, str]]) -> list[str]:
    """The calls to Organizations, but for the one that says which organization it is."""
    names = [action for action, _ in calls if action.startswith("organizations:")]
    return [one for one in names if one != "organizations:DescribeOrganization"]


def kept_file() -> Path:
    """The one file of the cache."""
    (found,) = (platformdirs.user_cache_path("rootwarden", appauthor=False) / "organizations").iterdir()
    return found


def alter_kept(**changes: Any) -> None:
    """Changes the file of the cache."""
    path = kept_file()
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | changes), encoding="utf-8")
