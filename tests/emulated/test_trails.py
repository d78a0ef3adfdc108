"""Trails in the emulator, as their owner and as a member sees them."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from rootwarden.emulator.builders import MANAGEMENT, SECURITY, account
from rootwarden.emulator.org_file import OrganizationFile, TrailSpec

ARN = f"arn:aws:cloudtrail:us-east-1:{MANAGEMENT}:trail/organization-trail"
MEMBER = "emulator-444444444444"


def error_of(call: Any, **params: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        call(**params)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def names(found: dict[str, Any]) -> list[str]:
    return [trail["Name"] for trail in found["trailList"]]


def with_trails(*trails: TrailSpec) -> OrganizationFile:
    return OrganizationFile(
        management_account=account(MANAGEMENT, "Company"),
        accounts=(account(SECURITY, "One"),),
        standalone_accounts=(account("313131313131", "Outside"),),
        trails=trails,
    )


def test_the_management_account_sees_its_organization_trail(rootwarden_emulator: Any, client_of: Any) -> None:
    client = client_of(rootwarden_emulator, "cloudtrail")
    (trail,) = client.describe_trails()["trailList"]
    assert trail["TrailARN"] == ARN
    assert trail["IsOrganizationTrail"] is True
    assert trail["IsMultiRegionTrail"] is True
    assert trail["HomeRegion"] == "us-east-1"
    assert client.get_trail(Name="organization-trail")["Trail"] == trail
    assert client.get_trail_status(Name=ARN)["IsLogging"] is True
    (selector,) = client.get_event_selectors(TrailName="organization-trail")["EventSelectors"]
    assert (selector["ReadWriteType"], selector["IncludeManagementEvents"]) == ("All", True)
    listed = client.list_trails()["Trails"]
    assert listed == [{"TrailARN": ARN, "Name": "organization-trail", "HomeRegion": "us-east-1"}]


def test_a_member_sees_it_as_a_shadow_by_its_arn_only(rootwarden_emulator: Any, client_of: Any) -> None:
    client = client_of(rootwarden_emulator, "cloudtrail", MEMBER)
    assert names(client.describe_trails()) == ["organization-trail"]
    assert client.describe_trails(includeShadowTrails=False)["trailList"] == []
    assert client.describe_trails(trailNameList=["organization-trail"])["trailList"] == []
    assert names(client.describe_trails(trailNameList=[ARN])) == ["organization-trail"]
    assert client.get_trail_status(Name=ARN)["IsLogging"] is True
    own = "arn:aws:cloudtrail:us-east-1:444444444444:trail/organization-trail"
    expected = ("TrailNotFoundException", f"Unknown trail: {own} for the user: 444444444444")
    assert error_of(client.get_trail_status, Name="organization-trail") == expected
    assert error_of(client.get_event_selectors, TrailName="organization-trail") == expected


def test_in_another_region_it_is_a_shadow_too(rootwarden_emulator: Any, client_of: Any) -> None:
    client = client_of(rootwarden_emulator, "cloudtrail", region="eu-west-1")
    assert names(client.describe_trails()) == ["organization-trail"]
    assert client.describe_trails(includeShadowTrails=False)["trailList"] == []
    assert error_of(client.get_trail, Name="organization-trail")[0] == "TrailNotFoundException"
    assert client.get_trail(Name=ARN)["Trail"]["HomeRegion"] == "us-east-1"


def test_a_trail_of_one_account_and_region(client_of: Any, rootwarden_organization: Any) -> None:
    trail = TrailSpec(name="local-trail", account=SECURITY, organization=False, multi_region=False)
    emulator = rootwarden_organization(with_trails(trail))
    owner = client_of(emulator, "cloudtrail", "emulator-security")
    assert names(owner.describe_trails()) == ["local-trail"]
    elsewhere = client_of(emulator, "cloudtrail", "emulator-security", region="eu-west-1")
    assert elsewhere.describe_trails()["trailList"] == []
    management = client_of(emulator, "cloudtrail")
    assert management.describe_trails()["trailList"] == []
    arn = f"arn:aws:cloudtrail:us-east-1:{SECURITY}:trail/local-trail"
    assert error_of(management.get_trail_status, Name=arn) == (
        "CloudTrailARNInvalidException",
        f"AccountID in ARN is wrong, you can only access resources with AccountID {MANAGEMENT}.",
    )


def test_an_account_outside_the_organization_does_not_see_it(
    client_of: Any, rootwarden_organization: Any
) -> None:
    emulator = rootwarden_organization(with_trails(TrailSpec(account=MANAGEMENT)))
    outside = client_of(emulator, "cloudtrail", "emulator-313131313131")
    assert outside.describe_trails()["trailList"] == []
    assert outside.list_trails()["Trails"] == []


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ("All", ("All", True)),
        ("ReadOnly", ("ReadOnly", True)),
        ("WriteOnly", ("WriteOnly", True)),
        ("None", ("All", False)),
    ],
)
def test_what_a_trail_records_and_whether(
    client_of: Any, rootwarden_organization: Any, events: Any, expected: tuple[str, bool]
) -> None:
    trail = TrailSpec(account=MANAGEMENT, management_events=events, logging=False)
    client = client_of(rootwarden_organization(with_trails(trail)), "cloudtrail")
    (selector,) = client.get_event_selectors(TrailName=ARN)["EventSelectors"]
    assert (selector["ReadWriteType"], selector["IncludeManagementEvents"]) == expected
    status = client.get_trail_status(Name=ARN)
    assert status["IsLogging"] is False
    assert status["StopLoggingTime"] > status["StartLoggingTime"]
