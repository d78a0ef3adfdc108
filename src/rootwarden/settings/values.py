"""The kinds of value a configuration holds, each with a message that says what was expected."""

from __future__ import annotations

import ipaddress
import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from rootwarden.errors import BadInput
from rootwarden.model.ids import AccountId, is_account_id
from rootwarden.model.loopback import is_loopback
from rootwarden.model.tasks import RootTask, task_named


def _text_like(pattern: str, expected: str) -> BeforeValidator:
    """Accepts text of this form only; other types are left to the field's own message."""
    form = re.compile(pattern, re.ASCII)

    def check(value: object) -> object:
        if isinstance(value, str) and form.fullmatch(value) is None:
            raise PydanticCustomError("form", "expected {expected}", {"expected": expected})
        return value

    return BeforeValidator(check)


def _account(value: object) -> object:
    if isinstance(value, int) and not isinstance(value, bool):
        raise PydanticCustomError(
            "unquoted",
            'expected an account id in quotes, "{digits}": some begin with 0, which a number loses',
            {"digits": f"{value:012}"},
        )
    if isinstance(value, str) and not is_account_id(value):
        raise PydanticCustomError("form", "expected an account id of exactly twelve digits")
    return value


def _host(value: object) -> object:
    if not isinstance(value, str):
        return value
    expected = PydanticCustomError(
        "form", "expected a host name or address alone, without scheme, port or path"
    )
    try:
        ipaddress.ip_address(value)
    except ValueError:
        label = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
        if (
            len(value) > _LONGEST_NAME
            or re.fullmatch(rf"{label}(\.{label})*", value, re.ASCII | re.IGNORECASE) is None
        ):
            raise expected from None
    return value.lower()  # as URLs give it


def _not_blank(value: object) -> object:
    if isinstance(value, str) and (not value.strip() or not value.isprintable()):
        raise PydanticCustomError("form", "expected text that is not empty and has no control characters")
    return value


def _webhook(value: object) -> object:
    if not isinstance(value, str):
        return value
    # The value is not echoed: whoever knows the address of a webhook may post to it.
    expected = PydanticCustomError(
        "hidden",
        "expected https://HOST/PATH without user and password (http:// for a loopback address only); the value is not shown",
    )
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise expected from None
    allowed = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host or ""))
    if not host or not allowed or "@" in parts.netloc or not value.isascii() or not value.isprintable():
        raise expected
    return value


def _network(value: object) -> object:
    if isinstance(value, str):
        try:
            return str(ipaddress.ip_network(value))
        except ValueError:
            raise PydanticCustomError(
                "form", "expected a network in CIDR notation such as 203.0.113.0/24, without host bits"
            ) from None
    return value


def _until(value: object) -> object:
    """The moment after which it is over: a day lasts to its end, in UTC. TOML has dates of its own; text will do."""
    expected = PydanticCustomError("form", "expected a day such as 2027-01-31, or a time")
    if isinstance(value, str):
        try:
            value = (
                date.fromisoformat(value)
                if len(value) == len("2027-01-31")
                else datetime.fromisoformat(value)
            )
        except ValueError:
            raise expected from None
    try:
        if isinstance(value, datetime):
            return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC)
        if isinstance(value, date):
            return datetime.combine(value + timedelta(days=1), time(), UTC)
    except OverflowError:
        raise expected from None
    raise expected


