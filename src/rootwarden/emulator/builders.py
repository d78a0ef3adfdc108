"""Organizations to rehearse on: a believable small company, and a big one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from pydantic import JsonValue

from rootwarden.emulator.org_file import (
    AccessKeySpec,
    AccountSpec,
    FaultSpec,
    LastUseSpec,
    MfaDeviceSpec,
    OrganizationFile,
    OuSpec,
    PasswordSpec,
    RootUserSpec,
    SigningCertificateSpec,
    TrailSpec,
)
from rootwarden.emulator.resource_specs import BucketSpec, ContactSpec, QueueSpec

MANAGEMENT: Final = "111111111111"
"""The management account of ``small()`` and ``large()``."""
SECURITY: Final = "222222222222"
"""The account that is meant to become the delegated administrator."""

DENY_ROOT: Final[dict[str, JsonValue]] = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "DenyRootUser",
            "Effect": "Deny",
            "Action": "*",
            "Resource": "*",
            "Condition": {"ArnLike": {"aws:PrincipalArn": "arn:*:iam::*:root"}},
        }
    ],
}
"""Denies the root user everything, root sessions included: the older form, without the exemption for AssumeRoot."""

DENY_SIGNED_IN_ROOT: Final[dict[str, JsonValue]] = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "DenyRootUserUnlessAssumed",
            "Effect": "Deny",
            "Action": "*",
            "Resource": "*",
            "Condition": {
                "ArnLike": {"aws:PrincipalArn": "arn:*:iam::*:root"},
                "Null": {"aws:AssumedRoot": "true"},
            },
        }
    ],
}
"""Denies the root user everything but root sessions, which ``aws:AssumedRoot`` tells apart."""


def account(account_id: str, name: str, ou: str = "/", **more: Any) -> AccountSpec:
    """One account, with an e-mail address made of its name; ``more`` are further fields of AccountSpec."""
    email = "aws+" + "".join(c if c.isalnum() else "-" for c in name.lower()) + "@example.com"
    return AccountSpec(**{"email": email, **more, "id": account_id, "name": name, "ou": ou})


def locked_bucket(
    name: str = "locked-bucket", region: str = "us-east-1", *, partition: str = "aws", **more: Any
) -> BucketSpec:
    """A bucket whose policy denies everyone everything; ``more`` are further fields of BucketSpec."""
    arn = f"arn:{partition}:s3:::{name}"
    return BucketSpec(
        **{"policy": _deny_everyone("s3:*", [arn, f"{arn}/*"]), **more, "name": name, "region": region}
    )


def locked_queue(name: str = "locked-queue", region: str = "us-east-1", **more: Any) -> QueueSpec:
    """A queue whose policy denies everyone everything; ``more`` are further fields of QueueSpec."""
    return QueueSpec(**{"policy": _deny_everyone("sqs:*", "*"), **more, "name": name, "region": region})


def _deny_everyone(action: str, resource: JsonValue) -> dict[str, JsonValue]:
    statement: dict[str, JsonValue] = {
        "Sid": "DenyEveryone",
        "Effect": "Deny",
        "Principal": "*",
        "Action": action,
        "Resource": resource,
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


def small(now: datetime | None = None) -> OrganizationFile:
    """A company of twelve accounts with every kind of trouble in it, and central root access not enabled yet.

    Times are counted back from ``now``, where the clock then starts; left out, from the machine's time.
    """
    start = now or datetime.now(UTC)
    return OrganizationFile(
        id="o-exampleorg1",
        now=now,
        management_account=account(
            MANAGEMENT,
            "Example Corp",
            email="aws-root@example.com",
            joined=start - timedelta(days=2400),
            root=RootUserSpec(
                password=PasswordSpec(
                    created=start - timedelta(days=2400), last_used=start - timedelta(days=96)
                ),
                mfa_devices=(MfaDeviceSpec(enabled=start - timedelta(days=2399)),),
            ),
            alternate_contacts={
                "SECURITY": ContactSpec(name="Security", email_address="security@example.com")
            },
        ),
        security_account=SECURITY,
        organizational_units=(
            OuSpec(path="/Security"),
            OuSpec(path="/Workloads/Production", scps=("DenySignedInRoot",)),
            OuSpec(path="/Workloads/Staging"),
            OuSpec(path="/Sandbox"),
            OuSpec(path="/Restricted", scps=("DenyRootUser",), tags={"owner": "compliance"}),
            OuSpec(path="/Closing"),
        ),
        scps={"DenyRootUser": DENY_ROOT, "DenySignedInRoot": DENY_SIGNED_IN_ROOT},
        accounts=_small_accounts(start),
        trusted_services=("cloudtrail.amazonaws.com",),
        trails=(TrailSpec(account=MANAGEMENT),),
        faults=(FaultSpec(operation="sts:AssumeRoot", account="999999999999"),),
    )


Ago = Callable[[float], datetime]
"""The time that many days before the start."""


def _small_accounts(start: datetime) -> tuple[AccountSpec, ...]:
    def ago(days: float) -> datetime:
        return start - timedelta(days=days)

    return (*_security_and_production(ago), *_staging_and_sandbox(ago), *_out_of_reach(ago))


def _security_and_production(ago: Ago) -> tuple[AccountSpec, ...]:
    used_lately = LastUseSpec(when=ago(3), service="s3", region="eu-west-1")
    return (
        account(SECURITY, "Security Tooling", "/Security", joined=ago(1500), tags={"env": "security"}),
        account(
            "333333333333",
            "Log Archive",
            "/Security",
            joined=ago(1500),
            tags={"env": "security"},
            buckets=(BucketSpec(name="example-corp-access-logs", region="eu-west-1", created=ago(1499)),),
        ),
        # Somebody meant to lock out strangers, and locked out everyone.
        account(
            "444444444444",
            "Shop Production",
            "/Workloads/Production",
            joined=ago(1450),
            tags={"env": "production", "owner": "shop"},
            buckets=(
                BucketSpec(name="example-corp-shop-images", region="eu-central-1", created=ago(1400)),
                locked_bucket("example-corp-shop-orders", "eu-central-1", created=ago(1400)),
            ),
            queues=(
                QueueSpec(name="shop-mails", region="eu-central-1"),
                locked_queue("shop-orders", "eu-central-1", visibility_timeout=120),
            ),
        ),
        # Invited in a takeover, with everything its former owners made.
        account(
            "555555555555",
            "Legacy Billing",
            "/Workloads/Production",
            email="it@legacy-billing.example.org",
            joined_method="INVITED",
            joined=ago(900),
            tags={"env": "production", "owner": "finance"},
            root=RootUserSpec(
                password=PasswordSpec(created=ago(3100), last_used=ago(41)),
                access_keys=(
                    AccessKeySpec(created=ago(2900), last_used=used_lately),
                    AccessKeySpec(created=ago(3000), status="Inactive"),
                ),
                signing_certificates=(SigningCertificateSpec(created=ago(2950)),),
                mfa_devices=(MfaDeviceSpec(enabled=ago(2000)),),
            ),
        ),
    )


def _staging_and_sandbox(ago: Ago) -> tuple[AccountSpec, ...]:
    return (
        # Somebody opened password recovery, and nobody closed it.
        account(
            "666666666666",
            "Shop Staging",
            "/Workloads/Staging",
            joined=ago(1400),
            tags={"env": "staging", "owner": "shop"},
            root=RootUserSpec(password=PasswordSpec(created=ago(57))),
        ),
        account(
            "777777777777",
            "Data Science",
            "/Workloads/Staging",
            joined_method="INVITED",
            joined=ago(1100),
            tags={"env": "staging", "owner": "data"},
            root=RootUserSpec(access_keys=(AccessKeySpec(created=ago(1300), status="Inactive"),)),
        ),
        account(
            "012345678901",
            "Sandbox One",
            "/Sandbox",
            joined=ago(700),
            tags={"env": "sandbox"},
            root=RootUserSpec(mfa_devices=(MfaDeviceSpec(enabled=ago(690)),)),
        ),
    )


def _out_of_reach(ago: Ago) -> tuple[AccountSpec, ...]:
    """An SCP, throttling or the account's state keeps root sessions out."""
    return (
        account(
            "888888888888",
            "Payments Vault",
            "/Restricted",
            joined=ago(800),
            tags={"env": "production", "owner": "payments"},
            root=RootUserSpec(password=PasswordSpec(created=ago(800), last_used=ago(790))),
        ),
        # AssumeRoot on this one is throttled for good.
        account("999999999999", "Analytics Production", "/Workloads/Production", joined=ago(600)),
        account(
            "101010101010",
            "Old Campaign",
            "/Closing",
            joined=ago(1300),
            state="SUSPENDED",
            root=RootUserSpec(password=PasswordSpec(created=ago(1300))),
        ),
        account("121212121212", "Retired Portal", "/Closing", joined=ago(1250), state="PENDING_CLOSURE"),
    )


