"""Who did what, by CloudTrail's records."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from rootwarden.model.management import Activity
from rootwarden.operations.management.activity import human_activity, root_activity

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def record(number: int, name: str = "ConsoleLogin", answer: str = "Success", **fields: Any) -> dict[str, Any]:
    when = (NOON + timedelta(minutes=number)).strftime("%Y-%m-%dT%H:%M:%SZ")
    common = {
        "eventID": f"e-{number}",
        "eventName": name,
        "eventTime": when,
        "eventType": "AwsConsoleSignIn",
        "userIdentity": {"type": "Root", "arn": "arn:aws:iam::111111111111:root"},
        "responseElements": {"ConsoleLogin": answer},
    }
    return {**common, **fields}


ALICE = {"type": "IAMUser", "userName": "alice", "arn": "arn:aws:iam::111111111111:user/alice"}
SSO = {
    "type": "AssumedRole",
    "arn": "arn:aws:sts::111111111111:assumed-role/AWSReservedSSO_Admin_0123/bob@example.com",
}


def test_root_by_call() -> None:
    """The latest first; what AWS did in root's name is not root's, and a record that two Regions show counts once."""
    found = root_activity(
        [
            record(1),
            record(2, "CreateAccessKey"),
            record(3),
            record(3),
            record(4, userIdentity={"type": "Root", "invokedBy": "support.amazonaws.com"}),
            record(5, eventType="AwsServiceEvent"),
            record(6, userIdentity=ALICE),
        ]
    )
    assert found == (
        Activity("root", "ConsoleLogin", 2, NOON + timedelta(minutes=3)),
        Activity("root", "CreateAccessKey", 1, NOON + timedelta(minutes=2)),
    )


def test_people_by_name() -> None:
    """Users by name, roles with their session; root and failed attempts do not count."""
    found = human_activity(
        [
            record(1, userIdentity=ALICE),
            record(2, userIdentity=SSO),
            record(3, userIdentity=ALICE),
            record(4, answer="Failure", userIdentity=ALICE),
            record(5),
        ]
    )
    assert found == (
        Activity("alice", "ConsoleLogin", 2, NOON + timedelta(minutes=3)),
        Activity("AWSReservedSSO_Admin_0123/bob@example.com", "ConsoleLogin", 1, NOON + timedelta(minutes=2)),
    )


def test_records_with_parts_missing() -> None:
    """They are passed over, or told without what is missing."""
    assert root_activity([{}, {"userIdentity": None}, record(1, eventTime="soon")]) == ()
    (one,) = human_activity([record(1, userIdentity={"type": "SAMLUser"})])
    assert one.who == "somebody"
