"""The credential report of the caller's account.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html
"""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from rootwarden.aws.error_codes import aws_call
from rootwarden.errors import Unreachable
from rootwarden.model.management import CredentialReport, ReportedKey, ReportedUser

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

_ROOT: Final = "<root_account>"
_TRIES: Final = 30
_PAUSE: Final = 1.0
_KEYS: Final = (1, 2)


def read_credential_report(
    iam: IAMClient, *, sleep: Callable[[float], None] = time.sleep
) -> CredentialReport:
    """The account's report, asked for and waited for; AWS gives one out again for four hours. Raises AwsError."""
    for _ in range(_TRIES):
        with aws_call("iam:GenerateCredentialReport"):
            state = iam.generate_credential_report().get("State")
        if state == "COMPLETE":
            break
        sleep(_PAUSE)
    else:
        text = f"The report was not complete after {_TRIES} seconds."
        raise Unreachable(
            f"iam:GenerateCredentialReport: {text}",
            code="ReportInProgress",
            text=text,
            operation="iam:GenerateCredentialReport",
            advice="Repeat the command in a minute.",
        )
    with aws_call("iam:GetCredentialReport"):
        answer = iam.get_credential_report()
    rows = [_user(row) for row in csv.DictReader(io.StringIO(answer["Content"].decode()))]
    return CredentialReport(
        generated=answer["GeneratedTime"].astimezone(UTC),
        root=next((row for row in rows if row.name == _ROOT), None),
        users=tuple(row for row in rows if row.name != _ROOT),
    )


def _user(row: Mapping[str, str]) -> ReportedUser:
    # The root user's password_enabled is documented as not_supported, and was seen to be true.
    password = {"true": True, "false": False}.get(row.get("password_enabled", ""))
    keys = tuple(
        ReportedKey(
            active=row.get(f"access_key_{number}_active") == "true",
            last_used=_time(row.get(f"access_key_{number}_last_used_date")),
        )
        for number in _KEYS
        if _time(row.get(f"access_key_{number}_last_rotated")) is not None
        or row.get(f"access_key_{number}_active") == "true"
    )
    return ReportedUser(
        name=row["user"],
        password=password,
        password_last_used=_time(row.get("password_last_used")),
        mfa=row.get("mfa_active") == "true",
        keys=keys,
    )


def _time(text: str | None) -> datetime | None:
    """None for N/A, no_information, not_supported and whatever else is no time."""
    try:
        found = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC)