def _task(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return task_named(value)
    except BadInput as error:
        raise PydanticCustomError("form", "expected a task: {advice}", {"advice": error.advice}) from None


_LONGEST_NAME = 253

Text = Annotated[str, BeforeValidator(_not_blank)]
AccountIdText = Annotated[AccountId, BeforeValidator(_account)]
HostName = Annotated[str, BeforeValidator(_host)]
OrganizationId = Annotated[str, _text_like(r"o-[a-z0-9]{10,32}", "an organization id such as o-a1b2c3d4e5")]
RegionName = Annotated[
    str, _text_like(r"[a-z]{2,}(-[a-z]+)+-[0-9]{1,2}", "a Region such as eu-central-1 (aws-global is none)")
]
OuReference = Annotated[
    str,
    _text_like(
        r"ou-[a-z0-9]{4,32}-[a-z0-9]{8,32}|r-[a-z0-9]{4,32}|/|(/[^/\x00-\x1f\x7f]+)+",
        "an OU id such as ou-ab12-cd34ef56 or a path such as /Workloads/Production",
    ),
]
TagReference = Annotated[
    str,
    _text_like(r"[^=\x00-\x1f\x7f]{1,128}(=[^\x00-\x1f\x7f]{0,256})?", "KEY or KEY=VALUE"),
]
RoleArn = Annotated[
    str,
    _text_like(
        r"arn:[a-z0-9-]+:iam::[0-9]{12}:role/[!-~]+", "a role ARN such as arn:aws:iam::111122223333:role/NAME"
    ),
]
PrincipalReference = Annotated[
    str,
    _text_like(
        r"(arn:[a-z0-9-]+:iam::[0-9]{12}:)?(role|user)/[A-Za-z0-9+=,.@_/-]+",
        "role/NAME, user/NAME or the ARN of a role or user, without wildcards",
    ),
]
PrincipalArn = Annotated[
    str,
    _text_like(
        r"arn:[a-z0-9-]+:iam::[0-9]{12}:(role|user)/[A-Za-z0-9+=,.@_/-]+",
        "the ARN of a role or user such as arn:aws:iam::111122223333:role/NAME, path included, without wildcards",
    ),
]
RuleId = Annotated[str, _text_like(r"[a-z][a-z0-9-]{2,63}", "the id of a rule ('rootwarden detect rules')")]
RuleName = Annotated[str, _text_like(r"[.A-Za-z0-9_-]{1,64}", "the name of an EventBridge rule")]
Network = Annotated[str, BeforeValidator(_network)]
Until = Annotated[datetime, BeforeValidator(_until)]
RootTaskName = Annotated[RootTask, BeforeValidator(_task)]
MfaSerial = Annotated[
    str,
    _text_like(
        r"arn:[a-z0-9-]+:iam::[0-9]{12}:mfa/[!-~]+|[A-Za-z0-9]{9,256}",
        "the ARN of an MFA device such as arn:aws:iam::111122223333:mfa/NAME, or a serial number",
    ),
]
ExternalId = Annotated[
    str,
    _text_like(r"[\w+=,.@:/-]{2,1224}", "2 to 1224 letters, digits or characters of _+=,.@:/-"),
]
LedgerUrl = Annotated[
    str,
    _text_like(
        r"sqlite:///[^\x00-\x1f\x7f]*[^/\x00-\x1f\x7f]|s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[ -~]{0,200})?",
        "sqlite:///PATH (four slashes for an absolute path) or s3://BUCKET/PREFIX",
    ),
]
KmsKeyArn = Annotated[
    str,
    _text_like(
        r"arn:[a-z0-9-]+:kms:[a-z0-9-]+:[0-9]{12}:(key|alias)/[A-Za-z0-9/_-]{1,256}",
        "the ARN of a KMS key such as arn:aws:kms:eu-central-1:111122223333:key/ID",
    ),
]
TopicArn = Annotated[
    str,
    _text_like(
        r"arn:[a-z0-9-]+:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}(\.fifo)?",
        "the ARN of an SNS topic such as arn:aws:sns:eu-central-1:111122223333:NAME",
    ),
]
WebhookUrl = Annotated[str, BeforeValidator(_webhook)]
# A list in TOML, a tuple in the frozen settings; "strict" would take nothing but a tuple.
AccountIds = Annotated[tuple[AccountIdText, ...], Field(strict=False)]
HostNames = Annotated[tuple[HostName, ...], Field(strict=False)]
OuReferences = Annotated[tuple[OuReference, ...], Field(strict=False)]
TagReferences = Annotated[tuple[TagReference, ...], Field(strict=False)]
RegionNames = Annotated[tuple[RegionName, ...], Field(strict=False)]
RoleArns = Annotated[tuple[RoleArn, ...], Field(strict=False)]
PrincipalReferences = Annotated[tuple[PrincipalReference, ...], Field(strict=False)]
PrincipalArns = Annotated[tuple[PrincipalArn, ...], Field(strict=False)]
RuleNames = Annotated[tuple[RuleName, ...], Field(strict=False)]
Networks = Annotated[tuple[Network, ...], Field(strict=False)]
RootTasks = Annotated[tuple[RootTaskName, ...], Field(strict=False)]
