"""Regions in which no root session can be opened: STS is not active there, or there is no such Region."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from botocore.client import BaseClient
from botocore.exceptions import EndpointConnectionError
from product_rig import SECURITY, company, configuration

from rootwarden.emulator import FaultSpec, account

if TYPE_CHECKING:
    from typing import Any

    from product_rig import Rig

DELEGATE = f"emulator-{SECURITY}"
MANY = tuple(f"6000000000{number:02d}" for number in range(10))


@pytest.fixture
def many(rig: Rig) -> Rig:
    """Ten accounts."""
    rig.up(company(*(account(one, f"Account {one[-1]}") for one in MANY)))
    return rig


def test_sts_is_not_active(many: Rig) -> None:
    """It is said once, with AWS's text, not once for every account."""
    text = "STS is not activated in this region for account 222222222222."
    off = FaultSpec(operation="sts:AssumeRoot", code="RegionDisabledException", message=text, http_status=403)
    many.emulator.world.faults.append(off)
    calls = many.calls()
    ran = many.json("audit", profile=DELEGATE)
    assert ran.code == 3
    error = ran.document["error"]
    assert (error["type"], error["message"]) == (
        "RegionOff",
        f"sts:AssumeRoot: RegionDisabledException: {text}",
    )
    assert "regions.sts" in error["advice"]
    assert not [action for action, _ in calls if action == "sts:AssumeRoot"], "the fault answers before it"
    entries = many.json("ledger", "list", profile=DELEGATE).document["entries"]
    lines = [line for one in entries for line in one["content"].get("result", ())]
    assert {line["outcome"] for line in lines} == {"not_done"}


def test_there_is_no_such_region(many: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything else answers, where AWS is asked in the caller's Region."""
    make, tried = getattr(BaseClient, "_make_api_call"), list[str]()  # noqa: B009 - its type hints do not know it

    def called(client: Any, operation: str, arguments: Any) -> Any:
        if client.meta.region_name == "eu-nowhere-1":
            tried.append(operation)
            raise EndpointConnectionError(endpoint_url="https://sts.eu-nowhere-1.amazonaws.com/")
        return make(client, operation, arguments)

    monkeypatch.setattr(BaseClient, "_make_api_call", called)
    path = configuration(many.folder, '[regions]\nsts = "eu-nowhere-1"\n')
    ran = many.json("audit", "--config", path, profile=DELEGATE)
    assert ran.code == 3
    assert ran.document["error"]["type"] == "NoConnection"
    assert "https://sts.eu-nowhere-1.amazonaws.com/" in ran.document["error"]["message"]
    assert "Region" in ran.document["error"]["advice"]
    assert tried == ["AssumeRoot"], "once for all"
