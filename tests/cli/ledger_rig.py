"""The ledger of a test, as the program shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from product_rig import EVERYTHING, SHOP

from rootwarden.emulator import account

if TYPE_CHECKING:
    from product_rig import Ran, Rig

EXPOSED = account(SHOP, "Shop", root=EVERYTHING)


def entries(rig: Rig, *filters: str) -> list[dict[str, Any]]:
    """The entries ``ledger list`` shows."""
    ran = rig.json("ledger", "list", *filters, profile=None)
    assert ran.code == 0
    found: list[dict[str, Any]] = ran.document["entries"]
    return found


def plan_and_apply(rig: Rig, *more: str) -> Ran:
    """Plans the removal of everything and applies it."""
    plan = str(rig.folder / "plan.json")
    assert rig.run("remove", "plan", "--all", "--out", plan, profile="emulator-security").code == 0
    return rig.json("remove", "apply", plan, "--yes", *more, profile="emulator-security")