_DEPARTMENTS: Final = (
    "Shop",
    "Payments",
    "Logistics",
    "Data",
    "Mobile",
    "Search",
    "Finance",
    "People",
    "Marketing",
    "Platform",
)
_STAGES: Final = ("Production", "Staging", "Development")
_SMALLEST: Final = 2  # the management and the security account
_LARGEST: Final = 50_000  # AWS's limit for the accounts of an organization


def large(accounts: int = 1000, now: datetime | None = None) -> OrganizationFile:
    """An organization of that many accounts, the management account included, over some 30 OUs.

    The same on every run, with AWS's published rates enforced. One account in five holds root credentials; three in two hundred are suspended or closed.
    """
    if not _SMALLEST <= accounts <= _LARGEST:
        raise ValueError(
            f"a large organization has between {_SMALLEST} and {_LARGEST} accounts, not {accounts}"
        )
    start = now or datetime.now(UTC)
    return OrganizationFile(
        id="o-examplelarge1",
        now=now,
        management_account=account(
            MANAGEMENT,
            "Example Group",
            email="aws-root@example.com",
            joined=start - timedelta(days=3300),
            root=RootUserSpec(
                password=PasswordSpec(created=start - timedelta(days=3300)), mfa_devices=(MfaDeviceSpec(),)
            ),
        ),
        security_account=SECURITY,
        organizational_units=(
            OuSpec(path="/Security"),
            OuSpec(path="/People/Production", scps=("DenyRootUser",)),
            *(OuSpec(path=f"/{name}/Production", scps=("DenySignedInRoot",)) for name in _DEPARTMENTS[:3]),
        ),
        scps={"DenyRootUser": DENY_ROOT, "DenySignedInRoot": DENY_SIGNED_IN_ROOT},
        accounts=(
            account(SECURITY, "Security Tooling", "/Security", joined=start - timedelta(days=3000)),
            *(_large_account(number, start) for number in range(accounts - 2)),
        ),
        trusted_services=("cloudtrail.amazonaws.com",),
        trails=(TrailSpec(account=MANAGEMENT),),
        throttles=True,
    )


