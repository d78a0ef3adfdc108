"""``detect run --live``: event histories of the accounts that open sessions, and of members where a role looks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from detect_rig import as_stranger, detected
from product_rig import LEGACY, MANAGEMENT, SECURITY, SHOP, Ran, Rig, caller, company, configuration
from recovery_rig import DELEGATE

from rootwarden.app import detect_histories
from rootwarden.aws.enabled_regions import enabled_regions
from rootwarden.emulator import FaultSpec, account
from rootwarden.emulator.org_file import PrincipalSpec

if TYPE_CHECKING:
    from pathlib import Path

ROLE = "TrailReader"
REGIONS = ("eu-central-1", "us-east-1", "us-west-2")
READER = PrincipalSpec(
    account=SHOP,
    name=ROLE,
    policies=(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": ["cloudtrail:LookupEvents", "ec2:DescribeRegions"],
                    "Resource": "*",
                }
            ],
        },
    ),
    trust={
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{MANAGEMENT}:root"},
                "Action": "sts:AssumeRole",
            }
        ],
    },
)


@pytest.fixture
def shop(rig: Rig, ledger: Path, monkeypatch: pytest.MonkeyPatch) -> Rig:
    """A company with one shop, an audit of it, and a session that somebody opened past the tool."""
    monkeypatch.setattr(detect_histories, "enabled_regions", lambda _client: REGIONS)
    stranger = caller(SECURITY, "sts:AssumeRoot", name="Stranger")
    rig.up(
        company(
            account(SHOP, "Shop"), account(LEGACY, "Legacy", state="SUSPENDED"), principals=(READER, stranger)
        )
    )
    rig.json("audit", "--account", SHOP, profile=DELEGATE)
    as_stranger(rig)
    return rig


def live(rig: Rig, *, role: str | None = ROLE, delegate: bool = True) -> Ran:
    """As the management account, with a purpose for the delegated administrator, and a role for members."""
    text = ""
    if delegate:
        text += f'[purposes.delegate]\nprofile = "{DELEGATE}"\n'
    text += '[purposes.management_read]\nprofile = "emulator-management"\n'
    text += '[purposes.member_read]\nprofile = "emulator-management"\n'
    text += '[purposes.log_read]\nprofile = "emulator-management"\n'
    text += f'[recovery]\nmember_role = "{role}"\n' if role else ""
    return detected(rig, "--live", "--config", configuration(rig.folder, text), profile=None)


def test_both_sides_are_found_and_one_session_is_explained(shop: Rig) -> None:
    found = live(shop)
    assert found.code == 1
    verdicts = {one["task"]: one["verdict"] for one in found.document["sessions"] if one["ledger"]}
    assert verdicts == {"audit": "explained"}
    (rogue,) = (one for one in found.document["sessions"] if one["ledger"] is None)
    assert (rogue["verdict"], len(rogue["events"])) == ("unexpected", 1)
    assert {one["rule"] for one in found.document["findings"]} == {"session-not-in-ledger"}
    assert found.document["read"]["files"] == 3 * len(REGIONS)


def test_without_a_role_members_are_not_looked_into_and_that_is_said(shop: Rig) -> None:
    found = live(shop, role=None)
    assert found.code == 1
    assert "member accounts were not looked into" in found.err
    assert {one["name"] for one in found.document["events"]} == {"AssumeRoot"}


def test_an_account_that_opens_sessions_and_cannot_be_looked_into_is_named(shop: Rig) -> None:
    found = live(shop, role=None, delegate=False)
    assert found.code == 3
    assert (
        f"account {SECURITY}: no_caller: AssumeRoot may be called from it"
        in found.document["error"]["message"]
    )


def test_a_region_that_cannot_be_read_is_named(shop: Rig) -> None:
    refused = FaultSpec(
        operation="cloudtrail:LookupEvents", code="AccessDeniedException", message="No.", account=SHOP
    )
    shop.emulator.world.faults.append(refused)
    found = live(shop)
    assert found.code == 6
    places = {one["place"] for one in found.document["read"]["troubles"]}
    assert places == {f"account {SHOP}, {region}" for region in REGIONS}
    assert {one["name"] for one in found.document["events"]} == {"AssumeRoot"}


def test_where_regions_cannot_be_listed_the_known_ones_are_read_and_that_is_said(
    shop: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(detect_histories, "enabled_regions", enabled_regions)
    refused = FaultSpec(operation="ec2:DescribeRegions", code="UnauthorizedOperation", message="No.")
    shop.emulator.world.faults.append(refused)
    found = live(shop)
    assert found.code == 6
    troubles = {one["place"]: one["reason"]["code"] for one in found.document["read"]["troubles"]}
    others = {f"account {one}, its other Regions" for one in (MANAGEMENT, SECURITY, SHOP)}
    assert troubles == dict.fromkeys(others, "UnauthorizedOperation")
    assert any(one["account"] == SHOP for one in found.document["events"])
