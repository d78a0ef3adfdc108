"""The credential report as AWS writes it, old forms and new ones."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from rootwarden.aws.credential_report import read_credential_report
from rootwarden.errors import Unreachable
from rootwarden.model.management import ReportedKey, ReportedUser

GENERATED = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
USED = datetime(2026, 2, 1, 8, 0, tzinfo=UTC)
HEAD = (
    "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,"
    "mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,"
    "access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,"
    "access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,cert_1_last_rotated,cert_2_active,"
    "cert_2_last_rotated"
)
NO_KEYS = "false,N/A,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A"
ROOT = "<root_account>,arn:aws:iam::111111111111:root,2020-01-01T00:00:00+00:00"


class Iam:
    """Answers as IAM would, after some calls in which the report is not complete."""

    def __init__(self, *rows: str, head: str = HEAD, waits: int = 1) -> None:
        self._content = "\n".join((head, *rows)) + "\n"
        self._waits = waits
        self.asked = 0

    def generate_credential_report(self) -> dict[str, Any]:
        self.asked += 1
        return {"State": "COMPLETE" if self.asked > self._waits else "STARTED"}

    def get_credential_report(self) -> dict[str, Any]:
        assert self.asked > self._waits
        return {"Content": self._content.encode(), "GeneratedTime": GENERATED}


def read(iam: Any) -> Any:
    return read_credential_report(iam, sleep=lambda _: None)


@pytest.mark.parametrize(
    ("cells", "password", "used"),
    [
        # as seen after CreateLoginProfile
        ("true,no_information,2026-03-01T09:00:00+00:00,not_supported", True, None),
        # as documented
        ("not_supported,2026-02-01T08:00:00+00:00,not_supported,not_supported", None, USED),
        ("not_supported,2026-02-01T08:00:00Z,not_supported,not_supported", None, USED),
        ("false,N/A,N/A,not_supported", False, None),
    ],
)
def test_the_root_row(cells: str, password: bool | None, used: datetime | None) -> None:
    """What is no time is none, and what is neither true nor false is not known."""
    report = read(Iam(f"{ROOT},{cells},true,{NO_KEYS}"))
    assert report.generated == GENERATED
    assert report.root == ReportedUser("<root_account>", password, used, mfa=True)
    assert report.users == ()


def test_keys_and_users() -> None:
    """Two keys with their last uses; inactive ones are keys as well."""
    keys = "true,2020-01-01T00:00:00+00:00,2026-02-01T08:00:00+00:00,us-east-1,s3,false,2020-01-01T00:00:00+00:00,N/A,N/A,N/A"
    alice = f"alice,arn:aws:iam::111111111111:user/alice,2020-01-01T00:00:00+00:00,false,N/A,N/A,N/A,false,{keys},false,N/A,false,N/A"
    report = read(Iam(alice))
    assert report.root is None
    (user,) = report.users
    assert user.keys == (ReportedKey(active=True, last_used=USED), ReportedKey(active=False, last_used=None))
    assert (user.is_long_term, user.last_used) == (True, USED)


def test_columns_that_are_new_or_elsewhere() -> None:
    """Columns go by their names."""
    head = "additional_credentials_info,mfa_active,user,password_enabled"
    report = read(Iam("none,true,<root_account>,true", head=head))
    assert report.root == ReportedUser("<root_account>", True, None, mfa=True)


def test_a_report_that_is_never_complete() -> None:
    """Says so, and does not ask for ever."""
    iam = Iam(waits=1000)
    with pytest.raises(Unreachable, match="was not complete after 30 seconds"):
        read(iam)
    assert iam.asked == 30