def _large_account(number: int, start: datetime) -> AccountSpec:
    department = _DEPARTMENTS[number % len(_DEPARTMENTS)]
    stage = _STAGES[(number // len(_DEPARTMENTS)) % len(_STAGES)]
    joined = start - timedelta(days=100 + (number * 37) % 2800)
    return account(
        f"{300_000_000_000 + number * 7919:012d}",
        f"{department} {stage} {number:04d}",
        f"/{department}/{stage}",
        joined=joined,
        joined_method="INVITED" if number % 9 == 4 else "CREATED",  # noqa: PLR2004 - one in nine
        state=_LARGE_STATES.get(number % 200, "ACTIVE"),
        tags={"env": stage.lower(), "owner": department.lower()},
        root=_large_root(number, joined, start),
    )


_LARGE_STATES: Final = {77: "SUSPENDED", 131: "CLOSED", 177: "PENDING_CLOSURE"}


def _large_root(number: int, joined: datetime, start: datetime) -> RootUserSpec:
    """Shares of trouble by the account's number: primes, so that every mixture occurs."""
    keys: tuple[AccessKeySpec, ...] = ()
    if number % 23 == 0:
        use = LastUseSpec(when=start - timedelta(days=number % 120)) if number % 2 else None
        keys += (AccessKeySpec(created=joined, last_used=use),)
    if number % 31 == 0:
        keys += (AccessKeySpec(created=joined, status="Inactive"),)
    return RootUserSpec(
        password=PasswordSpec(created=joined) if number % 11 == 0 else False,
        access_keys=keys,
        signing_certificates=(SigningCertificateSpec(created=joined),) if number % 97 == 0 else (),
        mfa_devices=(MfaDeviceSpec(enabled=joined),) if number % 29 == 0 else (),
    )
