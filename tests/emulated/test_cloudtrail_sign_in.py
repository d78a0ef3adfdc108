"""Records of what happens without an API call: sign-in, recovery, root's own changes in the console."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from rootwarden.emulator.builders import MANAGEMENT, account
from rootwarden.emulator.clock import Clock
from rootwarden.emulator.happenings import PasswordRecovery, PasswordUpdated, RootChanged, SignedIn
from rootwarden.emulator.org_file import OrganizationFile

MEMBER = "333333333333"
NOON = datetime(2026, 10, 20, 12, 0, tzinfo=UTC)
DEVICE = f"arn:aws:iam::{MEMBER}:mfa/root-account-mfa-device"


@pytest.fixture
def emulator(rootwarden_organization: Any) -> Any:
    file = OrganizationFile(
        management_account=account(MANAGEMENT, "Company"), accounts=(account(MEMBER, "Member"),)
    )
    return rootwarden_organization(file, clock=Clock(NOON, frozen=True))


def happen(emulator: Any, *events: Any) -> None:
    with emulator.world.lock:
        for event in events:
            emulator.world.happened(event)


def test_sign_ins_are_recorded_in_us_east_1(emulator: Any, records_of: Any) -> None:
    happen(
        emulator,
        SignedIn(MEMBER, NOON, True, DEVICE),
        SignedIn(MEMBER, NOON, False, source_address="192.0.2.7"),
    )
    failed, signed_in = records_of(emulator, MEMBER, EventName="ConsoleLogin")
    assert signed_in["responseElements"] == {"ConsoleLogin": "Success"}
    assert "errorMessage" not in signed_in
    assert signed_in["additionalEventData"]["MFAUsed"] == "Yes"
    assert signed_in["additionalEventData"]["MFAIdentifier"] == DEVICE
    assert failed["responseElements"] == {"ConsoleLogin": "Failure"}
    assert failed["errorMessage"] == "Failed authentication"
    assert "errorCode" not in failed
    assert failed["sourceIPAddress"] == "192.0.2.7"
    assert failed["additionalEventData"]["MFAUsed"] == "No"
    for record in (failed, signed_in):
        assert record["eventSource"] == "signin.amazonaws.com"
        assert record["eventType"] == "AwsConsoleSignIn"
        assert (record["awsRegion"], record["readOnly"]) == ("us-east-1", False)
        assert record["userIdentity"] == {
            "type": "Root",
            "principalId": MEMBER,
            "arn": f"arn:aws:iam::{MEMBER}:root",
            "accountId": MEMBER,
            "accessKeyId": "",
        }


def test_recovery_and_a_new_password(emulator: Any, records_of: Any) -> None:
    happen(
        emulator,
        PasswordRecovery(MEMBER, NOON, "requested"),
        PasswordRecovery(MEMBER, NOON, "completed", succeeded=False),
        PasswordRecovery(MEMBER, NOON, "completed"),
        PasswordUpdated(MEMBER, NOON),
    )
    found = records_of(emulator, MEMBER, EventSource="signin.amazonaws.com")
    assert [(record["eventName"], *record["responseElements"].values()) for record in reversed(found)] == [
        ("PasswordRecoveryRequested", "Success"),
        ("PasswordRecoveryCompleted", "Failure"),
        ("PasswordRecoveryCompleted", "Success"),
        ("PasswordUpdated", "Success"),
    ]
    assert found[2]["errorMessage"]
    assert all("errorCode" not in record for record in found)


def test_changes_in_the_console_belong_to_the_session_that_signed_in(emulator: Any, records_of: Any) -> None:
    happen(
        emulator,
        SignedIn(MEMBER, NOON, True, DEVICE),
        RootChanged(MEMBER, NOON, "EnableMFADevice", DEVICE),
        RootChanged(MEMBER, NOON, "CreateAccessKey", "AKIA01EMULATED999999"),
    )
    key, device, _ = records_of(emulator, MEMBER)
    assert device["requestParameters"] == {"userName": "AWS ROOT USER", "serialNumber": DEVICE}
    assert key["requestParameters"] is None
    assert key["responseElements"]["accessKey"]["accessKeyId"] == "AKIA01EMULATED999999"
    for record in (key, device):
        identity = record["userIdentity"]
        assert (record["eventSource"], record["eventType"]) == ("iam.amazonaws.com", "AwsApiCall")
        assert record["sessionCredentialFromConsole"] == "true"
        assert identity["accessKeyId"].startswith("ASIA")
        assert identity["sessionContext"]["attributes"] == {
            "creationDate": "2026-10-20T12:00:00Z",
            "mfaAuthenticated": "true",
        }
    assert key["userIdentity"] == device["userIdentity"]


def test_they_are_found_by_the_user_name_root(emulator: Any, records_of: Any) -> None:
    happen(emulator, SignedIn(MEMBER, NOON, False))
    assert [record["eventName"] for record in records_of(emulator, MEMBER, Username="root")] == [
        "ConsoleLogin"
    ]
    assert records_of(emulator, MANAGEMENT, Username="root") == []
