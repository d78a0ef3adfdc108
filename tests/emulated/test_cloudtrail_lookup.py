"""LookupEvents in the emulator: what it finds, and its limits."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from rootwarden.emulator.builders import MANAGEMENT, account
from rootwarden.emulator.clock import Clock
from rootwarden.emulator.org_file import OrganizationFile

MEMBER = "333333333333"
NOON = datetime(2026, 10, 20, 12, 0, tzinfo=UTC)

Refusal = Callable[..., tuple[str, str, int]]


def organization(**options: Any) -> OrganizationFile:
    return OrganizationFile.model_validate(
        {
            "management_account": account(MANAGEMENT, "Company"),
            "accounts": (account(MEMBER, "Member"),),
            **options,
        }
    )


@pytest.fixture
def emulator(rootwarden_organization: Any) -> Any:
    return rootwarden_organization(organization(), clock=Clock(NOON, frozen=True))


def found(client: Any, **params: Any) -> list[str]:
    return [event["EventName"] for event in client.lookup_events(**params)["Events"]]


def by(key: str, value: str) -> dict[str, Any]:
    return {"LookupAttributes": [{"AttributeKey": key, "AttributeValue": value}]}


def test_an_event_says_how_it_was_found(emulator: Any, client_of: Any) -> None:
    iam = client_of(emulator, "iam", f"emulator-{MEMBER}")
    iam.create_user(UserName="alice")
    (event,) = client_of(emulator, "cloudtrail", f"emulator-{MEMBER}").lookup_events()["Events"]
    assert event["EventName"] == "CreateUser"
    assert event["EventSource"] == "iam.amazonaws.com"
    assert event["EventTime"] == NOON
    assert event["ReadOnly"] == "false"
    assert event["Username"] == "Administrator"
    assert event["AccessKeyId"] == emulator.credential(f"emulator-{MEMBER}").access_key_id
    assert event["Resources"] == [{"ResourceType": "AWS::IAM::User", "ResourceName": "alice"}]
    assert f'"eventID":"{event["EventId"]}"' in event["CloudTrailEvent"]


def test_every_lookup_attribute_finds(emulator: Any, client_of: Any) -> None:
    iam = client_of(emulator, "iam", f"emulator-{MEMBER}")
    iam.create_user(UserName="alice")
    client_of(emulator, "sts", f"emulator-{MEMBER}").get_caller_identity()
    client = client_of(emulator, "cloudtrail", f"emulator-{MEMBER}")
    newest, oldest = client.lookup_events()["Events"]
    assert (newest["EventName"], oldest["EventName"]) == ("GetCallerIdentity", "CreateUser")
    key = emulator.credential(f"emulator-{MEMBER}").access_key_id
    assert found(client, **by("EventId", oldest["EventId"])) == ["CreateUser"]
    assert found(client, **by("EventName", "GetCallerIdentity")) == ["GetCallerIdentity"]
    assert found(client, **by("EventSource", "iam.amazonaws.com")) == ["CreateUser"]
    assert found(client, **by("ResourceName", "alice")) == ["CreateUser"]
    assert found(client, **by("ResourceType", "AWS::IAM::User")) == ["CreateUser"]
    assert "CreateUser" in found(client, **by("AccessKeyId", key))
    assert found(client, **by("ReadOnly", "false")) == ["CreateUser"]
    assert "CreateUser" in found(client, **by("Username", "Administrator"))
    assert found(client, **by("Username", "alice")) == []


def test_only_one_attribute_out_of_the_list(emulator: Any, client_of: Any, refusal_of: Refusal) -> None:
    lookup = client_of(emulator, "cloudtrail").lookup_events
    one = {"AttributeKey": "EventName", "AttributeValue": "AssumeRoot"}
    for attributes in ([one, one], [{"AttributeKey": "AwsRegion", "AttributeValue": "eu-west-1"}]):
        refused = refusal_of(lookup, LookupAttributes=attributes)
        assert refused[::2] == ("InvalidLookupAttributesException", 400)


def test_pages_hold_fifty_at_most_and_are_stable(emulator: Any, client_of: Any, refusal_of: Refusal) -> None:
    sts = client_of(emulator, "sts")
    sent = [sts.get_caller_identity()["ResponseMetadata"]["RequestId"] for _ in range(120)]
    client = client_of(emulator, "cloudtrail")
    wanted = by("EventName", "GetCallerIdentity")
    seen, token, sizes = [], None, []
    while True:
        page = client.lookup_events(**wanted, **({"NextToken": token} if token else {}))
        seen += [event["CloudTrailEvent"].partition('"requestID":"')[2][:36] for event in page["Events"]]
        sizes.append(len(page["Events"]))
        token = page.get("NextToken")
        if token is None:
            break
        sts.get_caller_identity()  # what comes in between is on no later page
    assert sizes == [50, 50, 20]
    assert seen == sent[::-1]
    assert len(client.lookup_events(**wanted, MaxResults=3)["Events"]) == 3
    refused = refusal_of(client.lookup_events, MaxResults=51)
    assert refused[::2] == ("InvalidMaxResultsException", 400)


def test_a_token_goes_with_its_parameters(emulator: Any, client_of: Any, refusal_of: Refusal) -> None:
    sts = client_of(emulator, "sts")
    for _ in range(3):
        sts.get_caller_identity()
    client = client_of(emulator, "cloudtrail")
    token = client.lookup_events(**by("EventName", "GetCallerIdentity"), MaxResults=1)["NextToken"]
    for params in ({**by("EventName", "AssumeRoot"), "NextToken": token}, {"NextToken": "nonsense!"}):
        refused = refusal_of(client.lookup_events, **params)
        assert refused[::2] == ("InvalidNextTokenException", 400)


def test_accounts_and_regions_are_apart(emulator: Any, client_of: Any) -> None:
    client_of(emulator, "sts", f"emulator-{MEMBER}", region="eu-west-1").get_caller_identity()
    assert found(client_of(emulator, "cloudtrail", f"emulator-{MEMBER}", region="eu-west-1")) == [
        "GetCallerIdentity"
    ]
    assert found(client_of(emulator, "cloudtrail", f"emulator-{MEMBER}")) == []
    assert found(client_of(emulator, "cloudtrail", region="eu-west-1")) == []


def test_times_and_ninety_days(emulator: Any, client_of: Any, refusal_of: Refusal) -> None:
    sts, client = client_of(emulator, "sts"), client_of(emulator, "cloudtrail", region="us-east-1")
    clock = emulator.world.clock
    sts.get_caller_identity()
    clock.advance(timedelta(days=60))
    sts.get_caller_identity()
    name = by("EventName", "GetCallerIdentity")
    assert len(found(client, **name)) == 2
    assert len(found(client, **name, StartTime=NOON + timedelta(days=1))) == 1
    assert len(found(client, **name, EndTime=NOON + timedelta(days=1))) == 1
    assert found(client, **name, StartTime=NOON + timedelta(days=1), EndTime=NOON + timedelta(days=2)) == []
    refused = refusal_of(client.lookup_events, StartTime=NOON + timedelta(days=1), EndTime=NOON)
    assert refused[::2] == ("InvalidTimeRangeException", 400)
    clock.advance(timedelta(days=31))
    assert len(found(client, **name)) == 1
    assert len(found(client, **name, StartTime=NOON)) == 1


def test_events_show_after_the_delay(rootwarden_organization: Any, client_of: Any) -> None:
    clock = Clock(NOON, frozen=True)
    emulator = rootwarden_organization(organization(records={"lookup_delay_seconds": 300}), clock=clock)
    client_of(emulator, "sts").get_caller_identity()
    client = client_of(emulator, "cloudtrail")
    assert found(client) == []
    clock.advance(timedelta(seconds=299))
    assert found(client) == []
    clock.advance(timedelta(seconds=2))
    assert found(client, **by("EventName", "GetCallerIdentity")) == ["GetCallerIdentity"]


def test_two_a_second_where_throttles_are_on(
    rootwarden_organization: Any, client_of: Any, refusal_of: Refusal
) -> None:
    clock = Clock(NOON, frozen=True)
    emulator = rootwarden_organization(organization(throttles=True), clock=clock)
    client = client_of(emulator, "cloudtrail")
    client.lookup_events()
    client.lookup_events()
    assert refusal_of(client.lookup_events)[::2] == ("ThrottlingException", 400)
    assert found(client_of(emulator, "cloudtrail", region="eu-west-1")) == []
    assert found(client_of(emulator, "cloudtrail", f"emulator-{MEMBER}")) == []
    clock.advance(timedelta(seconds=1))
    assert found(client)[:1] == ["LookupEvents"]


def test_there_are_no_insights(emulator: Any, client_of: Any) -> None:
    client_of(emulator, "sts").get_caller_identity()
    assert found(client_of(emulator, "cloudtrail"), EventCategory="insight") == []


def test_the_history_is_bounded(rootwarden_organization: Any, client_of: Any) -> None:
    emulator = rootwarden_organization(organization(records={"keep_events": 5}))
    for profile in (f"emulator-{MEMBER}", "emulator-management"):
        for _ in range(4):
            client_of(emulator, "sts", profile).get_caller_identity()
    assert len(emulator.world.cloudtrail.history) == 5
    assert found(client_of(emulator, "cloudtrail", f"emulator-{MEMBER}")) == ["GetCallerIdentity"]


def test_looking_is_recorded_itself(emulator: Any, client_of: Any) -> None:
    client = client_of(emulator, "cloudtrail")
    client.lookup_events(**by("EventName", "AssumeRoot"), EndTime=NOON)
    (event,) = client.lookup_events()["Events"]
    assert event["EventName"] == "LookupEvents"
    assert event["ReadOnly"] == "true"
    assert (
        '"lookupAttributes":[{"attributeKey":"EventName","attributeValue":"AssumeRoot"}]'
        in event["CloudTrailEvent"]
    )
    assert '"endTime":"Oct 20, 2026, 12:00:00 PM"' in event["CloudTrailEvent"]
